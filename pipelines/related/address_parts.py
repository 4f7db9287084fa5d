"""Split addresses into the parts whose shapes are compared."""

import functools
import re
from typing import NamedTuple

_NUMBER = re.compile(r"\d+")
_NUMBER_LENGTHS = range(3, 16)  # digits of a number that may be an article's
_DATE = re.compile(r"/((?:19|20)\d\d)[/-]?(\d\d)?(?:[/-]?(\d\d))?")
_FILES = (".pdf", ".jpg", ".jpeg", ".png", ".gif", ".zip", ".doc", ".docx", ".mp3", ".mp4")
_EXTENSION = 5  # characters after the last dot of a segment
_SLUG = 25  # characters from which a segment is a slug
_HYPHENS = 3  # the same by its hyphens
_MONTH, _YEAR = 31, 372  # days, near enough to compare dates that are told to the month or year


class AddressParts(NamedTuple):
    """Hold the parts of an address that are compared.

    ``pattern`` has one letter a path segment (``n`` number, ``m`` digits among letters, ``s`` slug, ``w`` word), its
    extension and the names of the query. ``number`` is the largest number of three digits or more, ``day`` a count of
    days for the date in the path; None where there is none.
    """

    host: str
    segments: tuple[str, ...]
    pattern: str
    number: int | None
    day: int | None
    has_query: bool
    is_file: bool


@functools.lru_cache(8_192)  # menus are the same on all pages of a site
def address_parts(url: str) -> AddressParts:
    """Return the parts of an absolute, clean address."""
    place, _, query = url.partition("#")[0].partition("?")
    host, slash, path = place.partition("://")[2].lower().partition("/")
    path = slash + path
    segments = tuple(segment for segment in path.split("/") if segment)
    names = sorted(each.partition("=")[0] for each in query.split("&") if each)[:3]
    numbers = (number for number in _NUMBER.findall(f"{path}?{query}") if len(number) in _NUMBER_LENGTHS)
    return AddressParts(
        host=host.removeprefix("www."),
        segments=segments,
        pattern="/".join(map(_letter, segments)) + ("?" + "&".join(names) if names else ""),
        number=max(map(int, numbers), default=None),
        day=_day(path),
        has_query=bool(query),
        is_file=path.endswith(_FILES),
    )


def _letter(segment: str) -> str:
    stem, dot, extension = segment.rpartition(".")
    if not dot or len(extension) > _EXTENSION:
        stem, extension = segment, ""
    digits = sum(map(len, _NUMBER.findall(stem)))
    if digits and digits * 2 >= len(stem):
        return "n" + extension
    if stem.count("-") + stem.count("_") >= _HYPHENS or len(stem) > _SLUG:
        return "s" + extension
    return ("m" if digits else "w") + extension


def _day(path: str) -> int | None:
    match = _DATE.search(path)
    if match is None:
        return None
    return int(match[1]) * _YEAR + int(match[2] or 6) * _MONTH + int(match[3] or 15)
