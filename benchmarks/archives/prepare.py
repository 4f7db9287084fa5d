"""Write the articles of a day, with all that Kiji computes of their texts: what a crawl's reading processes do.

That takes most of an archive's CPU. So an archive of many days has the texts of its last DISTINCT days again and again,
with other digits: the search's terms change with the digits of the text, the days of stories' profiles move along, and
the keys of near-duplicates are others.
"""

import dataclasses
import datetime
import functools
import itertools
import pickle
import random
import re
import string
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from benchmarks.archives.news import EVENTS_A_DAY, NewsArticle, write_day
from pipelines.duplicates.comparison import text_hash
from pipelines.text_rules import PipelineRules
from storage.entity_rules import Mention
from storage.search.index import Words
from storage.search.terms import IndexedTerms
from storage.signature import Signature
from storage.stories.term_index import ALL

PARTS = ("duplicates", "stories", "entities", "search")
"""What an archive has beside articles: near-duplicates, profiles of stories, entities, the search index."""


DISTINCT = 21
"""Days whose texts are computed: an article is compared with those of three weeks, and none is there twice."""

_DAY = re.compile(r"(\t(?:D\t|O\t\w+ ))(\d{4})(\t)")
_SPREAD = 0x9E3779B97F4A7C15  # of an even spread over 64 bits: Knuth's multiplicative hash


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """A day of an archive.

    ``ends`` is its last moment, ``last`` that of the archive. ``articles`` are made up, ``others`` are written after
    them.
    """

    ends: datetime.datetime
    last: datetime.datetime
    articles: int
    seed: int
    others: Sequence[NewsArticle]

    @property
    def number(self) -> int:
        """Count the days since the year 1."""
        return self.ends.toordinal()

    def write(self) -> list[NewsArticle]:
        """Write the articles, in the order of their ids."""
        made = write_day(self.seed, self.number, self.articles, self.ends, self.last)
        return [*itertools.islice(made, self.articles), *self.others]


def split(
    articles: int, days: Sequence[datetime.datetime], seed: int, others: Sequence[NewsArticle] = ()
) -> Iterator[Day]:
    """Split an archive into its days, of which ``days`` are the last moments."""
    for number, ends in enumerate(days, 1):
        made = articles * number // len(days) - articles * (number - 1) // len(days)
        its = [each for each in others if ends - datetime.timedelta(days=1) < each.at <= ends]
        yield Day(ends, days[-1], made, seed, its)


@dataclasses.dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article with what is computed of its text; what belongs to a part that is not wanted is missing."""

    article: NewsArticle
    text_hash: str
    signature: Signature | None
    terms: str
    keys: Sequence[int]
    mentions: Sequence[Mention]
    words: Words
    search_terms: tuple[IndexedTerms, IndexedTerms] | None


def repeated(days: Sequence[Day], day: Day, distinct: int) -> tuple[Day, int]:
    """Give the day of the last ``distinct`` ones whose texts a day has, without others, and for the how-manyth time."""
    times, place = divmod(len(days) - 1 - days.index(day), distinct)
    most = max(each.articles for each in days)
    return dataclasses.replace(days[-1 - place], articles=most, others=()), times


def prepare(day: Day, parts: Collection[str] = PARTS, kept: Path | None = None) -> list[PreparedArticle]:
    """Write the articles of a day and compute what is stored of them, for ``parts`` of PARTS.

    They are taken from the file ``kept`` where it exists, and else written there.
    """
    if kept is not None and kept.exists():
        found: list[PreparedArticle] = pickle.loads(kept.read_bytes())  # noqa: S301 - written below
        return found
    rules = PipelineRules()
    prepared = [_prepare(article, parts, rules) for article in day.write()]
    if kept is not None:
        written = kept.with_suffix(f".{day.number}")
        written.write_bytes(pickle.dumps(prepared))
        written.rename(kept)
    return prepared


def repeat(prepared: Sequence[PreparedArticle], before: Day, day: Day, times: int) -> list[PreparedArticle]:
    """Make the articles of one day those of another one: for the ``times``-th time, with other digits."""
    later, events = day.ends - before.ends, (day.number - before.number) * EVENTS_A_DAY
    rules = PipelineRules()
    return [_repeat(each, later, events, times, day.last, rules) for each in prepared]


def _repeat(
    each: PreparedArticle,
    later: datetime.timedelta,
    events: int,
    times: int,
    last: datetime.datetime,
    rules: PipelineRules,
) -> PreparedArticle:
    digits, article, signature, search_terms = _digits(times), each.article, each.signature, each.search_terms
    terms = _move_days(each.terms, article.at, later)
    title, text = article.title.translate(digits), article.text.translate(digits)
    if signature is not None:
        signature = dataclasses.replace(signature, keys=tuple(_moved(key, times) for key in signature.keys))
    return dataclasses.replace(
        each,
        article=dataclasses.replace(
            article, event=article.event + events, at=min(last, article.at + later), title=title, text=text
        ),
        text_hash=text_hash(text),
        signature=signature,
        words=Words(title, "", text),
        terms=terms,
        keys=(ALL, *rules.story_keys(terms, article.language)) if terms else (),
        search_terms=search_terms and (_renumbered(search_terms[0], digits), _renumbered(search_terms[1], digits)),
    )


def _renumbered(terms: IndexedTerms, digits: dict[int, int]) -> IndexedTerms:
    return IndexedTerms(terms.source.translate(digits), terms.terms.translate(digits))


def _move_days(terms: str, at: datetime.datetime, later: datetime.timedelta) -> str:
    """Move the days that a profile names: month and day in four digits."""

    def moved(named: re.Match[str]) -> str:
        try:
            day = datetime.datetime.strptime(f"{at.year}{named[2]}", "%Y%m%d") + later  # noqa: DTZ007 - of the calendar
        except ValueError:
            return named[0]
        return f"{named[1]}{day:%m%d}{named[3]}"

    return _DAY.sub(moved, terms)


@functools.cache
def _digits(times: int) -> dict[int, int]:
    """Exchange the digits, in another way each time."""
    others = random.Random(times).sample(string.digits, len(string.digits))  # noqa: S311 - repeatable, not secret
    return str.maketrans(string.digits, "".join(others))


def _moved(key: int, times: int) -> int:
    """Give another key of 64 bits, signed."""
    return (((key + times * _SPREAD) + 2**63) % 2**64) - 2**63


def _prepare(article: NewsArticle, parts: Collection[str], rules: PipelineRules) -> PreparedArticle:
    title, text, language = article.title, article.text, article.language
    terms = rules.story_terms(title, text, language, article.at) if "stories" in parts else ""
    words = Words(title, "", text)
    return PreparedArticle(
        article,
        text_hash(text),
        rules.sign(text, language) if "duplicates" in parts else None,
        terms,
        (ALL, *rules.story_keys(terms, language)) if "stories" in parts else (),
        rules.find_entities(title, text, language) if "entities" in parts else (),
        words,
        words.terms() if "search" in parts else None,
    )
