"""Turn texts into the terms of the index, and find terms in texts. Pure functions.

A run is found by its bigrams, because neither has Japanese spaces nor do dictionary segmenters agree (recall 0.5 to
0.94, measured; bigrams 1.0). A word is found by its stem. Hiragana and katakana stay apart: they are often two words.
Spellings of one word are folded (``storage.search.variants``).
"""

import collections
import dataclasses
import functools
import operator
import re
from collections.abc import Iterator, Sequence

from storage.scripts import KATAKANA
from storage.search.folding import (
    PIECE,
    RUNS,
    TEXT_LIMIT,
    WORD,
    WORDS,
    Piece,
    bare_word,
    characters_that_become,
    fold,
    fold_width,
    outside_of_blocks,
    split_pieces,
    stem,
)
from storage.search.variants import characters_written_as, fold_variants

VERSION = 2
"""Of the terms that texts are indexed by. Whoever changes them raises it and adds a migration, be it an empty one:
an upgrade rebuilds an index of another version."""

FEW = 4
"""Words that are counted in a text one by one: 40 ms each for 400 texts, all at once take 150."""

WHOLE = "·"
"""What a whole word begins with in the index where its stem is another one: ·rates beside rate."""


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """Pieces in a row, with only punctuation between them.

    The index is asked for the pieces. A ``pattern`` decides in the text where they do not suffice: a regular expression
    on the text as it is spelled, in small letters unless ``is_cased``. The last piece of a prefix begins a word.
    """

    pieces: tuple[Piece, ...]
    pattern: str = ""
    is_cased: bool = False
    is_prefix: bool = False


class FoldedText:
    """A text in NFKC and case folded, at most TEXT_LIMIT characters.

    ``spelled`` has the publisher's spelling, ``text`` one spelling for all variants of a word.
    """

    def __init__(self, original: str) -> None:
        self.original = original[:TEXT_LIMIT]
        self.spelled = fold(original)
        self.text, self._places = fold_variants(self.spelled)
        self._pieces: list[tuple[Piece, int, int]] | None = None
        self._stems: collections.Counter[str] | None = None
        self._asked = 0

    def count_stem(self, wanted: str) -> int:
        """Count the words of a stem: the first few by how words begin, then all words at once."""
        self._asked += 1
        # A stem begins as its words do; accents, and what follows an apostrophe, are left to the other way.
        if self._stems is None and self._asked <= FEW and self.text.isascii() and len(wanted) > _LONGEST_CLITIC:
            return sum(1 for word in _beginning(wanted[0]).findall(self.text) if stem(word) == wanted)
        if self._stems is None:
            self._stems = collections.Counter(map(stem, WORDS.findall(self.text)))
        return self._stems[wanted]

    @property
    def pieces(self) -> list[tuple[Piece, int, int]]:
        """Every piece with its start and end."""
        if self._pieces is None:
            self._pieces = list(split_pieces(self.text))
        return self._pieces

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


def index_terms(folded: str) -> set[str]:
    """Compute the terms of a text: stems, whole words, bigrams, last characters of runs.

    So a single character is found by the terms that begin with it.
    """
    words = set(WORDS.findall(folded))
    terms = {WHOLE + bare for word in words if (bare := bare_word(word)) != stem(word)}
    terms.update(map(stem, words))
    for run in RUNS.findall(folded):
        terms.update(map(operator.add, run, run[1:]))
        terms.add(run[-1])
    return terms


def document_terms(title: str, summary: str, text: str) -> tuple[str, str]:
    """Compute the terms of an article's title and of its whole text.

    They are separated by spaces, as the databases take them.
    """
    of_title = index_terms(fold_variants(fold(title))[0])
    of_summary = set() if summary in text else index_terms(fold_variants(fold(summary))[0])
    of_text = index_terms(fold_variants(fold(text))[0])
    return " ".join(of_title), " ".join(of_title | of_summary | of_text)


@dataclasses.dataclass(frozen=True, slots=True)
class Lookup:
    """One lookup in the index: a term, or all that begin with it.

    ``in_whole`` also looks among the whole words whose stems are others.
    """

    text: str
    is_prefix: bool
    in_whole: bool = False


