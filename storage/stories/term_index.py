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

ALL = 0
"""The key under which all articles of a week are counted."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ROWS = select(StoryTerm.term, StoryTerm.articles, StoryTerm.article_ids).where(
    StoryTerm.week == bindparam("week"), StoryTerm.term.in_(bindparam("terms", expanding=True))
)


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
        self._ids: dict[tuple[int, int], list[int]] = {}
        self._added: Counter[tuple[int, int]] = Counter()
        self._added_ids: dict[tuple[int, int], list[int]] = {}

    def load(self, wanted: Iterable[tuple[datetime, Sequence[int]]]) -> None:
        """Read the rows of these keys in the weeks around each time."""
        by_week: dict[int, set[int]] = {}
        for at, keys in wanted:
            for week in _around(at):
                by_week.setdefault(week, {ALL}).update(keys)
        for week, wanted_keys in sorted(by_week.items()):
            for chunk in chunks_of(sorted(wanted_keys)):
                for term, articles, ids in self._session.connection().execute(_ROWS, {"week": week, "terms": chunk}):
                    self._counts[week, term] = articles
                    self._ids[week, term] = [*map(int, ids.split(",")[:-1])]

    def counts(self, at: datetime, keys: Sequence[int]) -> tuple[dict[int, int], int]:
        """Count the articles of these weeks, by key and in all."""
        before, week, after = _around(at)
        count = self._counts.get
        by_key = {key: count((before, key), 0) + count((week, key), 0) + count((after, key), 0) for key in keys}
        return by_key, sum([count((each, ALL), 0) for each in (before, week, after)])

    def candidates(self, at: datetime, counts: Mapping[int, int], total: int, most: int) -> list[int]:
        """Find the articles that share the rarest of these keys, best first."""
        scores: dict[int, float] = {}
        weeks = _around(at)
        for key, count in counts.items():
            if not 0 < count <= COMMON:
                continue
            bits = math.log2((total + COMMON) / count)
            for week in weeks:
                for number in self._ids.get((week, key), ()):
                    scores[number] = scores.get(number, 0.0) + bits
        return [number for _, number in heapq.nlargest(most, zip(scores.values(), scores, strict=True))]

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
