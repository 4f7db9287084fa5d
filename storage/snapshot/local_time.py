"""Convert UTC to the local time and day of one zone."""

import datetime
import functools
import zoneinfo

from storage.reading import iso_utc


class LocalClock:
    """Convert times to one zone, an IANA name such as ``Asia/Tokyo``.

    Takes times as either database gives them: ISO 8601 text with ``Z``, or aware datetimes.
    """

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._zone = zoneinfo.ZoneInfo(zone)
        # Times crowd on the minutes of crawls; the cache halves the cost of a snapshot's conversions.
        self.local = functools.lru_cache(maxsize=50_000)(self._local)

    def _local(self, moment: str | datetime.datetime | None) -> str | None:
        """Give local time as ``2025-10-26 10:30:00``; None stays None."""
        if moment is None:
            return None
        if isinstance(moment, str):
            moment = datetime.datetime.fromisoformat(moment)
        try:
            return moment.astimezone(self._zone).isoformat(" ", "seconds")[:19]
        except OverflowError:  # pages date themselves to the last hour of the year 9999
            return None

    def day(self, moment: str | datetime.datetime | None) -> str | None:
        """Give the local day, as ``2025-10-26``."""
        local = self.local(moment)
        return local and local[:10]

    def begin(self, day: datetime.date) -> datetime.datetime:
        """Give the moment in UTC at which a local day begins."""
        return datetime.datetime.combine(day, datetime.time(), self._zone).astimezone(datetime.UTC)

    def today(self, now: datetime.datetime) -> datetime.date:
        """Give the local day of a moment."""
        return now.astimezone(self._zone).date()


def days_until(last: datetime.date, number: int) -> list[str]:
    """List so many days up to and with the last, as ``2025-10-26``."""
    return [(last - datetime.timedelta(days=ago)).isoformat() for ago in reversed(range(number))]


def sqlite_value(value: object) -> object:
    """Convert a value for SQLite: times to ISO 8601 with ``Z``, booleans to 0 and 1."""
    if isinstance(value, datetime.datetime):
        return iso_utc(value)
    if isinstance(value, bool):
        return int(value)
    return value
