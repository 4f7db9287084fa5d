"""Query what the page that compares coverage shows."""

import datetime
import sqlite3
from collections.abc import Mapping
from urllib.parse import urlencode

from sqlalchemy import Connection

from storage.snapshot.local_time import LocalClock
from storage.stories.coverage import active_stories, compare_coverage, in_words, story_coverage, takings
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
    covered = story_coverage(searched, active_stories(searched, since, until))
    leads = sorted((each for each in covered if each.lead), key=lambda each: each.lead, reverse=True)  # type: ignore[arg-type,return-value]  # only those with a lead
    return {
        "coverage": compare_coverage(covered),
        "leads": leads[:SHOWN],
        "takings": takings(searched, since, until)[:SHOWN],
        "period": period,
        "kinds": KINDS,
        "link": lambda **changes: "/coverage?" + urlencode({"period": period.kind, "at": day.isoformat()} | changes),
        "earlier": _step(period.begin, -1),
        "later": period.end.isoformat() if period.end else "",
        "in_words": in_words,
        "shown": SHOWN,
    }


def _step(day: datetime.date | None, days: int) -> str:
    try:
        return (day + datetime.timedelta(days=days)).isoformat() if day else ""
    except OverflowError:
        return ""
