"""Choose the day, week or month that a page shows, and the ones beside it."""

import dataclasses
import datetime
import sqlite3
from typing import Literal, get_args

PeriodKind = Literal["day", "week", "month", "all"]
KINDS: tuple[PeriodKind, ...] = get_args(PeriodKind)


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """Local days from ``begin`` to before ``end``; both are None for all time."""

    kind: PeriodKind
    begin: datetime.date | None = None
    end: datetime.date | None = None

    @property
    def label(self) -> str:
        """Name it: ``2026-10-05``, ``2026-10-05 – 2026-10-11`` or ``2026-10``; "" for all time."""
        if self.begin is None or self.end is None:
            return ""
        if self.kind == "week":
            return f"{self.begin} – {self.end - datetime.timedelta(days=1)}"
        return f"{self.begin:%Y-%m}" if self.kind == "month" else self.begin.isoformat()

    @property
    def bounds(self) -> tuple[str, str]:
        """Give the days as texts that compare with local times."""
        return (self.begin.isoformat() if self.begin else "", self.end.isoformat() if self.end else "9999")


def period_of(kind: str, at: datetime.date) -> Period:
    """Give the period of a kind that a day is in; an unknown kind is a week. Weeks begin on Monday."""
    known: PeriodKind = next((each for each in KINDS if each == kind), "week")
    try:
        if known == "day":
            return Period(known, at, at + datetime.timedelta(days=1))
        if known == "week":
            monday = at - datetime.timedelta(days=at.weekday())
            return Period(known, monday, monday + datetime.timedelta(days=7))
        if known == "month":
            first = at.replace(day=1)
            return Period(known, first, (first + datetime.timedelta(days=31)).replace(day=1))
    except OverflowError:
        pass
    return Period("all")


def parse_day(text: str) -> datetime.date | None:
    """Parse a day such as ``2026-10-05``; None for anything else."""
    try:
        day = datetime.date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if 1 < day.year < datetime.MAXYEAR else None  # the others have no UTC in every zone


def newest_story_day(connection: sqlite3.Connection) -> datetime.date | None:
    """Find the newest day of a story with several articles, without those that date themselves into the future."""
    query = (
        "SELECT max(last_local) FROM stories WHERE articles > 1 AND last_local <= coalesce("
        "(SELECT value FROM metadata WHERE key = 'made_local'), '9999')"
    )
    [newest] = connection.execute(query).fetchone()
    return parse_day(newest) if newest else None
