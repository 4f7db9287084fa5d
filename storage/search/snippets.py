"""Mark a query's terms in a text, and cut the best snippet. Pure functions.

Cut here and not by the databases: contentless FTS5 has no text to cut, and neither knows our terms.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Sequence

from storage.search.folding import fold_with_offsets
from storage.search.occurrences import FoldedText, find_spans
from storage.search.terms import Term

WIDTH = 180
"""Columns of a snippet; a full-width character takes two."""

_BEFORE = 0.3
"""The share of the width before the first match."""

_BREAK = re.compile(r"\s")


@dataclasses.dataclass(frozen=True, slots=True)
class MarkedText:
    """A text on one line; ``marks`` are start and end of each match, in order."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def mark_terms(text: str, terms: Sequence[Term], folded: FoldedText | None = None) -> MarkedText:
    """Mark the terms in a short text, such as a title; ``folded`` is the text where that is known."""
    places = [place for places in _places(text, terms, folded) for place in places]
    return MarkedText(_BREAK.sub(" ", text), tuple(_merged(places)))


def cut_snippet(text: str, terms: Sequence[Term], width: int = WIDTH, folded: FoldedText | None = None) -> MarkedText:
    """Cut the part of a text with most of the terms, or its beginning."""
    by_term = _places(text, terms, folded)
    matches = sorted((start, end, number) for number, places in enumerate(by_term) for start, end in places)
    begin = _backward(text, _best_start(matches, width // 3), width * _BEFORE) if matches else 0
    end = _forward(text, begin, width)
    marks = [(max(a, begin), min(b, end)) for a, b, _ in matches if a < end and b > begin]
    lead = "…" if begin else ""
    shown = lead + _BREAK.sub(" ", text[begin:end]) + ("…" if end < len(text) else "")
    return MarkedText(shown, tuple((a - begin + len(lead), b - begin + len(lead)) for a, b in _merged(marks)))


def _places(text: str, terms: Sequence[Term], folded: FoldedText | None) -> list[list[tuple[int, int]]]:
    """Find each term's places in the text, not in its folded form."""
    searched = FoldedText(text) if folded is None else folded
    by_term = [list(find_spans(term, searched)) for term in terms]
    if not any(by_term):
        return by_term
    offsets = [*fold_with_offsets(text)[1], len(text)]
    return [[(offsets[a], _end_of(offsets, b - 1)) for a, b in spans] for spans in by_term]


def _end_of(offsets: Sequence[int], at: int) -> int:
    """Find the end of the character that a folded one comes from."""
    after = at + 1
    while after < len(offsets) - 1 and offsets[after] == offsets[at]:
        after += 1
    return offsets[after]


def _best_start(matches: Sequence[tuple[int, int, int]], width: int) -> int:
    """Find where the window with most different terms starts."""
    best, most, last = 0, 0, 0
    counts: dict[int, int] = {}
    for number, (start, _, term) in enumerate(matches):
        last = max(last, number)
        while last < len(matches) and matches[last][1] <= start + width:
            counts[matches[last][2]] = counts.get(matches[last][2], 0) + 1
            last += 1
        if len(counts) > most:
            best, most = start, len(counts)
        if counts.get(term, 0) > 1:
            counts[term] -= 1
        else:
            counts.pop(term, None)
    return best if most else matches[0][0]


def _forward(text: str, start: int, width: float) -> int:
    """Go forward by columns, then back to the end of a word."""
    end, used = start, 0.0
    while end < len(text) and used < width:
        used += _columns(text[end])
        end += 1
    if end < len(text):
        cut = max(text.rfind(mark, start, end) for mark in " \n　、。")
        if cut > start + (end - start) * 0.8:
            end = cut + (text[cut] in "、。")
    return end


def _backward(text: str, start: int, width: float) -> int:
    """Go back by columns, then forward to the start of a word or sentence."""
    begin, used = start, 0.0
    while begin > 0 and used < width:
        begin -= 1
        used += _columns(text[begin])
    if begin == 0:
        return 0
    for mark in ("\n", "。", ". ", "、", " "):
        at = text.find(mark, begin, start)
        if at >= 0:
            return at + len(mark)
    return begin


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _merged(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged
