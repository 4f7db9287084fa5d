"""Decide how long a stored robots.txt is used (RFC 9309). Pure.

The time is passed in.
"""

import dataclasses
import datetime
from typing import Literal

from storage.frontier.host_state import KnownRobots

FRESH = datetime.timedelta(hours=24)
"""RFC 9309, 2.4: a cached version is not used for longer, unless robots.txt is unreachable."""

TRY_AGAIN = datetime.timedelta(minutes=10)
"""After a try that brought nothing: cron's next start asks again, not every request of this one."""

UNDEFINED_LONG = datetime.timedelta(days=30)
"""RFC 9309, 2.3.1.4: so long an unreachable one forbids all; then the last copy holds, or nothing is forbidden."""

Use = Literal["ask", "copy", "closed", "nothing"]


def use_of(known: KnownRobots, now: datetime.datetime) -> Use:
    """Decide on ``copy`` (the stored one), ``closed``, ``nothing`` or ``ask``."""
    if known.fetched_at is not None and now - known.fetched_at < FRESH:
        return "copy"
    if not known.trouble or known.tried_at is None or now - known.tried_at >= TRY_AGAIN:
        return "ask"
    return use_in_trouble(known, now)


def use_in_trouble(known: KnownRobots, now: datetime.datetime) -> Use:
    """Decide what to use if robots.txt cannot be fetched now."""
    if known.fetched_at is not None and now - known.fetched_at < FRESH:
        return "copy"
    if known.trouble_since is not None and now - known.trouble_since >= UNDEFINED_LONG:
        return "copy" if known.fetched_at is not None else "nothing"
    return "closed"


def stored_answer(status: int, body: str, now: datetime.datetime) -> KnownRobots:
    """Return what to store of an answer: a 2xx with its rules, or a 4xx."""
    return KnownRobots(status=status, body=body, fetched_at=now, tried_at=now)


def stored_failure(known: KnownRobots, trouble: str, now: datetime.datetime) -> KnownRobots:
    """Return what to store of a failed try; the last answer is kept."""
    since = known.trouble_since if known.trouble else now
    return dataclasses.replace(known, tried_at=now, trouble=trouble, trouble_since=since or now)