def lookups(term: Term) -> list[Lookup]:
    """List the lookups of a term; a text with the term has them all."""
    unique: dict[Lookup, None] = {}
    for piece in term.pieces:
        if piece.is_run and len(piece.text) > 1:
            unique |= {Lookup(piece.text[at : at + 2], False): None for at in range(len(piece.text) - 1)}
        elif term.is_prefix and piece is term.pieces[-1] and not piece.is_run:
            unique[Lookup(piece.text, is_prefix=True, in_whole=True)] = None
        else:
            unique[Lookup(piece.text, piece.is_run)] = None
    return list(unique)


def is_certain(term: Term) -> bool:
    """Tell whether the index alone decides a term."""
    return not term.pattern and not term.is_prefix and len(lookups(term)) == 1


def count_unfolded(term: Term, original: str) -> int | None:
    """Count the places of a term in a text that is not folded, at a tenth of the cost of folding it.

    It is decided for a run of CJK characters where no character of the text folds into a part of the run; else None.
    """
    first = term.pieces[0]
    if term.pattern or term.is_prefix or len(term.pieces) > 1 or not first.is_run:
        return None
    original = original[:TEXT_LIMIT]
    return None if _spelled_otherwise(first.text).search(original) else original.count(first.text)


@functools.lru_cache(maxsize=1_000)
def _spelled_otherwise(run: str) -> re.Pattern[str]:
    listed = characters_that_become(run) + characters_written_as(run)
    return re.compile(f"[{listed}]|{outside_of_blocks()}")


def find_spans(term: Term, folded: FoldedText) -> Iterator[tuple[int, int]]:
    """Find a term's places in ``folded.spelled``, as start and end."""
    if term.pattern:
        cased = folded.cased if term.is_cased else ""
        yield from (match.span() for match in _compiled(term.pattern, bool(cased)).finditer(cased or folded.spelled))
        return
    for start, end in _piece_spans(term, folded):
        yield folded.spelled_at(start, end)


@functools.lru_cache(maxsize=1_000)
def _compiled(pattern: str, is_cased: bool) -> re.Pattern[str]:
    # Without the flag it is several times as fast; folded texts have no capitals, so that it is rarely needed.
    has_capitals = re.search("[A-Z]", re.sub(r"\\.", "", pattern)) is not None or not pattern.isascii()
    return re.compile(pattern, re.IGNORECASE if has_capitals and not is_cased else 0)


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
        quick = folded.text.isascii() and len(first.text) > _LONGEST_CLITIC
        words = _beginning(first.text[0]) if quick else WORDS
        yield from [match.span() for match in words.finditer(folded.text) if stem(match[0]) == first.text]
    else:
        yield from _rows_of_pieces(term.pieces, folded.pieces)


def _prefix_spans(wanted: Sequence[Piece], folded: FoldedText) -> Iterator[tuple[int, int]]:
    """Find words that begin with the last piece, after the pieces before it."""
    last, before = wanted[-1], wanted[:-1]
    if not before and folded.text.isascii():
        for match in _beginning(last.text[0]).finditer(folded.text):
            is_clitic = match[0] in _CLITICS and folded.text[match.start() - 1 : match.start()] == "'"  # they're
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


_CLITICS = ("s", "t", "re", "ve", "ll", "d", "m")
_LONGEST_CLITIC = max(map(len, _CLITICS))


@functools.cache
def _beginning(letter: str) -> re.Pattern[str]:
    """Match words that begin with a letter."""
    return re.compile(rf"(?<!{WORD}){re.escape(letter)}{WORDS.pattern.replace('+', '*', 1)}")


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
        if before is not None:
            mixed = (before.lastgroup == "run") != (match.lastgroup == "run")
            parts.append(r"[\W_]*" if mixed else r"[\W_]+")
        parts.append(re.escape(match.group()))
    return bounded("".join(parts), matches[0].group()[0], matches[-1].group()[-1])


def bounded(pattern: str, first: str, last: str) -> str:
    """Let a pattern begin and end where words and katakana do, given its first and last character."""
    return _bound(first, "(?<!{})") + pattern + _bound(last, "(?!{})")


def _bound(character: str, look: str) -> str:
    if not character:
        return ""
    if re.match(WORD, character):
        return look.format(WORD)
    return look.format(f"[{KATAKANA}]") if re.match(f"[{KATAKANA}]", character) else ""
