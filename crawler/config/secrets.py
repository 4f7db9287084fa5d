"""Check and read values of the config that may be secret: headers, cookies, proxies.

A value may be ``file:PATH`` or ``env:NAME``, so that no secret is in the config. It is then read when a crawl starts.
Messages name the file or the variable, and never the value.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

FORMS = '"file:PATH" or "env:NAME"'
"""How a value is written that is not in the config."""

MAX_BYTES = 1_000_000
"""The maximum size of a file with a secret. Browsers export some 300 kB of cookies."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\Z")
"""A header's name (RFC 9110, 5.6.2)."""

_OURS = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade", "expect"),
        *("if-none-match", "if-modified-since", "accept-encoding", "proxy-authorization", "referer", "range"),
    }
)
"""Headers on which the connection, conditional requests or the proxy depend."""

_KEYS = {"user-agent": "user_agent", "cookie": "cookies"}
"""Headers that have a key of their own."""


class SecretMissing(ValueError):
    """A file or a variable that should hold a value cannot be read, or is empty."""


def read_secret(value: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return a value, that of ``env:NAME``, or the content of ``file:PATH`` without its last line end.

    Raises SecretMissing.
    """
    kind, separator, name = value.partition(":")
    if separator and kind == "env":
        if not environment.get(name):
            raise SecretMissing(f"the environment variable {name[:100]} is not set")
        return environment[name]
    if separator and kind == "file":
        return _content(name)
    return value


def _content(name: str) -> str:
    try:
        with Path(name).expanduser().open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        raise SecretMissing(f"the file {name[:200]} cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise SecretMissing(f"the file {name[:200]} is not UTF-8") from None
    if not text or len(content) > MAX_BYTES:
        raise SecretMissing(f"the file {name[:200]} is {'larger than 1 MB' if text else 'empty'}")
    return text


def is_elsewhere(value: str) -> bool:
    """Return whether a value is in a file or in the environment."""
    return value.startswith(("file:", "env:"))


def check_elsewhere(value: str) -> str:
    """Check that a secret is not written into the config; "" is allowed."""
    if value and not is_elsewhere(value):
        raise ValueError("a key does not belong into the config")
    return value


def check_headers(headers: dict[str, str]) -> dict[str, str]:
    """Check the names and values of headers."""
    for name, value in headers.items():
        if not _TOKEN.match(name):
            raise ValueError("not a header's name")
        if name.lower() in _KEYS:
            raise ValueError(f"{name} has a key of its own: {_KEYS[name.lower()]}")
        if name.lower() in _OURS:
            raise ValueError(f"{name} cannot be set: the crawl depends on it")
        check_header_value(value, f"the value of {name}")
    return headers


def check_header_value(value: str, what: str) -> str:
    """Check that a value can be sent in a header (RFC 9110, 5.5); ``what`` names it in the error."""
    if not value or len(value) > 8_000 or not value.isprintable() or value != value.strip():
        raise ValueError(
            f"{what} is empty, longer than 8,000 characters, or holds control characters or spaces at an end"
        )
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(f"{what} holds characters beyond Latin-1") from None
    return value


def check_cookies(value: str) -> str:
    """Check a Cookie header; "" and a value elsewhere are allowed."""
    if value and not is_elsewhere(value):
        check_header_value(value, "the value")
        if "=" not in value:
            raise ValueError("not of the form NAME=VALUE; …")
    return value


def check_proxy(value: str) -> str:
    """Check a proxy's address; "" and a value elsewhere are allowed."""
    if value and not is_elsewhere(value):
        check_proxy_address(value)
    return value


def check_proxy_address(value: str) -> str:
    """Check a proxy's address. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme != "http" or not parts.hostname or not value.isprintable() or " " in value:
        raise ValueError("not of the form http://HOST:PORT")
    if parts.path.strip("/") or parts.query or parts.port == 0:
        raise ValueError("a proxy has a host and a port only")
    return value
