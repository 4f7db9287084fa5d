"""Score a page's text against its truth, as the measure of its set does.

Three measures: of whole texts of news the article-extraction benchmark's (4-grams of words, of characters in Japanese,
Chinese and Korean; hits, surplus and misses of each page as shares); of whole texts of pages of many types the words
as a bag, averaged over pages; of phrases how many of those are there that must be and must not be.
"""

import collections
import dataclasses
import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence

from benchmarks.training.truths import TruePage

_WORD = re.compile(r"\w+")
_GRAM = 4
_BY_CHARACTER = frozenset({"ja", "zh", "ko"})


@dataclasses.dataclass(frozen=True, slots=True)
class PageScore:
    """Hold what is right (``hit``), too much (``surplus``) and missing (``missed``) in a page's text, and its F1.

    Of texts the three are shares of what either text has, of phrases their numbers.
    """

    hit: float
    surplus: float
    missed: float
    f1: float


def score_page(text: str, page: TruePage) -> PageScore:
    """Score ``text`` by the truth of ``page``."""
    if page.text is None:
        words = " ".join(text.split())
        hits = sum(" ".join(phrase.split()) in words for phrase in page.wanted)
        leaks = sum(" ".join(phrase.split()) in words for phrase in page.unwanted)
        return _score(hits, leaks, len(page.wanted) - hits)
    if page.page_type:
        return _of_counts(_words(text), _words(page.text))
    return _of_counts(_grams(text, page.language), _grams(page.text, page.language))


def mean_f1(pages: Sequence[TruePage], scores: Sequence[PageScore]) -> float:
    """Return the F1 of a set by its measure; ``pages`` all have the same kind of truth."""
    if not pages:
        return 0.0
    if pages[0].page_type:
        return sum(score.f1 for score in scores) / len(scores)
    parts = (sum(part) for part in zip(*((one.hit, one.surplus, one.missed) for one in scores), strict=True))
    return _score(*parts).f1


def _of_counts(got: "collections.Counter[Hashable]", want: "collections.Counter[Hashable]") -> PageScore:
    hit = (got & want).total()
    whole = got.total() + want.total() - hit
    if not whole:
        return PageScore(1.0, 0.0, 0.0, 1.0)
    return _score(hit / whole, (got.total() - hit) / whole, (want.total() - hit) / whole)


def _score(hit: float, surplus: float, missed: float) -> PageScore:
    return PageScore(hit, surplus, missed, 2 * hit / (2 * hit + surplus + missed) if hit else 0.0)


def _words(text: str) -> "collections.Counter[Hashable]":
    return _counted(_WORD.findall(text.lower()))


def _grams(text: str, language: str) -> "collections.Counter[Hashable]":
    tokens: Sequence[str] = _WORD.findall(unicodedata.normalize("NFKC", text).lower())
    tokens = "".join(tokens) if language in _BY_CHARACTER else tokens
    if not tokens:
        return collections.Counter()
    return _counted(tuple(tokens[at : at + _GRAM]) for at in range(max(1, len(tokens) - _GRAM + 1)))


def _counted(things: Iterable[Hashable]) -> "collections.Counter[Hashable]":
    return collections.Counter(things)
