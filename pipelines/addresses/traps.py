"""Recognize crawler traps: repeating paths, calendars, piled-up parameters.

The depth and a run's budget limit every trap. These rules keep a trap from using up the budget of the articles. Session
ids never get here: they are no part of an address's key (``rules/trackers.toml``).
"""

import re
from urllib.parse import parse_qsl, urlsplit

from pipelines.dates.forms import YEAR

MAX_SEGMENTS = 20
"""Of a path: section, date and slug of news sites take some ten at most."""

MAX_REPEATS = 3
"""Of one segment that is not a number, and of a run of two or more. A mistaken relative link gives /a/b/a/b, and its
own links one repetition more at every step."""

MAX_PARAMETERS = 12

_CALENDAR = re.compile(r"(?:^|[/_-])(?:calendar|kalender|ical)(?:$|[/_.-])", re.IGNORECASE)
_CALENDAR_NAMES = frozenset({"tribe-bar-date", "eventdisplay", "ical", "outlook-ical", "calendar_date", "cal_month"})
"""Of The Events Calendar (WordPress) and its like: each month links to the next, for ever."""


def is_trap(url: str) -> bool:
    """Tell whether an address has the form of a crawler trap. Never raises."""
    try:
        parts = urlsplit(url)
        names = [name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=1_000)]
    except ValueError:
        return True
    segments = [segment for segment in parts.path.split("/") if segment]
    return (
        len(segments) > MAX_SEGMENTS
        or len(names) > MAX_PARAMETERS
        or _repeats_itself(segments)
        or _is_calendar(parts.path, names)
    )


def _repeats_itself(segments: list[str]) -> bool:
    if any(segments.count(segment) > MAX_REPEATS for segment in set(segments) if not segment.isdecimal()):
        return True
    for length in range(2, len(segments) // 3 + 1):
        for start in range(len(segments) - 3 * length + 1):
            unit = segments[start : start + length]
            if segments[start : start + 3 * length] == unit * 3:
                return True
    return False


def _is_calendar(path: str, names: list[str]) -> bool:
    """Tell whether an address is a calendar's page of a day or month."""
    if not _CALENDAR_NAMES.isdisjoint(names):
        return True
    word = _CALENDAR.search(path)
    if word is None:
        return False
    rest = path[word.end() :]
    return re.fullmatch(rf"/?{YEAR}(?:[/-]?\d{{1,2}}){{0,2}}/?", rest) is not None or "month" in names
