"""Read the options by which ``kiji search`` and ``kiji export`` choose articles."""

import datetime
import re
import zoneinfo
from typing import Annotated

import typer

from crawler.config.errors import ConfigError

LanguageOption = Annotated[
    str | None, typer.Option("--lang", metavar="CODE", help="One language: ja, en, another ISO 639-1 code, or und.")
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source", metavar="NAME", help="Articles of this source, or with a copy there. Several may be given."
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="WHEN", help="A day (2026-10-05), a time (2026-10-05T09:00+09:00), or an age (7d, 12h)."
    ),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="Like --since. A day is included, a time is not.")
]

_AGO = re.compile(r"(\d{1,5})\s*([dh])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOURS = {"d": 24, "h": 1}


def since(text: str | None, timezone: str, now: datetime.datetime) -> datetime.datetime | None:
    """Read ``--since``: the first moment included, in UTC. Raises ConfigError."""
    return None if text is None else _moment("--since", text, timezone, now, day_ends=False)


def until(text: str | None, timezone: str, now: datetime.datetime) -> datetime.datetime | None:
    """Read ``--until``: the first moment excluded, in UTC. Raises ConfigError."""
    return None if text is None else _moment("--until", text, timezone, now, day_ends=True)


def language(text: str | None) -> str | None:
    """Check ``--lang``. Raises ConfigError if it is no language code."""
    if text is not None and not re.fullmatch(r"[a-z]{2}|und", text):
        raise ConfigError([f'--lang: "{text}" is no language code; allowed: ja, en, another ISO 639-1 code, or und'])
    return text


def age(text: str) -> datetime.timedelta | None:
    """Read an age such as ``7d`` or ``12h``; None for what is none."""
    ago = _AGO.fullmatch(text.strip())
    return datetime.timedelta(hours=int(ago[1]) * _HOURS[ago[2]]) if ago else None


def _moment(option: str, text: str, timezone: str, now: datetime.datetime, *, day_ends: bool) -> datetime.datetime:
    zone = zoneinfo.ZoneInfo(timezone)
    given = text.strip()
    try:
        if ago := age(given):
            return now - ago
        moment = datetime.datetime.fromisoformat(given)
        if _DAY.fullmatch(given):
            moment += datetime.timedelta(days=day_ends)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        allowed = f"a day such as 2026-10-05 ({timezone}), a time such as 2026-10-05T09:00, or an age such as 7d or 12h"
        raise ConfigError([f'{option}: "{text}" is no time; allowed: {allowed}']) from None
