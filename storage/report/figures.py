"""Query the figures of the report."""

import dataclasses
import datetime
import statistics
from collections import Counter

from sqlalchemy import Connection, TextClause, bindparam, text

from storage.column_types import UTCDateTime
from storage.monitoring.source_health import read_health
from storage.snapshot.activity import RECENT, Activity, count_activity
from storage.snapshot.last_activity import last_moment, newest_publication
from storage.snapshot.local_time import LocalClock, days_until, sqlite_value
from storage.stories.coverage import new_stories

CHART_DAYS, HEAT_DAYS, USUAL_DAYS = 28, 21, 28
FEW = 3
"""Days of a source's own kind (weekday or weekend) that tell what is usual for it; with fewer all its days do."""

FEW_A_DAY = 1.0
"""A source that usually gives less than this a day is not called silent for an empty day."""

MOST_STORIES = 200
"""Stories of a report, those of most sources first."""


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """A source's articles on one day, and its usual number, None for a new source."""

    source: str
    day: str
    articles: int
    usual: float | None


def is_silent(articles: int, usual: float | None) -> bool:
    """Return whether a day without articles is unusual for its source."""
    return not articles and usual is not None and usual >= FEW_A_DAY


@dataclasses.dataclass(frozen=True, slots=True)
class StoryArticle:
    """An article of a story; ``beginning`` is its summary, or its first words."""

    id: int
    story_id: int
    source: str
    language: str
    title: str
    url: str
    at: str
    fresh: bool
    beginning: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class StoryFigures:
    """A story with articles since the report's beginning."""

    id: int
    title: str
    articles: int
    sources: int
    articles_ja: int
    articles_en: int
    members: tuple[StoryArticle, ...]

    def sources_in(self, language: str) -> int:
        """Count the sources that reported it in a language since the beginning."""
        return len({each.source for each in self.members if each.fresh and each.language == language})


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one report.

    ``today`` is the local day of ``now``, ``rests_since`` the newest article's where nothing is recent.
    """

    since: datetime.datetime
    now: datetime.datetime
    today: datetime.date
    days: list[tuple[str, int, int, int]]
    cells: list[Cell]
    fetched: int
    articles_met: int
    new: int
    new_ja: int
    new_en: int
    in_stories: int
    stories: list[StoryFigures]
    troubles: list[tuple[str, str, str, int]]
    runs: list[tuple[int, str, str]]
    health: list[tuple[str, str, str, str]]
    rests_since: datetime.date | None = None


def read_figures(
    connection: Connection, clock: LocalClock, since: datetime.datetime, now: datetime.datetime
) -> Figures:
    """Read a report's figures in one transaction."""
    last = last_moment(newest_publication(connection, now), now)
    rests, last_day = last != now, clock.today(last)
    first = last_day - datetime.timedelta(days=HEAT_DAYS + USUAL_DAYS + 1)
    days = count_activity(connection, clock, clock.begin(first))
    fresh = _fresh(connection, since)
    outcomes = _outcomes(connection, since)
    stories = _stories(connection, since)
    return Figures(
        since=since,
        now=now,
        today=clock.today(now),
        days=_days(days, last_day),
        # Where nothing is recent, the last day is over; today is not.
        cells=compare_days(days, last_day + datetime.timedelta(days=rests)),
        fetched=sum(outcomes.values()),
        articles_met=sum(outcomes.get(outcome, 0) for outcome in ("new", "updated", "unchanged", "copy")),
        new=sum(fresh.values()),
        new_ja=fresh.get("ja", 0),
        new_en=fresh.get("en", 0),
        in_stories=_in_stories(connection, since),
        stories=stories,
        troubles=_troubles(connection, since),
        runs=_runs(connection, since, clock),
        health=_health(connection, clock),
        rests_since=last_day if rests else None,
    )


def _days(days: Activity, today: datetime.date) -> list[tuple[str, int, int, int]]:
    window = days_until(today, CHART_DAYS)
    totals = {day: [0, 0, 0] for day in window}
    for (_, day), counted in days.items():
        if day in totals:
            japanese, english = counted.articles["ja"], counted.articles["en"]
            for number, value in enumerate((japanese, english, counted.articles.total() - japanese - english)):
                totals[day][number] += value
    return [(day, *totals[day]) for day in window]  # type: ignore[misc]  # three numbers each


def compare_days(days: Activity, today: datetime.date) -> list[Cell]:
    """Compare each source's last days with the four weeks before each.

    ``today`` is left out: it is not over.
    """
    by_source: dict[str, dict[datetime.date, int]] = {}
    for (source, written), counted in days.items():
        by_source.setdefault(source, {})[datetime.date.fromisoformat(written)] = counted.articles.total()
    cells = []
    for source, counts in sorted(by_source.items()):
        for ago in range(HEAT_DAYS, 0, -1):
            day = today - datetime.timedelta(days=ago)
            cells.append(Cell(source, day.isoformat(), counts.get(day, 0), usual_articles(counts, day)))
    return cells


