"""Values of the config: each function gives the value back, normalised where it says so, or raises ValueError.

What was given and what is allowed is told by ``config_errors``.
"""

import datetime
import difflib
import itertools
import re
import zoneinfo
from urllib.parse import urlsplit

from crawler.config.quantities import duration, size
from crawler.hosts import DEFAULT_PORTS, normal_host

_NAME = re.compile(r"\w[\w.:-]{0,99}\Z")
_HOST = re.compile(r"[\w.-]{1,253}\Z")
_IPV6 = re.compile(r"\[?[0-9a-f:.]+\]?\Z", re.IGNORECASE)
_ALERT = re.compile(r"[a-z][a-z0-9+.-]*://\S", re.IGNORECASE)
_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*\Z")
_DATABASE_URL = re.compile(r"[a-z][a-z0-9_]*(\+[a-z0-9_]+)?://[^\r\n]*\Z", re.IGNORECASE)


def source_name(value: str) -> str:
    """A source's name."""
    if not _NAME.match(value):
        raise ValueError("not a name")
    return value


def web_address(value: str) -> str:
    """An http(s) address without credentials, as it was given."""
    if any(character.isspace() or not character.isprintable() for character in value):
        raise ValueError("it holds white space or control characters")
    parts = urlsplit(value)
    if parts.scheme.lower() not in DEFAULT_PORTS:
        raise ValueError("neither http:// nor https://")
    if not parts.hostname:
        raise ValueError("no host in it")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a user's name or password does not belong into an address")
    if parts.port == 0:
        raise ValueError("port 0")
    return value


def host_name(value: str) -> str:
    """A host's name, normalised."""
    if "://" in value or "/" in value:
        raise ValueError("an address, not a host")
    if not (_HOST.match(value) or (value.count(":") > 1 and _IPV6.match(value))) or not value.strip("."):
        raise ValueError("not a host name")
    return normal_host(value)


def user_agent(value: str) -> str:
    """What can stand in the header as it is."""
    if not (value.isascii() and value.isprintable() and value.strip() == value):
        raise ValueError("control characters, line ends, spaces at an end or characters beyond ASCII")
    return value


def time_zone(value: str) -> str:
    """A name of the IANA time zone database."""
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = difflib.get_close_matches(value, zoneinfo.available_timezones(), n=1)
        raise ValueError(f'no such time zone; did you mean "{near[0]}"?' if near else "no such time zone") from None
    return value


def database_url(value: str) -> str:
    """Something of the form of an SQLAlchemy URL; which databases are allowed is storage's to say."""
    if not _DATABASE_URL.match(value):
        raise ValueError("not of the form dialect://…")
    return value


def duration_text(value: str) -> str:
    """A length of time as text, or ""."""
    if value:
        duration(value)
    return value


def size_text(value: str) -> str:
    """A number of bytes as text, or ""."""
    if value and size(value) < 1:
        raise ValueError("less than a byte")
    return value


def interval(value: object) -> datetime.timedelta:
    """A length of time, from text."""
    if isinstance(value, datetime.timedelta):
        return value
    length = duration(value) if isinstance(value, str) else datetime.timedelta()
    if not length:
        raise ValueError("no length of time")
    return length


def growing(values: tuple[datetime.timedelta, ...]) -> tuple[datetime.timedelta, ...]:
    """Lengths of time, each longer than the one before."""
    if any(later <= earlier for earlier, later in itertools.pairwise(values)):
        raise ValueError("not growing")
    return values


def alert_address(value: str) -> str:
    """An address of Apprise's."""
    if not _ALERT.match(value) or not value.isprintable():
        raise ValueError("not of the form service://…")
    return value


def ping_address(value: str) -> str:
    """An http(s) address, or ""."""
    if value and (urlsplit(value).scheme not in DEFAULT_PORTS or not urlsplit(value).hostname):
        raise ValueError("neither http:// nor https://")
    return value


def function_name(value: str) -> str:
    """A function's name, ``module:function``."""
    if not _FUNCTION.match(value):
        raise ValueError("not of the form module:function")
    return value
