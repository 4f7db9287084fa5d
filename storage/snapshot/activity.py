"""Count each source's articles and fetches per local day."""

import collections
import dataclasses
import datetime

from sqlalchemy import Connection, TextClause, bindparam, text

from storage.chunks import ROWS
from storage.column_types import UTCDateTime
from storage.snapshot.local_time import LocalClock
from storage.tables.fetches import OUTCOMES

# Sixteen characters are year to minute on both databases (SQLite keeps a T, PostgreSQL casts with a space): zones
# with offsets of 30 and 45 minutes exist, so grouping by hour would put articles into the wrong day.
RECENT = "fetched_at >= :since AND run_id IN (SELECT id FROM run WHERE finished_at IS NULL OR finished_at >= :since)"
"""A condition of ``fetches``: an index finds those of the runs that had not ended by then; most rows are older."""

_DATED = """
id IN (SELECT id FROM article WHERE published_at >= :since AND language IN (SELECT DISTINCT language FROM article)
UNION ALL SELECT id FROM article WHERE first_seen_at >= :since AND published_at IS NULL)
"""
"""A condition of ``articles``, by their own date or first sight; with all languages, an index finds the dates."""

_ARTICLES = """
SELECT source, language, substr(CAST(coalesce(published_at, first_seen_at) AS TEXT), 1, 16) AS minute, count(*)
FROM articles {where} GROUP BY source, language, minute
"""
_FETCHES = """
SELECT source, outcome, substr(CAST(fetched_at AS TEXT), 1, 16) AS minute, count(*)
FROM fetches {where} GROUP BY source, outcome, minute
"""


@dataclasses.dataclass(slots=True)
class SourceDay:
    """One source on one local day.

    ``articles`` are counted by language on the day of publication, else of first sight.
    """

    articles: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    outcomes: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)

    @property
    def fetched(self) -> int:
        """The number of addresses that were taken up."""
        return self.outcomes.total()


Activity = dict[tuple[str, str], SourceDay]
"""By source and local day (``2025-10-26``)."""


def count_activity(connection: Connection, clock: LocalClock, since: datetime.datetime | None = None) -> Activity:
    """Count every source's days since a moment; empty days are left out."""
    days: Activity = collections.defaultdict(SourceDay)
    articles = _query(_ARTICLES, _DATED, since)
    with connection.execute(articles, execution_options={"yield_per": ROWS}) as counted:
        for source, language, minute, number in counted:
            days[source, _day(clock, minute)].articles[language] += number
    with connection.execute(_query(_FETCHES, RECENT, since), execution_options={"yield_per": ROWS}) as counted:
        for source, outcome, minute, number in counted:
            days[source, _day(clock, minute)].outcomes[outcome] += number
    return dict(days)


def _query(query: str, condition: str, since: datetime.datetime | None) -> TextClause:
    if since is None:
        return text(query.format(where=""))
    return text(query.format(where=f"WHERE {condition}")).bindparams(bindparam("since", since, UTCDateTime()))


def _day(clock: LocalClock, minute: str) -> str:
    return clock.day(minute + "Z") or ""


def activity_rows(days: Activity) -> list[tuple[object, ...]]:
    """Give the rows of a snapshot's ``source_days``, by source and day."""
    return [
        (
            source,
            day,
            counted.articles.total(),
            counted.articles["ja"],
            counted.articles["en"],
            counted.fetched,
            *(counted.outcomes[outcome] for outcome in OUTCOMES),
        )
        for (source, day), counted in sorted(days.items())
    ]
