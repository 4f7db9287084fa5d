"""Turn texts and queries into the same terms. Pure functions.

A folded text is a row of **pieces**: runs of Chinese, Japanese and Korean characters, and words of any other script.
A run is found by its bigrams, because neither has Japanese spaces nor do dictionary segmenters agree (recall 0.5 to
0.94, measured; bigrams 1.0). A word is found by its stem. Hiragana and katakana stay apart: they are often two words.
"""

import dataclasses
import functools
import operator
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import Stemmer

from storage.scripts import HAN, HANGUL, KANA

VERSION = 1
"""Of the terms that texts are indexed by. Whoever changes them raises it and adds a migration, be it an empty one:
an upgrade rebuilds an index of another version."""

TEXT_LIMIT = 100_000
"""Characters of an article that are searched: PostgreSQL takes 1 MB of distinct terms at most, and a text of as many
different characters as there are would reach it."""

WORD_LIMIT = 64
"""Characters of one word: longer ones are data, not language."""

QUERY_LIMIT = 500
"""Characters of a query that are heeded: a long headline has 300."""

_CJK = KANA + HAN + HANGUL
_WORD = rf"[^\W_{_CJK}]"
_WORDS = re.compile(rf"{_WORD}+(?:'(?:s|t|re|ve|ll|d|m)(?!{_WORD}))?")
_RUNS = re.compile(rf"[{_CJK}]+")
_PIECE = re.compile(rf"(?P<run>{_RUNS.pattern})|{_WORDS.pattern}")

# Soft hyphens, zero-width characters and marks of direction are invisible within words.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc]")
# Dashes and minus signs used as the long vowel sign within katakana: コンピュ−タ.
# The dash comes first in the pattern: ten times as fast as a look-behind everywhere.
_DASH = "[-\u2010-\u2015\u2212\u2500\u2501]"
_LONG_VOWEL = re.compile(f"{_DASH}(?<=[\u30a1-\u30fc]{_DASH})(?=[\u30a1-\u30fa])")

# A character with the marks that compose with it; of the half-width kana the voicing marks are such.
_MARKS = "\u0300-\u036f\u3099\u309a\uff9e\uff9f\u1160-\u11ff\uffa0-\uffdc"
_CLUSTER = re.compile(f"[\\s\\S][{_MARKS}]*")
_SHRINKING = re.compile(f"[{_MARKS}]|{_UNSEEN.pattern}")

_QUERY_PART = re.compile(r'(?P<minus>[-－−])?(?:["＂“”](?P<phrase>[^"＂“”]*)["＂“”]?|(?P<word>\S+))')


