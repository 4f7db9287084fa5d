"""When an address is asked for again. All pure: the time is passed in."""

import datetime

_REREADS = (
    datetime.timedelta(hours=1),
    datetime.timedelta(hours=6),
    datetime.timedelta(days=1),
    datetime.timedelta(days=7),
)
"""News is corrected soon after it appears: an article is read again after 1 h, 6 h, a day and a week, then rests."""

_RETRIES = (
    datetime.timedelta(hours=1),
    datetime.timedelta(hours=6),
    datetime.timedelta(days=1),
    datetime.timedelta(days=3),
    datetime.timedelta(days=7),
)
"""Waits after a failure that may pass; after the last one the address rests."""

POLL_INTERVAL = datetime.timedelta(hours=1)
"""Between two polls of a source's start pages where nobody asks by name."""

_GONE = frozenset({404, 410})


def next_reread(fetched_at: datetime.datetime, rereads: int) -> datetime.datetime | None:
    """When a stored article is asked for again, None for never; ``rereads`` are those that it has had."""
    return fetched_at + _REREADS[rereads] if rereads < len(_REREADS) else None


def next_retry(fetched_at: datetime.datetime, attempts: int, status: int | None) -> datetime.datetime | None:
    """When a failed address is tried again, None for never; ``attempts`` counts the failures in a row."""
    if status in _GONE or attempts > len(_RETRIES):
        return None
    return fetched_at + _RETRIES[attempts - 1]
