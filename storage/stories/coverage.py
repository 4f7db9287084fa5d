"""Compare what the languages and sources report: which stories, who was first, who takes from whom.

Reads the views ``stories``, ``articles`` and ``copies`` of an archive or a snapshot. Times are the publishers' own
(``published_at``); an article without one has none here, and is never said to be first.
"""

import dataclasses
import datetime
import statistics
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

from storage.chunks import ROWS, read_chunks
from storage.column_types import UTCDateTime

DAY = "day"
"""The precision of a date without a time: two such dates can only be compared by day."""

_MEMBERS = text(
    "SELECT story_id, id, source, language, title, url, published_at, published_precision FROM articles"
    " WHERE story_id IN :ids AND published_at IS NOT NULL ORDER BY published_at, id"
).bindparams(bindparam("ids", expanding=True))


@dataclasses.dataclass(frozen=True, slots=True)
class First:
    """The first article of a language in a story, by its publisher's date."""

    id: int
    source: str
    title: str
    url: str
    at: datetime.datetime
    by_day: bool


@dataclasses.dataclass(frozen=True, slots=True)
class StoryCoverage:
    """A story with its first article in each language.

    ``lead`` is the time from the first article of the language that was first to that of the other one; None where one
    is missing, or both have the same day and one no time. ``first_source`` is "" where another source
    has the same time or, without one, the same day.
    """

    id: int
    title: str
    articles_ja: int
    articles_en: int
    sources: int
    first_ja: First | None
    first_en: First | None
    first_source: str
    is_contested: bool
    """Whether several sources have articles of the story."""

    @property
    def lead(self) -> datetime.timedelta | None:
        """How much later the other language was."""
        if self.first_ja is None or self.first_en is None:
            return None
        between = abs(self.first_ja.at - self.first_en.at)
        if self.first_ja.by_day or self.first_en.by_day:
            days = between.days
            return datetime.timedelta(days=days) if days else None
        return between

    @property
    def first_language(self) -> str:
        """``ja`` or ``en``; "" where it cannot be told."""
        if self.first_ja is None or self.first_en is None or not self.lead:
            return ""
        return "ja" if self.first_ja.at < self.first_en.at else "en"


@dataclasses.dataclass(frozen=True, slots=True)
class Taking:
    """Texts that ``taker`` has from ``giver``: the one whose date is later took.

    ``delay`` is the median time between both dates, None where no pair has two; ``dated`` counts the pairs with two.
    """

    giver: str
    taker: str
    texts: int
    dated: int
    delay: datetime.timedelta | None


@dataclasses.dataclass(frozen=True, slots=True)
class Coverage:
    """The stories of a period with several articles, by language, and what follows from them."""

    in_both: int
    only_japanese: int
    only_english: int
    japanese_first: int
    english_first: int
    japanese_lead: datetime.timedelta | None
    english_lead: datetime.timedelta | None
    first_sources: list[tuple[str, int]]


def story_coverage(connection: Connection, stories: Iterable[Mapping[str, Any]]) -> Iterator[StoryCoverage]:
    """Add the first articles to rows of ``stories``, in their order, some hundred at once."""
    for chunk in read_chunks(stories):
        members: dict[int, list[Any]] = {}
        for row in connection.execute(_MEMBERS, {"ids": [story["id"] for story in chunk]}).all():
            members.setdefault(row.story_id, []).append(row)
        for story in chunk:
            yield _covered(story, members.get(story["id"], []))


def _covered(story: Mapping[str, Any], rows: Sequence[Any]) -> StoryCoverage:
    """Add the first articles to a row of ``stories``; ``rows`` are its articles in order of time."""
    firsts: dict[str, Any] = {}
    for row in rows:
        firsts.setdefault(row.language, row)
    first_ja, first_en = (_first(firsts[code]) if code in firsts else None for code in ("ja", "en"))
    other = next((row for row in rows if row.source != rows[0].source), None)
    return StoryCoverage(
        story["id"], story["title"], int(story["articles_ja"]), int(story["articles_en"]),
        int(story["sources"]), first_ja, first_en, _first_source(rows, other), other is not None,
    )  # fmt: skip


def _first_source(rows: Sequence[Any], other: Any) -> str:
    """Name the source of the first of ``rows``, "" where the first one of another source may have been as early."""
    if not rows:
        return ""
    if other is not None:
        first, second = _moment(rows[0].published_at), _moment(other.published_at)
        ends = first + datetime.timedelta(days=1) if rows[0].published_precision == DAY else first
        if second == first or second < ends:
            return ""
    return str(rows[0].source)


def _first(row: Any) -> First:
    return First(row.id, row.source, row.title, row.url, _moment(row.published_at), row.published_precision == DAY)


