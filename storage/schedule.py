"""Compute when addresses and sources are asked again. Pure."""

import dataclasses
import datetime
from collections.abc import Sequence

from storage.reading import Entry

Interval = datetime.timedelta

REREADS = (Interval(hours=1), Interval(hours=6), Interval(days=1), Interval(days=7))
"""News is corrected soon after it appears: an article is read again so long after it was first seen, then rests."""

POLL_MIN, POLL_MAX = Interval(minutes=15), Interval(hours=6)
"""Between two polls of a source's start pages, where its config says nothing else."""

_RETRIES = (Interval(hours=1), Interval(hours=6), Interval(days=1), Interval(days=3), Interval(days=7))
"""Waits after a failure that may pass; after the last one the address rests."""

_PAYMENT_REQUIRED, _NOT_FOUND, _GONE = 402, 404, 410
_HISTORY = tuple(Interval(days=days) for days in (1, 7, 28))
"""Spans over which a source's rate is looked at: its busiest of late counts, so a quiet night slows nothing down."""

_EARLY = Interval(seconds=60)
"""cron's starts vary by seconds: a poll due every 15 minutes must not miss every other start."""

LISTING_GRAIN = Interval(days=1)
"""A sitemap's ``lastmod`` may be a mere day, whose midnight is what is stored."""


@dataclasses.dataclass(frozen=True, slots=True)
class PollSchedule:
    """How often a source is polled, and when its articles are read again.

    ``rereads`` count from an article's first sight. ``max_age`` None: any age.
    """

    poll_min: Interval = POLL_MIN
    poll_max: Interval = POLL_MAX
    rereads: tuple[Interval, ...] = REREADS
    max_age: Interval | None = None


def next_reread(
    first_seen_at: datetime.datetime, fetched_at: datetime.datetime, rereads: Sequence[Interval] = REREADS
) -> datetime.datetime | None:
    """Compute when a stored article is asked for again, None for never."""
    return next((due for wait in rereads if (due := first_seen_at + wait) > fetched_at), None)


def next_retry(fetched_at: datetime.datetime, attempts: int, status: int | None) -> datetime.datetime | None:
    """Compute when a failed address is tried again, None for never.

    ``attempts`` counts the failures in a row.

    410 and 402 (pay per crawl) are never asked for again. 404 is once: feeds list articles before every server of
    theirs has them.
    """
    if status in (_GONE, _PAYMENT_REQUIRED) or attempts > (1 if status == _NOT_FOUND else len(_RETRIES)):
        return None
    return fetched_at + _RETRIES[attempts - 1]


def next_poll(
    polled_at: datetime.datetime, published: Sequence[datetime.datetime], rhythm: PollSchedule
) -> datetime.datetime:
    """Compute when a source's start pages are due, by its newest articles.

    Twice within the mean gap between two articles, and within the source's bounds.
    """
    ages = [polled_at - moment for moment in published]
    gaps = [span / number for span in _HISTORY if (number := sum(Interval() <= age < span for age in ages))]
    interval = max(rhythm.poll_min, min([rhythm.poll_max, *(gap / 2 for gap in gaps)]))
    return polled_at + interval - min(_EARLY, interval / 10)


def is_too_old(moment: datetime.datetime | None, now: datetime.datetime, max_age: Interval | None) -> bool:
    """Tell whether a date is older than a source wants; no date is not."""
    return max_age is not None and moment is not None and moment < now - max_age


def may_be_wanted(entry: Entry, now: datetime.datetime, max_age: Interval | None) -> bool:
    """Tell whether a listing's entry is young enough, by its listing.

    What changed last year appeared no later; what changed yesterday may be of any age, and its page tells.
    """
    return not is_too_old(entry.published_at or entry.changed_at, now, max_age)


def listing_may_have_changed(changed_at: datetime.datetime | None, fetched_at: datetime.datetime | None) -> bool:
    """Tell whether a listing within a listing is due, by its ``lastmod``."""
    return changed_at is None or fetched_at is None or fetched_at - LISTING_GRAIN <= changed_at


@dataclasses.dataclass(frozen=True, slots=True)
class Retention:
    """How long a source's articles are kept, from when they were first seen, and how many; None for all."""

    age: datetime.timedelta | None = None
    number: int | None = None

    def __bool__(self) -> bool:
        return self.age is not None or self.number is not None
