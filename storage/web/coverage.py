"""Query what the page that compares coverage shows."""

import datetime
import heapq
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlencode

from sqlalchemy import Connection

from storage.chunks import read_chunks
from storage.snapshot.local_time import LocalClock
from storage.stories.coverage import StoryCoverage, active_stories, compare_coverage, in_words, story_coverage, takings
from storage.web.article_list import Context, read_metadata
from storage.web.periods import KINDS, newest_story_day, parse_day, period_of

SHOWN = 40


def coverage_page(connection: sqlite3.Connection, searched: Connection, asked: Mapping[str, str]) -> Context:
    """Compare the languages and sources in a day, week, month or ever; the default is the newest month."""
    snapshot = read_metadata(connection)
    newest = newest_story_day(connection)
    day = parse_day(asked.get("at", "")) or newest or datetime.date.fromisoformat(snapshot["last_day"])
    kind = asked.get("period", "")
    period = period_of(kind if kind in KINDS else "month", day)
    clock = LocalClock(snapshot["timezone"])
    since, until = (clock.begin(each) if each else None for each in (period.begin, period.end))
    leads: list[StoryCoverage] = []
    covered = story_coverage(searched, active_stories(searched, since, until))
    return {
        "coverage": compare_coverage(_keep_longest(covered, leads)),
        "leads": leads,
        "takings": takings(searched, since, until)[:SHOWN],
        "period": period,
        "kinds": KINDS,
        "link": lambda **changes: "/coverage?" + urlencode({"period": period.kind, "at": day.isoformat()} | changes),
        "earlier": _step(period.begin, -1),
        "later": period.end.isoformat() if period.end else "",
        "in_words": in_words,
        "shown": SHOWN,
    }


def _keep_longest(covered: Iterable[StoryCoverage], leads: list[StoryCoverage]) -> Iterator[StoryCoverage]:
    """Pass the stories on, and keep those of the longest leads, the longest first."""

    def lead(story: StoryCoverage) -> datetime.timedelta:
        return story.lead or datetime.timedelta()

    for chunk in read_chunks(covered):
        leads[:] = heapq.nlargest(SHOWN, leads + [story for story in chunk if story.lead], key=lead)
        yield from chunk


def _step(day: datetime.date | None, days: int) -> str:
    try:
        return (day + datetime.timedelta(days=days)).isoformat() if day else ""
    except OverflowError:
        return ""
