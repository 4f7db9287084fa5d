"""Index the terms of stories by week.

A batch loads its rows once, works on them in memory, and writes what changed in one statement.
"""

import functools
import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, case, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.database.in_values import dialect_of
from storage.database.upsert import insert_in, insert_rows
from storage.tables.stories import StoryTerm

COMMON = 400
"""Articles of three weeks with a term, above which it is not used to find articles. A row's ids stop growing there."""

LOOKED_AT = 600
"""Articles that are looked at for one article's candidates, under its rarest terms first, until there are so many."""

ALL = 0
"""The key under which all articles of a week are counted."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IN_WEEK = (StoryTerm.week == bindparam("week"), StoryTerm.term.in_(bindparam("terms", expanding=True)))
_COUNTS = select(StoryTerm.term, StoryTerm.articles).where(*_IN_WEEK)
_ROWS = select(StoryTerm.term, StoryTerm.articles, StoryTerm.article_ids).where(*_IN_WEEK)


def week_of(at: datetime) -> int:
    """Count the weeks since 1970-01-01."""
    return (at - _EPOCH).days // 7


def week_start(week: int) -> datetime:
    """Return the first moment of a week that :func:`week_of` counts."""
    return _EPOCH + timedelta(weeks=week)


class TermIndex:
    """The index rows that a batch needs."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._counts: dict[tuple[int, int], int] = {}
        self._ids: dict[tuple[int, int], str] = {}
        self._added: Counter[tuple[int, int]] = Counter()
        self._added_ids: dict[tuple[int, int], list[int]] = {}

    def load(self, wanted: Iterable[tuple[datetime, Sequence[int]]]) -> None:
        """Read the rows of these keys in the weeks around each time, with the articles."""
        for week, keys in _by_week(wanted):
            self._counts |= dict.fromkeys(((week, key) for key in keys), 0)
            for chunk in chunks_of(keys):
                for term, articles, ids in self._session.connection().execute(_ROWS, {"week": week, "terms": chunk}):
                    self._counts[week, term] = articles
                    if articles <= COMMON:
                        self._ids[week, term] = ids

    def load_counts(self, wanted: Iterable[tuple[datetime, Sequence[int]]]) -> None:
        """Read the counts of these keys in the weeks around each time."""
        for week, keys in _by_week(wanted):
            unknown = [key for key in keys if (week, key) not in self._counts]
            self._counts |= dict.fromkeys(((week, key) for key in unknown), 0)
            for chunk in chunks_of(unknown):
                for term, articles in self._session.connection().execute(_COUNTS, {"week": week, "terms": chunk}):
                    self._counts[week, term] = articles

    def counts(self, at: datetime, keys: Sequence[int]) -> tuple[dict[int, int], int]:
        """Count the articles of these weeks, by key and in all."""
        before, week, after = _around(at)
        count = self._counts.get
        by_key = {key: count((before, key), 0) + count((week, key), 0) + count((after, key), 0) for key in keys}
        return by_key, sum([count((each, ALL), 0) for each in (before, week, after)])

    def candidates(self, at: datetime, counts: Mapping[int, int], total: int, most: int) -> list[int]:
        """Find the articles that share the rarest of these keys, best first."""
        scores: dict[str, float] = {}
        weeks, looked_at = _around(at), 0
        for count, key in sorted((count, key) for key, count in counts.items() if 0 < count <= COMMON):
            if looked_at and looked_at + count > LOOKED_AT:
                break
            looked_at += count
            bits = math.log2((total + COMMON) / count)
            for week in weeks:
                for number in self._ids.get((week, key), "").split(",")[:-1]:
                    scores[number] = scores.get(number, 0.0) + bits
        return [number for _, number in heapq.nlargest(most, zip(scores.values(), map(int, scores), strict=True))]

    def add(self, article_id: int, at: datetime, keys: Iterable[int]) -> None:
        """Add an article under these keys; it must not be there yet. What was loaded does not change."""
        week = week_of(at)
        for key in keys:
            self._added[week, key] += 1
            if key != ALL:
                self._added_ids.setdefault((week, key), []).append(article_id)

    def save(self) -> None:
        """Write what was added, in one order for all writers."""
        rows = [
            {
                "week": week,
                "term": term,
                "articles": number,
                "article_ids": _listed(self._added_ids.get((week, term), ())[:COMMON]),
            }
            for (week, term), number in sorted(self._added.items())
        ]
        insert_rows(self._session, _adding(dialect_of(self._session)), rows)
        self._added.clear()
        self._added_ids.clear()


def remove_article(session: Session, article_id: int, at: datetime) -> None:
    """Remove an article from its week; reads the whole week."""
    named = (literal(",") + StoryTerm.article_ids).contains(f",{article_id},")
    where = (StoryTerm.week == week_of(at), or_(StoryTerm.term == ALL, named))
    for row in session.scalars(select(StoryTerm).where(*where)).all():
        row.article_ids = _listed(number for number in row.article_ids.split(",")[:-1] if int(number) != article_id)
        row.articles -= 1
        if row.articles <= 0:
            session.delete(row)
    session.flush()


def _listed(ids: Iterable[object]) -> str:
    return "".join(f"{number}," for number in ids)


def _by_week(wanted: Iterable[tuple[datetime, Sequence[int]]]) -> list[tuple[int, list[int]]]:
    """Give the keys to read of each week, with ALL."""
    by_week: dict[int, set[int]] = {}
    for at, keys in wanted:
        for week in _around(at):
            by_week.setdefault(week, {ALL}).update(keys)
    return [(week, sorted(keys)) for week, keys in sorted(by_week.items())]


def _around(at: datetime) -> range:
    week = week_of(at)
    return range(week - 1, week + 2)


@functools.cache
def _adding(dialect: str) -> "sqlite.Insert | postgresql.Insert":
    statement = insert_in(dialect, StoryTerm)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["week", "term"],
        set_={
            "articles": StoryTerm.articles + new.articles,
            "article_ids": case(
                (StoryTerm.articles >= COMMON, StoryTerm.article_ids), else_=StoryTerm.article_ids + new.article_ids
            ),
        },
    )
