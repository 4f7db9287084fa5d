"""Align two texts and tell which passages an edit kept, changed and moved.

A shingle that occurs once in each text is an anchor for both. A small gap between neighbouring anchors is a
substitution. So an edit (words changed, facts kept) is told from a template filled in anew (words kept, facts changed),
which no overlap of shingles does.
"""

import collections
import dataclasses
import itertools
import re
from collections.abc import Iterator

_NUMBER = r"\d+(?:[.,]\d+)*"
_SPACED_TOKEN = re.compile(rf"{_NUMBER}|[^\W\d_][^\W_]*")
_UNSPACED_TOKEN = re.compile(rf"{_NUMBER}|[^\W\d_]")

SPACED_ANCHOR, UNSPACED_ANCHOR = 3, 5  # tokens: the shingles of the design
SPACED_GAP, UNSPACED_GAP = 8, 16  # tokens: a clause at most; wider gaps are other passages, not substitutions

Swap = tuple[list[str], list[str]]
"""The tokens of a substitution: of the shorter text and of the longer one."""


@dataclasses.dataclass(frozen=True, slots=True)
class AlignedText:
    """The tokens of one text; of each, whether it is ``verbatim`` in the other text, and whether it is ``matched``.

    Matched tokens are verbatim or part of a substitution.
    """

    tokens: list[str]
    verbatim: bytearray
    matched: bytearray

    @property
    def coverage(self) -> float:
        """The share of the text that is matched."""
        return self.matched.count(1) / (len(self.tokens) or 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Alignment:
    """The shared passages of two texts.

    ``runs`` are the lengths of the passages that are the same word for word, in tokens; it is empty where the texts
    share no anchor. ``moves`` counts the places where the longer text goes on elsewhere. ``numbers_kept`` and
    ``names_kept`` count those of the shorter one that are unchanged in matched passages, ``numbers_changed`` and
    ``names_changed`` those that were exchanged.
    """

    shorter: AlignedText
    longer: AlignedText
    swaps: list[Swap]
    runs: list[int]
    moves: int
    numbers_kept: int
    numbers_changed: int
    names_kept: int
    names_changed: int

    @property
    def changed_numbers_share(self) -> float:
        """Return the share of numbers in matched passages that were changed.

        It is 0 without numbers.
        """
        return self.numbers_changed / ((self.numbers_changed + self.numbers_kept) or 1)

    @property
    def changed_names_share(self) -> float:
        """Return the same share of capitalized words."""
        return self.names_changed / ((self.names_changed + self.names_kept) or 1)


def align(text_a: str, text_b: str, *, unspaced: bool) -> Alignment:
    """Align two texts in NFKC that still have their capitals."""
    form = _UNSPACED_TOKEN if unspaced else _SPACED_TOKEN
    tokens = sorted((form.findall(text_a), form.findall(text_b)), key=lambda tokens: (len(tokens), tokens))
    shorter, longer = (AlignedText(each, bytearray(len(each)), bytearray(len(each))) for each in tokens)
    size, gap = (UNSPACED_ANCHOR, UNSPACED_GAP) if unspaced else (SPACED_ANCHOR, SPACED_GAP)
    swaps, runs, moves = _match(shorter, longer, size, gap)
    changed_numbers = changed_names = 0
    for left, right in swaps:
        removed, added = numbers_of(left), numbers_of(right)
        if removed - added and added - removed:
            changed_numbers += min(len(removed - added), len(added - removed))
        names_gone, names_come = names_of(left), names_of(right)
        if names_gone and names_come and not names_gone & names_come:
            changed_names += 1
    kept = collections.Counter(itertools.compress(shorter.tokens, shorter.verbatim))
    return Alignment(
        shorter,
        longer,
        swaps,
        runs,
        moves,
        numbers_kept=sum(count for token, count in kept.items() if token[0].isdigit()),
        numbers_changed=changed_numbers,
        names_kept=sum(count for token, count in kept.items() if token[0].isupper()),
        names_changed=changed_names,
    )


def _match(a: AlignedText, b: AlignedText, size: int, gap: int) -> tuple[list[Swap], list[int], int]:
    """Mark what is verbatim and matched in both texts; return the substitutions, the verbatim runs and the moves."""
    swaps, runs, moves = list[Swap](), list[int](), 0
    end_a = end_b = -1  # just behind the previous run
    for i, j, length in _runs(_anchors(a.tokens, b.tokens, size), size):
        if end_a >= 0:
            between_a, between_b = i - end_a, j - end_b
            moves += j + size <= end_b or abs(between_b - between_a) > gap
            if j + size > end_b and 0 < max(between_a, between_b) <= gap:
                a.matched[end_a:i] = b"\x01" * max(between_a, 0)
                b.matched[end_b:j] = b"\x01" * max(between_b, 0)
                swaps.append((a.tokens[end_a:i], b.tokens[end_b:j]))
        for text, start in ((a, i), (b, j)):
            text.verbatim[start : start + length] = text.matched[start : start + length] = b"\x01" * length
        runs.append(length)
        end_a, end_b = i + length, j + length
    return swaps, runs, moves


def _runs(anchors: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int, int]]:
    """Join anchors that follow each other in both texts; give the places and the length of each run, in tokens."""
    start = end = diagonal = -1
    for i, j in anchors:
        if i - j == diagonal and i <= end:
            end = i + size
            continue
        if end >= 0:
            yield start, start - diagonal, end - start
        start, end, diagonal = i, i + size, i - j
    if end >= 0:
        yield start, start - diagonal, end - start


def _anchors(a: list[str], b: list[str], size: int) -> list[tuple[int, int]]:
    """Return the places of shingles that occur once in each text.

    The order is that of ``a``.
    """
    in_a, in_b = _places(a, size), _places(b, size)
    pairs = [(i, in_b.get(shingle, -1)) for shingle, i in in_a.items() if i >= 0]
    return sorted([pair for pair in pairs if pair[1] >= 0])


def _places(tokens: list[str], size: int) -> dict[tuple[str, ...], int]:
    """Return the place of each shingle, -1 for those that occur again."""
    folded = "\n".join(tokens).casefold().split("\n")
    places: dict[tuple[str, ...], int] = {}
    for i, shingle in enumerate(zip(*(folded[offset:] for offset in range(size)), strict=False)):
        places[shingle] = -1 if shingle in places else i
    return places


def numbers_of(tokens: list[str]) -> set[str]:
    """The distinct numbers among tokens."""
    return {token for token in set(tokens) if token[0].isdigit()}


def names_of(tokens: list[str]) -> set[str]:
    """The distinct capitalized words among tokens."""
    return {token for token in set(tokens) if token[0].isupper()}
