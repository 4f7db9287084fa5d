"""Find and count terms in the texts of candidates. Pure functions.

Patterns begin with literal text wherever that is possible: Python's ``re`` then looks for it 20 times as fast (English
texts of 3,300 characters: 220 and 11 µs), which a look-behind or IGNORECASE in front would forbid.
"""

import collections
import functools
import re
from collections.abc import Iterator, Sequence

from storage.scripts import KATAKANA
from storage.search.folding import (
    CLITICS,
    PIECE,
    TEXT_LIMIT,
    WORD,
    WORDS,
    Piece,
    bare_word,
    characters_that_become,
    fold,
    fold_width,
    has_unusual_characters,
    non_ascii,
    split_pieces,
    stem,
)
from storage.search.terms import Term
from storage.search.variants import characters_written_as, fold_variants

FEW = 20
"""Words that are counted in a text one by one: 14 µs each, all at once take 270 and more."""

_LETTER = re.compile(WORD)
_LONGEST_CLITIC = max(map(len, CLITICS))
_UNLIKE = 3
"""Last characters of a stem by which its words may differ from it, clitics included: die of dying, theyr of they're.
Of 69,562 words of real pages none differed by more than two."""


class FoldedText:
    """A text in NFKC and case folded, at most TEXT_LIMIT characters.

    ``spelled`` has the publisher's spelling, ``text`` one spelling for all variants of a word.
    """

    def __init__(self, original: str) -> None:
        self.original = original[:TEXT_LIMIT]
        self.spelled = fold(original)
        self.text, self._places = fold_variants(self.spelled)
        self._stems: collections.Counter[str] | None = None
        self._asked = 0

    @functools.cached_property
    def has_plain_words(self) -> bool:
        """Whether no word has accents or letters beyond ASCII, so that words begin as their stems do."""
        return _LETTER.search(non_ascii(self.text)) is None

    def begins_as_spelled(self, wanted: str) -> bool:
        """Whether every word of a stem, or of a bare beginning, begins with :func:`_start` of it.

        What follows an apostrophe (it's, they're) is no word of its own.
        """
        return self.has_plain_words and wanted.isascii() and len(wanted) > _LONGEST_CLITIC

    def count_stem(self, wanted: str) -> int:
        """Count the words of a stem: the first few by how words begin, then all words at once."""
        self._asked += 1
        if self._stems is None and self._asked <= FEW and self.begins_as_spelled(wanted):
            return sum(1 for word in _beginning(_start(wanted)).findall(self.text) if stem(word) == wanted)
        if self._stems is None:
            self._stems = collections.Counter(map(stem, WORDS.findall(self.text)))
        return self._stems[wanted]

    @functools.cached_property
    def pieces(self) -> list[tuple[Piece, int, int]]:
        """Every piece with its start and end."""
        return list(split_pieces(self.text))

    @property
    def cased(self) -> str:
        """The text in capitals and small letters, as long as ``spelled``; "" where the lengths differ."""
        cased = fold_width(self.original)
        return cased if len(cased) == len(self.spelled) else ""

    def spelled_at(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in ``spelled`` of a place in ``text``."""
        if self._places is None:
            return start, end
        return self._places[start], (self._places[end] if end < len(self._places) else len(self.spelled))


class SearchedText:
    """A text that is folded only where its own characters do not decide: that takes ten times as long."""

    def __init__(self, original: str) -> None:
        self.original = original[:TEXT_LIMIT]

    @functools.cached_property
    def folded(self) -> FoldedText:
        """The folded text."""
        return FoldedText(self.original)

    @functools.cached_property
    def _has_unusual_characters(self) -> bool:
        return has_unusual_characters(self.original)

    def count(self, term: Term) -> int:
        """Count the places of a term."""
        if not self.original:
            return 0
        counts = [self._count_run(piece.text) for piece in term.pieces if piece.is_run]
        if 0 in counts:
            return 0
        if counts and counts[0] is not None and len(term.pieces) == 1 and not term.pattern:
            return counts[0]
        return count_occurrences(term, self.folded)

    def spans(self, term: Term) -> list[tuple[int, int]]:
        """Find the places of a term in ``folded.spelled``."""
        is_missing = any(self._count_run(piece.text) == 0 for piece in term.pieces if piece.is_run)
        return [] if is_missing else list(find_spans(term, self.folded))

    def _count_run(self, run: str) -> int | None:
        """Count a run of CJK characters; None where a character of the text may fold into a part of it."""
        if self._has_unusual_characters or _spelled_otherwise(run).search(self.original):
            return None
        return self.original.count(run)


@functools.lru_cache(maxsize=1_000)
def _spelled_otherwise(run: str) -> re.Pattern[str]:
    return re.compile(f"[{characters_that_become(run)}{characters_written_as(run)}]")


def find_spans(term: Term, folded: FoldedText) -> Iterator[tuple[int, int]]:
    """Find a term's places in ``folded.spelled``, as start and end."""
    if term.pattern:
        cased = folded.cased if term.is_cased else ""
        ignored = term.is_cased and not cased
        yield from (match.span() for match in _compiled(term.pattern, ignored).finditer(cased or folded.spelled))
        return
    for start, end in _piece_spans(term, folded):
        yield folded.spelled_at(start, end)


@functools.lru_cache(maxsize=1_000)
def _compiled(pattern: str, ignores_case: bool) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE if ignores_case else 0)


