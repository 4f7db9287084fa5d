"""Parse and format lengths of time and sizes, such as ``"90 d"`` and ``"20 GB"``."""

import datetime
import re

_WRITTEN = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([A-Za-z]+)\Z")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}

DURATIONS = "a number with s, m, h, d or w, such as 12h or 90d"
LONGEST = datetime.timedelta(days=36_500)
"""Longer lengths of time are this one: no calendar holds them."""

SIZES = "a number with B, kB, MB, GB or TB, such as 500 MB"


def parse_duration(written: str) -> datetime.timedelta:
    """Parse a length of time, at most LONGEST. Raises ValueError."""
    match = _WRITTEN.match(written.strip())
    unit = _SECONDS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise ValueError(f"not {DURATIONS}")
    return datetime.timedelta(seconds=min(float(match[1]) * unit, LONGEST.total_seconds()))


def format_duration(length: datetime.timedelta) -> str:
    """Format a length of time in the largest unit that divides it."""
    seconds = int(length.total_seconds())
    unit = next(unit for unit in ("w", "d", "h", "m", "s") if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def parse_size(written: str) -> int:
    """Parse a size in bytes; kB is 1,000, KiB 1,024. Raises ValueError."""
    match = _WRITTEN.match(written.strip())
    unit = _BYTES.get(match[2].upper()) if match else None
    if match is None or unit is None:
        raise ValueError(f"not {SIZES}")
    return int(float(match[1]) * unit)


def format_size(size: float) -> str:
    """Format a number of bytes for a person."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
