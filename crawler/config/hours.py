"""Parse times of day and week, such as ``Mon-Fri 06:00-22:00``, and tell whether a moment is within them."""

import datetime
import re
import zoneinfo
from collections.abc import Sequence

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITTEN = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?)?\s*"
    r"(?:(?P<begin>\d{1,2}:\d{2})-(?P<end>\d{1,2}:\d{2}))?\Z",
    re.IGNORECASE,
)
_DAY = 24 * 60
_WEEK = 7


def check_hours(value: str) -> str:
    """Check times of day or week."""
    _spans(value)
    return value


def is_open(hours: Sequence[str], now: datetime.datetime, timezone: str) -> bool:
    """Return whether an aware time is within one of these; no times are all times."""
    if not hours:
        return True
    local = now.astimezone(zoneinfo.ZoneInfo(timezone))
    minute = (local.weekday() * 24 + local.hour) * 60 + local.minute
    moments = (minute, minute + _WEEK * _DAY)
    return any(begin <= at < end for value in hours for begin, end in _spans(value) for at in moments)


def next_opening(hours: Sequence[str], now: datetime.datetime, timezone: str) -> datetime.datetime:
    """Return ``now``, or when the hours begin next, to the minute."""
    moment = now
    for _ in range(_WEEK * 24 * 4 + 1):
        if is_open(hours, moment, timezone):
            return moment
        moment += datetime.timedelta(minutes=15)
    return now


def _spans(value: str) -> list[tuple[int, int]]:
    """Return the spans of minutes since Monday 00:00.

    One that passes midnight or Sunday ends beyond its day or week. Raises ValueError.
    """
    match = _WRITTEN.match(value.strip()[:50])
    if match is None or not match[0]:
        raise ValueError("not of the form Mon-Fri 06:00-22:00")
    first, last = match["first"], match["last"]
    days = range(_WEEK) if first is None else _days(first.lower(), (last or first).lower())
    if match["begin"] is None:
        return [(day % _WEEK * _DAY, (day % _WEEK + 1) * _DAY) for day in days]
    begin, end = _minute(match["begin"]), _minute(match["end"])
    length = (end - begin) % _DAY or _DAY
    return [(day % _WEEK * _DAY + begin, day % _WEEK * _DAY + begin + length) for day in days]


def _days(first: str, last: str) -> range:
    if first not in _DAYS or last not in _DAYS:
        raise ValueError(f"a day is one of {', '.join(day.capitalize() for day in _DAYS)}")
    begin, end = _DAYS.index(first), _DAYS.index(last)
    return range(begin, end + 1 if end >= begin else end + 1 + _WEEK)


def _minute(written: str) -> int:
    hour, _, minute = written.partition(":")
    if int(hour) > 24 or int(minute) > 59 or int(hour) * 60 + int(minute) > _DAY:
        raise ValueError(f"{written} is no time of day")
    return int(hour) * 60 + int(minute)