def _piece_spans(term: Term, folded: FoldedText) -> Iterator[tuple[int, int]]:
    first = term.pieces[0]
    if term.is_prefix:
        yield from _prefix_spans(term.pieces, folded)
    elif len(term.pieces) == 1 and first.is_run:
        at = folded.text.find(first.text)
        while at >= 0:
            yield at, at + len(first.text)
            at = folded.text.find(first.text, at + len(first.text))
    elif len(term.pieces) == 1:
        words = _beginning(_start(first.text)) if folded.begins_as_spelled(first.text) else WORDS
        yield from [match.span() for match in words.finditer(folded.text) if stem(match[0]) == first.text]
    elif all(_may_be_in(piece, folded) for piece in term.pieces):
        yield from _rows_of_pieces(term.pieces, folded.pieces)


def _may_be_in(piece: Piece, folded: FoldedText) -> bool:
    """Tell whether a text may have a piece, before it is split into all of its pieces."""
    if piece.is_run:
        return piece.text in folded.text
    return not folded.has_plain_words or _start(piece.text) in folded.text


def _prefix_spans(wanted: Sequence[Piece], folded: FoldedText) -> Iterator[tuple[int, int]]:
    """Find words that begin with the last piece, after the pieces before it."""
    last, before = wanted[-1], wanted[:-1]
    if not before and folded.has_plain_words and last.text.isascii():
        for match in _beginning(_start(last.text)).finditer(folded.text):
            is_clitic = match[0] in CLITICS and folded.text[match.start() - 1 : match.start()] == "'"  # they're
            if not is_clitic and bare_word(match[0]).startswith(last.text):
                yield match.span()
        return
    for number, (piece, start, end) in enumerate(folded.pieces):
        if piece.is_run or number < len(before) or not bare_word(folded.text[start:end]).startswith(last.text):
            continue
        row = folded.pieces[number - len(before) : number]
        if all(want == have for want, (have, _, _) in zip(before, row, strict=True)):
            yield (row[0][1] if row else start), end


def count_occurrences(term: Term, folded: FoldedText) -> int:
    """Count the places of a term."""
    if len(term.pieces) > 1 or term.pattern or term.is_prefix:
        return sum(1 for _ in find_spans(term, folded))
    piece = term.pieces[0]
    return folded.text.count(piece.text) if piece.is_run else folded.count_stem(piece.text)


def _start(word: str) -> str:
    """Give what all words of a stem, or of a bare beginning, begin with."""
    return word[: max(1, len(word) - _UNLIKE)]


@functools.lru_cache(maxsize=1_000)
def _beginning(start: str) -> re.Pattern[str]:
    """Match words that begin so."""
    literal = re.escape(start)
    # What is left of the first word: the clitics stay with it.
    return re.compile(f"{literal}(?<!{WORD}{literal}){WORDS.pattern.replace('+', '*', 1)}")


def _rows_of_pieces(wanted: Sequence[Piece], pieces: Sequence[tuple[Piece, int, int]]) -> Iterator[tuple[int, int]]:
    """Find pieces in a row; the outer ones may be parts of longer runs."""
    first, last = wanted[0], wanted[-1]
    for number in range(len(pieces) - len(wanted) + 1):
        if not _is_end(first, pieces[number][0]):
            continue
        row = pieces[number : number + len(wanted)]
        if _is_begin(last, row[-1][0]) and all(
            want == have for want, (have, _, _) in zip(wanted[1:-1], row[1:-1], strict=True)
        ):
            start = row[0][2] - len(first.text) if first.is_run else row[0][1]
            yield start, row[-1][1] + len(last.text) if last.is_run else row[-1][2]


def _is_end(want: Piece, have: Piece) -> bool:
    return want == have or (want.is_run and have.is_run and have.text.endswith(want.text))


def _is_begin(want: Piece, have: Piece) -> bool:
    return want == have or (want.is_run and have.is_run and have.text.startswith(want.text))


def exact_pattern(spelled: str) -> str:
    """Write the pattern of a quoted phrase: its words as they are spelled, with punctuation between them.

    Words begin and end where letters do; katakana begins and ends where katakana does.
    """
    matches = list(PIECE.finditer(spelled))
    parts = []
    for before, match in zip([None, *matches], matches, strict=False):
        literal = re.escape(match.group())
        if before is None:
            outside = _continues(match.group()[0])
            literal += f"(?<!{outside}{literal})" if outside else ""
        else:
            mixed = (before.lastgroup == "run") != (match.lastgroup == "run")
            parts.append(r"[\W_]*" if mixed else r"[\W_]+")
        parts.append(literal)
    return bounded("".join(parts), "", matches[-1].group()[-1])


def bounded(pattern: str, first: str, last: str) -> str:
    """Let a pattern begin and end where words and katakana do, given its first and last character."""
    before, after = _continues(first), _continues(last)
    return (f"(?<!{before})" if before else "") + pattern + (f"(?!{after})" if after else "")


def _continues(character: str) -> str:
    """Write the characters beside which one is not the end of a word; "" where there are none."""
    if not character:
        return ""
    if re.match(WORD, character):
        return WORD
    return f"[{KATAKANA}]" if re.match(f"[{KATAKANA}]", character) else ""
