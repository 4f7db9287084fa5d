"""Read what a reader chose: the language of the pages' own words, and the time zone of times."""

import datetime
import re
import zoneinfo
from collections.abc import Mapping
from urllib.parse import unquote

LANGUAGES = ("ja", "en")

ZONES = (
    *("Asia/Tokyo", "UTC", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Kolkata", "Europe/London"),
    *("Europe/Berlin", "America/New_York", "America/Chicago", "America/Los_Angeles", "Australia/Sydney"),
)
"""Zones that the pages offer, beside the snapshot's own; any other is taken too."""

LANGUAGE, ZONE = "kiji_language", "kiji_zone"
"""The cookies. They hold nothing else, and nobody else's page gets them."""

YEAR = 365 * 24 * 3600
"""Seconds that a choice lasts."""

_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


def chosen_language(cookies: Mapping[str, str], accepted: str) -> str:
    """Give ``ja`` or ``en``: the reader's choice, else the browser's first of both; "" where neither is known."""
    chosen = cookies.get(LANGUAGE, "")
    if chosen in LANGUAGES:
        return chosen
    named = [part.strip().partition(";")[0].partition("-")[0].lower() for part in accepted.split(",")]
    return next((code for code in named if code in LANGUAGES), "en" if named != [""] and "*" not in named else "")


def chosen_zone(cookies: Mapping[str, str]) -> str:
    """Give the chosen zone; "" for the snapshot's own."""
    name = cookies.get(ZONE, "")
    return name if name and _zone(name) is not None else ""


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name[:60])
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError for the name of a folder
        return None


def in_zone(local: str | None, own: str, chosen: str) -> str:
    """Write a snapshot's local time (``2026-10-05 09:30:00`` in the zone ``own``) to the minute in the chosen zone."""
    if not local:
        return ""
    there, here = _zone(chosen) if chosen and chosen != own else None, _zone(own)
    if there is None or here is None or len(local) < len("2026-10-05 09:30"):
        return local[:16]
    try:
        moment = datetime.datetime.fromisoformat(local).replace(tzinfo=here).astimezone(there)
    except (ValueError, OverflowError):
        return local[:16]
    return f"{moment:%Y-%m-%d %H:%M}"


def cookies_of(asked: Mapping[str, str]) -> dict[str, str]:
    """Give the cookies of a choice by name, "" for one to forget; an unknown value chooses nothing."""
    chosen = {}
    if asked.get("language") in LANGUAGES:
        chosen[LANGUAGE] = asked["language"]
    if "zone" in asked and (not asked["zone"] or _zone(asked["zone"]) is not None):
        chosen[ZONE] = asked["zone"]
    return chosen


def read_cookies(header: str) -> dict[str, str]:
    """Read our own cookies from a header; garbage is none."""
    pairs = (part.strip().partition("=") for part in header[:8_000].split(";"))
    return {name: unquote(value.strip('"')) for name, _, value in pairs if name in (LANGUAGE, ZONE)}


def local_address(address: str) -> str:
    """Give an address of these pages to go on to; the home page for any other."""
    return address if _LOCAL.fullmatch(address) and len(address) <= 2_000 else "/"
