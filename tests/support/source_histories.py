"""Histories made for tests: what crawls met, crawl by crawl."""

import collections
import datetime
from typing import Any

from storage.monitoring.source_health import SourceRun

NOW = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


def run(ago: datetime.timedelta, **met: Any) -> SourceRun:
    """One crawl so long ago: by default its start page answered, and nothing more."""
    if "errors" in met:
        met["errors"] = collections.Counter(met["errors"])
    return SourceRun(NOW - ago, **({"asked": 1, "answered": 1} | met))


def healthy(days: int = 14, *, until: datetime.timedelta = datetime.timedelta(0), every: int = 6) -> list[SourceRun]:
    """A source that brings five articles every six hours, one page in ten without an article, up to so long ago."""
    count = days * 24 // every
    return [
        run(until + (count - number) * every * HOUR, new=5, articles=9, empty=1, characters=9 * 1_800)
        for number in range(count)
    ]
