"""Lengths of time and sizes as an operator writes them in the config: ``"90 d"``, ``"20 GB"``."""

import datetime
import re

_WRITTEN = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([A-Za-z]+)\Z")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}

DURATIONS = "a number with s, m, h, d or w, such as 12h or 90d"
LONGEST = datetime.timedelta(days=36_500)
"""Longer lengths of time are this one: no calendar holds them."""

SIZES = "a number with B, kB, MB, GB or TB, such as 500 MB"


def duration(written: str) -> datetime.timedelta:
    """Read a length of time, LONGEST at most; raise ValueError."""
    found = _WRITTEN.match(written.strip())
    unit = _SECONDS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ValueError(f"not {DURATIONS}")
    return datetime.timedelta(seconds=min(float(found[1]) * unit, LONGEST.total_seconds()))


def written_duration(length: datetime.timedelta) -> str:
    """Write a length of time as :func:`duration` reads it, in the largest unit that divides it."""
    seconds = int(length.total_seconds())
    unit = next(unit for unit in ("w", "d", "h", "m", "s") if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def size(written: str) -> int:
    """Read a size in bytes; kB and so on count in thousands, KiB in 1,024s. Raise ValueError."""
    found = _WRITTEN.match(written.strip())
    unit = _BYTES.get(found[2].upper()) if found else None
    if found is None or unit is None:
        raise ValueError(f"not {SIZES}")
    return int(float(found[1]) * unit)


def told_size(size: float) -> str:
    """Tell a number of bytes to a person."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
