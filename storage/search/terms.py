"""Turn texts into the terms of the index, and terms into lookups. Pure functions.

A run is found by its bigrams, because neither has Japanese spaces nor do dictionary segmenters agree (recall 0.5 to
0.94, measured; bigrams 1.0). A word is found by its stem. Hiragana and katakana stay apart: they are often two words.
Spellings of one word are folded (``storage.search.variants``).
"""

import dataclasses
import operator
from typing import NamedTuple

from storage.search.folding import RUNS, WORDS, Piece, bare_word, fold, stem
from storage.search.variants import fold_variants

VERSION = 3
"""Of the terms that texts are indexed by. Whoever changes them raises it and adds a migration, be it an empty one:
an upgrade rebuilds an index of another version."""

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


class IndexedTerms(NamedTuple):
    """What a text is found by.

    ``source`` has its words, a line end, and its runs of CJK characters, each once and with spaces between them: what
    PostgreSQL stores, sorted because it takes a quarter less so. ``terms`` are all terms, for SQLite.
    """

    source: str
    terms: str


def index_terms(*folded: str) -> IndexedTerms:
    """Compute the terms of folded texts: stems, whole words; and of runs their characters and bigrams."""
    words: set[str] = set()
    runs: set[str] = set()
    for text in folded:
        words.update(WORDS.findall(text))
        runs.update(RUNS.findall(text))
    terms = {WHOLE + bare for word in words if (bare := bare_word(word)) != stem(word)}
    terms.update(map(stem, words))
    source = f"{' '.join(sorted(terms))}\n{' '.join(sorted(runs))}"
    return IndexedTerms(source, expand_terms(source))


def expand_terms(source: str) -> str:
    """Make all terms, as PostgreSQL's ``storage.tables.search.LEXEMES`` does.

    A single character is a term of its own: by the bigrams that begin with it の took 100 ms in 100,000 articles.
    """
    words, _, runs = source.partition("\n")
    terms = set(words.split(" ")) if words else set()
    for run in runs.split(" ") if runs else ():
        terms.update(run)
        terms.update(map(operator.add, run, run[1:]))
    return " ".join(terms)


def document_terms(title: str, summary: str, text: str) -> tuple[IndexedTerms, IndexedTerms]:
    """Compute the terms of an article's title, and of title, summary and text."""
    parts = [fold_variants(fold(part))[0] for part in (title, text, "" if summary in text else summary)]
    return index_terms(parts[0]), index_terms(*parts)


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
            unique[Lookup(piece.text, False)] = None
    return list(unique)


def is_certain(term: Term) -> bool:
    """Tell whether the index alone decides a term."""
    return not term.pattern and not term.is_prefix and len(lookups(term)) == 1