def _moment(value: datetime.datetime | str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(value) if isinstance(value, str) else value


def active_stories(
    connection: Connection, since: datetime.datetime | None = None, until: datetime.datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Read the stories of several articles that had one in a period, those of most sources first, one by one."""
    conditions, values = ["articles > 1"], {}
    if since is not None:
        conditions.append("last_at >= :since")
        values["since"] = since
    if until is not None:
        conditions.append("first_at < :until")
        values["until"] = until
    statement = text(
        "SELECT id, title, articles, sources, articles_ja, articles_en, first_at, last_at FROM stories"  # noqa: S608 - our own words
        # With the sign SQLite does not go through all stories by the index that has their order.
        f" WHERE {' AND '.join(conditions)} ORDER BY +sources DESC, articles DESC, id"
    ).bindparams(*(bindparam(name, type_=UTCDateTime()) for name in values))
    with connection.execute(statement, values, execution_options={"yield_per": ROWS}) as result:
        yield from map(dict, result.mappings())


def new_stories(connection: Connection, since: datetime.datetime) -> list[dict[str, Any]]:
    """Read the stories of several articles that have one first seen since then, those of most sources first."""
    statement = text(
        "SELECT id, title, articles, sources, articles_ja, articles_en FROM stories"
        " WHERE id IN (SELECT story_id FROM article WHERE first_seen_at >= :since) AND articles > 1"
        " ORDER BY sources DESC, articles DESC, id"
    ).bindparams(bindparam("since", type_=UTCDateTime()))
    return [dict(row) for row in connection.execute(statement, {"since": since}).mappings()]


def compare_coverage(covered: Iterable[StoryCoverage]) -> Coverage:
    """Count stories by language, and who was first of several sources; read each story once."""
    languages: Counter[tuple[bool, bool]] = Counter()
    first: Counter[str] = Counter()
    leads = {"ja": array("d"), "en": array("d")}
    for story in covered:
        languages[story.articles_ja > 0, story.articles_en > 0] += 1
        if story.is_contested and story.first_source:
            first[story.first_source] += 1
        if story.articles_ja and story.articles_en and story.first_language and story.lead:
            leads[story.first_language].append(story.lead.total_seconds())
    return Coverage(
        in_both=languages[True, True],
        only_japanese=languages[True, False],
        only_english=languages[False, True],
        japanese_first=len(leads["ja"]),
        english_first=len(leads["en"]),
        japanese_lead=_median(leads["ja"]),
        english_lead=_median(leads["en"]),
        first_sources=sorted(first.items(), key=lambda pair: (-pair[1], pair[0])),
    )


def _median(seconds: Sequence[float]) -> datetime.timedelta | None:
    return datetime.timedelta(seconds=round(statistics.median(seconds))) if seconds else None


def takings(
    connection: Connection, since: datetime.datetime | None = None, until: datetime.datetime | None = None
) -> list[Taking]:
    """Count who has texts of whom, and how much later, those with most texts first.

    The stored article is the first that Kiji met, and not always the first that was published. So the direction is that
    of both publishers' dates; without two of them it is from the article to the copy. Days without a time are compared
    by day.
    """
    conditions, values = ["copies.kind <> 'url'", "copies.source <> articles.source"], {}
    for name, comparison, value in (("since", ">=", since), ("until", "<", until)):
        if value is not None:
            conditions.append(f"copies.seen_at {comparison} :{name}")
            values[name] = value
    statement = text(
        "SELECT articles.source AS article_source, copies.source AS copy_source, articles.published_at AS article_at,"  # noqa: S608 - our own words
        " copies.published_at AS copy_at, articles.published_precision FROM copies"
        f" JOIN articles ON articles.id = copies.article_id WHERE {' AND '.join(conditions)}"
    ).bindparams(*(bindparam(name, type_=UTCDateTime()) for name in values))
    texts: Counter[tuple[str, str]] = Counter()
    delays: dict[tuple[str, str], array[float]] = {}
    for row in connection.execute(statement, values, execution_options={"yield_per": ROWS}):
        pair, delay = (row.article_source, row.copy_source), None
        if row.article_at is not None and row.copy_at is not None:
            delay = _moment(row.copy_at) - _moment(row.article_at)
            if row.published_precision == DAY:
                delay = datetime.timedelta(days=round(delay / datetime.timedelta(days=1)))
            if delay < datetime.timedelta():
                pair, delay = (row.copy_source, row.article_source), -delay
        texts[pair] += 1
        if delay is not None:
            delays.setdefault(pair, array("d")).append(delay.total_seconds())
    found = [
        Taking(*pair, number, len(dated := delays.get(pair, array("d"))), _median(dated))
        for pair, number in texts.items()
    ]
    return sorted(found, key=lambda each: (-each.texts, each.giver, each.taker))


def in_words(delay: datetime.timedelta | None) -> str:
    """Write a delay: ``45 min``, ``2 h 10 min``, ``3 d``; "" for none."""
    if delay is None:
        return ""
    minutes = round(delay.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{round(minutes / 1440)} d"
