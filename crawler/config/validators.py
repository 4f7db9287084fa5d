"""Validate values of the config: return the value, or raise ValueError.

``config.errors`` adds the given and the allowed values to the message.
"""

import datetime
import difflib
import itertools
import re
import zoneinfo
from urllib.parse import urlsplit

from crawler.config.quantities import parse_duration, parse_size
from crawler.hosts import DEFAULT_PORTS, normal_host

_NAME = re.compile(r"\w[\w.:-]{0,99}\Z")
_HOST = re.compile(r"[\w.-]{1,253}\Z")
_IPV6 = re.compile(r"\[?[0-9a-f:.]+\]?\Z", re.IGNORECASE)
_ALERT = re.compile(r"[a-z][a-z0-9+.-]*://\S", re.IGNORECASE)
_STORE = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]{1,200})?\Z")
"""A bucket's name, and a prefix (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)."""

_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*\Z")
_LANGUAGE = re.compile(r"[a-z]{2}\Z")
_LONGEST_PATTERN = 500  # characters
_DATABASE_URL = re.compile(r"[a-z][a-z0-9_]*(\+[a-z0-9_]+)?://[^\r\n]*\Z", re.IGNORECASE)


def check_source_name(value: str) -> str:
    """Check a source's name."""
    if not _NAME.match(value):
        raise ValueError("not a name")
    return value


def check_web_address(value: str) -> str:
    """Check that a value is an http(s) address without credentials."""
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


def normalize_host_name(value: str) -> str:
    """Check and normalize a host's name."""
    if "://" in value or "/" in value:
        raise ValueError("an address, not a host")
    if not (_HOST.match(value) or (value.count(":") > 1 and _IPV6.match(value))) or not value.strip("."):
        raise ValueError("not a host name")
    return normal_host(value)


def check_user_agent(value: str) -> str:
    """Check that a value can be sent as a header."""
    if not (value.isascii() and value.isprintable() and value.strip() == value):
        raise ValueError("control characters, line ends, spaces at an end or characters beyond ASCII")
    return value


def check_time_zone(value: str) -> str:
    """Check a name of the IANA time zone database."""
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = difflib.get_close_matches(value, zoneinfo.available_timezones(), n=1)
        raise ValueError(f'no such time zone; did you mean "{near[0]}"?' if near else "no such time zone") from None
    return value


def check_database_url(value: str) -> str:
    """Check the form of an SQLAlchemy URL.

    Storage decides which databases are allowed.
    """
    if not _DATABASE_URL.match(value):
        raise ValueError("not of the form dialect://…")
    return value


def check_duration(value: str) -> str:
    """Check a length of time as text; "" is allowed."""
    if value:
        parse_duration(value)
    return value


def check_size(value: str) -> str:
    """Check a size as text; "" is allowed."""
    if value and parse_size(value) < 1:
        raise ValueError("less than a byte")
    return value


def parse_interval(value: object) -> datetime.timedelta:
    """Parse a length of time."""
    if isinstance(value, datetime.timedelta):
        return value
    length = parse_duration(value) if isinstance(value, str) else datetime.timedelta()
    if not length:
        raise ValueError("no length of time")
    return length


def check_growing(values: tuple[datetime.timedelta, ...]) -> tuple[datetime.timedelta, ...]:
    """Check that each length of time is longer than the one before."""
    if any(later <= earlier for earlier, later in itertools.pairwise(values)):
        raise ValueError("not growing")
    return values


def check_alert_address(value: str) -> str:
    """Check an address of Apprise."""
    if not _ALERT.match(value) or not value.isprintable():
        raise ValueError("not of the form service://…")
    return value


def check_ping_address(value: str) -> str:
    """Check an http(s) address; "" is allowed."""
    if value and (urlsplit(value).scheme not in DEFAULT_PORTS or not urlsplit(value).hostname):
        raise ValueError("neither http:// nor https://")
    return value


def check_store_address(value: str) -> str:
    """Check the address of an object store; "" is allowed."""
    if value and not _STORE.match(value):
        raise ValueError("not of the form s3://BUCKET/PREFIX")
    return value


def check_function_name(value: str) -> str:
    """Check a function's name, ``module:function``."""
    if not _FUNCTION.match(value):
        raise ValueError("not of the form module:function")
    return value


def check_language(value: str) -> str:
    """Check an ISO 639-1 code; "" is allowed."""
    if value and not _LANGUAGE.match(value):
        raise ValueError("not a code of two letters")
    return value


def check_pattern(value: str) -> str:
    """Check a pattern for addresses (``storage.scope``)."""
    if not value or len(value) > _LONGEST_PATTERN or not value.isprintable() or " " in value:
        raise ValueError(f"empty, longer than {_LONGEST_PATTERN} characters, or with white space")
    if not value.startswith(("/", "*")) and "://" not in value:
        raise ValueError("it begins neither with / nor * nor http://")
    return value


def check_title_word(value: str) -> str:
    """Check a word or phrase for titles."""
    if not any(map(str.isalnum, value)) or len(value) > _LONGEST_PATTERN:
        raise ValueError(f"no letter in it, or longer than {_LONGEST_PATTERN} characters")
    return value