def usual_articles(days: dict[datetime.date, int], day: datetime.date) -> float | None:
    """Compute the usual number of articles of a day, None for a new source.

    It is the median of the four weeks before, of weekdays or weekends as the day is one.
    """
    began = min((known for known, articles in days.items() if articles), default=day)
    before = [day - datetime.timedelta(days=ago) for ago in range(1, USUAL_DAYS + 1)]
    before = [earlier for earlier in before if earlier >= began]
    alike = [earlier for earlier in before if (earlier.weekday() >= 5) == (day.weekday() >= 5)]
    chosen = alike if len(alike) >= FEW else before
    return float(statistics.median(days.get(earlier, 0) for earlier in chosen)) if len(chosen) >= FEW else None


def _fresh(connection: Connection, since: datetime.datetime) -> dict[str, int]:
    # Counted here: to group by language, SQLite goes through all articles by the index that has it.
    languages = connection.scalars(
        _since("SELECT language FROM articles WHERE first_seen_at >= :since"), {"since": since}
    )
    return dict(Counter(languages))


def _outcomes(connection: Connection, since: datetime.datetime) -> dict[str, int]:
    rows = connection.execute(
        _since(f"SELECT outcome, count(*) FROM fetches WHERE {RECENT} GROUP BY outcome"),  # noqa: S608 - our own words
        {"since": since},
    )
    return {str(outcome): int(number) for outcome, number in rows}


def _in_stories(connection: Connection, since: datetime.datetime) -> int:
    query = """
    SELECT count(*) FROM articles AS fresh WHERE fresh.first_seen_at >= :since AND EXISTS (
        SELECT 1 FROM articles AS other WHERE other.story_id = fresh.story_id AND other.id <> fresh.id)
    """
    return int(connection.execute(_since(query), {"since": since}).scalar_one())


def _stories(connection: Connection, since: datetime.datetime) -> list[StoryFigures]:
    # By first sight, as all of the report: what was published weeks ago may be news here.
    listed = new_stories(connection, since)[:MOST_STORIES]
    if not listed:
        return []
    members = text("""
    SELECT id, story_id, source, language, title, url, coalesce(published_at, first_seen_at) AS at, first_seen_at,
           CASE WHEN summary <> '' THEN summary ELSE substr(text, 1, 400) END AS beginning
    FROM articles WHERE story_id IN :stories ORDER BY 7, id
    """).bindparams(bindparam("stories", expanding=True))
    articles: dict[int, list[StoryArticle]] = {}
    for row in connection.execute(members, {"stories": [row["id"] for row in listed]}):
        fresh = str(sqlite_value(row.first_seen_at)) >= f"{since:%Y-%m-%dT%H:%M:%SZ}"
        article = StoryArticle(
            row.id, row.story_id, row.source, row.language, row.title, row.url, str(sqlite_value(row.at)), fresh,
            row.beginning or "",
        )  # fmt: skip
        articles.setdefault(row.story_id, []).append(article)
    return [StoryFigures(**row, members=tuple(articles.get(row["id"], ()))) for row in listed]


def _troubles(connection: Connection, since: datetime.datetime) -> list[tuple[str, str, str, int]]:
    query = f"""
    SELECT source, outcome, reason, count(*) AS times FROM fetches
    WHERE outcome IN ('failed', 'refused') AND {RECENT}
    GROUP BY source, outcome, reason ORDER BY times DESC, source LIMIT 12
    """  # noqa: S608 - our own words
    rows = connection.execute(_since(query), {"since": since})
    return [(source, outcome, reason, int(times)) for source, outcome, reason, times in rows]


def _runs(connection: Connection, since: datetime.datetime, clock: LocalClock) -> list[tuple[int, str, str]]:
    """Read the runs that failed or were killed, with their local start."""
    query = "SELECT id, status, started_at FROM runs WHERE started_at >= :since AND status IN ('failed', 'killed')"
    rows = connection.execute(_since(query + " ORDER BY id"), {"since": since})
    return [(int(run), str(status), (clock.local(started) or "")[:16]) for run, status, started in rows]


def _health(connection: Connection, clock: LocalClock) -> list[tuple[str, str, str, str]]:
    """Read the sources in trouble, with state, local day and detail."""
    return [
        (source, str(known["state"]), clock.day(known["since"]) or "", str(known["detail"]))
        for source, known in sorted(read_health(connection).items())
        if known["state"] not in ("ok", "new")
    ]


def _since(query: str) -> TextClause:
    return text(query).bindparams(bindparam("since", type_=UTCDateTime()))