class Piece(NamedTuple):
    """A run of CJK characters, or a word's stem."""

    text: str
    is_run: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """Pieces in a row, with only punctuation between them."""

    pieces: tuple[Piece, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: all terms ``wanted``, none ``unwanted``."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]


class FoldedText:
    """A text in NFKC and case folded, at most TEXT_LIMIT characters."""

    def __init__(self, folded: str) -> None:
        self.text = folded
        self._pieces: list[tuple[Piece, int, int]] | None = None
        self._stems: list[str] | None = None

    @property
    def stems(self) -> list[str]:
        """Every word's stem; five times as fast as the pieces."""
        if self._stems is None:
            self._stems = list(map(stem, _WORDS.findall(self.text)))
        return self._stems

    @property
    def pieces(self) -> list[tuple[Piece, int, int]]:
        """Every piece with its start and end."""
        if self._pieces is None:
            self._pieces = list(_pieces(self.text))
        return self._pieces


def fold(text: str) -> str:
    """Fold width, case, composition, apostrophes, and dashes for ー."""
    text = text[:TEXT_LIMIT]
    return text.casefold() if text.isascii() else _LONG_VOWEL.sub("ー", _fold_spelling(text))[:TEXT_LIMIT]


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """Fold a text; give for each folded character its place in the text."""
    text = text[:TEXT_LIMIT]
    folded = fold(text)
    if len(folded) == len(text) and not _SHRINKING.search(text):
        return folded, list(range(len(text)))  # nothing shrank, so nothing grew: as a rule, and 100 times as fast
    parts: list[str] = []
    offsets: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        part = _fold_cluster(cluster.group())
        parts.append(part)
        offsets.extend([cluster.start()] * len(part))
    return _LONG_VOWEL.sub("ー", "".join(parts))[:TEXT_LIMIT], offsets[:TEXT_LIMIT]


def index_terms(folded: str) -> set[str]:
    """Compute the terms of a text: stems, bigrams, last characters of runs.

    So a single character is found by the terms that begin with it.
    """
    terms = set(map(stem, set(_WORDS.findall(folded))))
    for run in _RUNS.findall(folded):
        terms.update(map(operator.add, run, run[1:]))
        terms.add(run[-1])
    return terms


def document_terms(title: str, summary: str, text: str) -> tuple[str, str]:
    """Compute the terms of an article's title and of its whole text.

    They are separated by spaces, as the databases take them.
    """
    of_title = index_terms(fold(title))
    of_summary = set() if summary in text else index_terms(fold(summary))
    return " ".join(of_title), " ".join(of_title | of_summary | index_terms(fold(text)))


@dataclasses.dataclass(frozen=True, slots=True)
class Lookup:
    """One lookup in the index: a term, or all that begin with it."""

    text: str
    is_prefix: bool


def lookups(term: Term) -> list[Lookup]:
    """List the lookups of a term.

    Where there are several, the index also gives texts without the term.
    """
    unique: dict[Lookup, None] = {}
    for piece in term.pieces:
        if piece.is_run and len(piece.text) > 1:
            unique |= {Lookup(piece.text[at : at + 2], False): None for at in range(len(piece.text) - 1)}
        else:
            unique[Lookup(piece.text, piece.is_run)] = None
    return list(unique)


def parse_query(text: str) -> Query:
    """Parse words, "phrases" and -exclusions; other characters mean nothing."""
    wanted: dict[Term, None] = {}
    unwanted: dict[Term, None] = {}
    for part in _QUERY_PART.finditer(text[:QUERY_LIMIT]):
        words = part["word"] if part["phrase"] is None else part["phrase"]
        term = Term(tuple(piece for piece, _, _ in _pieces(fold(words))))
        if term.pieces:
            (unwanted if part["minus"] else wanted)[term] = None
    return Query(tuple(wanted), tuple(unwanted))


def find_spans(term: Term, folded: FoldedText) -> Iterator[tuple[int, int]]:
    """Find a term's places in a folded text, as start and end."""
    first = term.pieces[0]
    if len(term.pieces) == 1 and first.is_run:
        at = folded.text.find(first.text)
        while at >= 0:
            yield at, at + len(first.text)
            at = folded.text.find(first.text, at + len(first.text))
        return
    if len(term.pieces) == 1:
        yield from [(start, end) for piece, start, end in folded.pieces if piece == first]
    else:
        yield from _rows_of_pieces(term.pieces, folded.pieces)


def count_occurrences(term: Term, folded: FoldedText) -> int:
    """Count the places of a term."""
    if len(term.pieces) > 1:
        return sum(1 for _ in find_spans(term, folded))
    piece = term.pieces[0]
    return folded.text.count(piece.text) if piece.is_run else folded.stems.count(piece.text)


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


def _pieces(folded: str) -> Iterator[tuple[Piece, int, int]]:
    for match in _PIECE.finditer(folded):
        is_run = match.lastgroup == "run"
        yield Piece(match.group() if is_run else stem(match.group()), is_run), match.start(), match.end()


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Reduce a word to its English stem, without accents and apostrophes."""
    word = word[:WORD_LIMIT]
    if not word.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        word = bare if bare.isascii() and bare else word
    if word.isascii():
        word = Stemmer.Stemmer("english", 0).stemWord(word)  # one each: a stemmer belongs to one thread
    return word.replace("'", "") or word


def _fold_spelling(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _APOSTROPHES.sub("'", _UNSEEN.sub("", folded))


@functools.lru_cache(maxsize=20_000)
def _fold_cluster(cluster: str) -> str:
    return _fold_spelling(cluster)
