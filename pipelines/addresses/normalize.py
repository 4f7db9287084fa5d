"""Normalize addresses: their key, and their clean form.

Two addresses are equal by RFC 3986 section 6 and the URL Standard (WHATWG) for case, dot segments and percent-encoding,
by the trackers in ``rules/trackers.toml``, and by what servers ignore in practice (scheme, ``www.``, the order of
parameters, a trailing slash). AMP, mobile and print pages are other addresses. Links and texts join those.
"""

import functools
import hashlib
import re
from typing import NamedTuple
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes, urljoin, urlsplit

from pipelines.addresses.article_urls import MAX_LENGTH, looks_like_article
from pipelines.addresses.parameters import ParameterRules, current_rules
from pipelines.addresses.public_suffixes import domain_under_suffix
from pipelines.addresses.tracking import is_tracker
from pipelines.rules.load import rule_cache
from storage.text_rules import LONGEST_ADDRESS

__all__ = [
    "MAX_LENGTH",
    "address_key",
    "clean_url",
    "host_of",
    "looks_like_article",
    "registered_domain",
]

_LONGEST = 4 * MAX_LENGTH  # characters taken apart at all: trackers and session ids may go, but no more than that
_LONGEST_HOST = 253  # RFC 1035, section 2.3.4, as it is written
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EDGES = "".join(map(chr, range(0x21)))  # C0 controls and space: the URL Standard strips them from both ends
_SLASHES = ("///", "/\\", "\\\\", "\\/")
_INNER = dict.fromkeys(map(ord, "\t\r\n"))  # and drops these anywhere
_SURROGATE = re.compile("[\ud800-\udfff]")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
# Most addresses are in the form that safe_url_string gives: to see that is 20 times as fast as to make it.
_SAFE = re.compile(
    r"(https?)://([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(:(?:[1-5]\d{4}|[1-9]\d{3}))?"
    r"((?:/(?:[\w.~!$&'()*+,;=:@/-]++|%[0-9A-Fa-f]{2})*)?)"
    r"(?:\?((?:[\w.~!$&()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})*))?(?:\#[\w-]*)?",
    re.ASCII,
)
_IPV4 = re.compile(r"\d+(?:\.\d+){3}")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_REMEMBERED = (
    4_096  # addresses: several readers of one page ask for the same ones, and pages of a site share their menus
)
_SAFE_IN_PATH = "!$'()*,:@|[]"  # the same page with and without escape; / ? # % ; = & + are data when escaped
_SESSION_SEGMENT = re.compile(r"/\((?:[A-Z]\([A-Za-z0-9]+\))+\)(?=/)")  # ASP.NET's cookieless session and ticket
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)  # Jakarta Servlet 7.1.3


class _Address(NamedTuple):
    """An http(s) address in its parts.

    ``host`` is in lower-case ASCII, ``port`` is "" or ":8080", and the rest is escaped.
    """

    scheme: str
    host: str
    port: str
    path: str
    query: str
    hashbang: str


def _taken_apart(url: str) -> _Address | None:
    """Return the parts of an address, or None if no http(s) request can be made of it."""
    if len(url) > _LONGEST:
        return None
    safe = _SAFE.fullmatch(url)
    if safe and len(safe[2]) <= _LONGEST_HOST and "xn--" not in safe[2]:
        return _Address(safe[1], safe[2], safe[3] or "", safe[4] or ("/" if safe[5] else ""), safe[5] or "", "")
    text = _SURROGATE.sub("\ufffd", url.strip(_EDGES).translate(_INNER))
    head, mark, tail = text.partition("?")
    if "\\" in head and head[:4].lower() == "http" and "#" not in head:
        text = head.replace("\\", "/") + mark + tail  # the URL Standard reads \ as / in http(s)
    try:
        from w3lib.url import safe_url_string  # it imports an HTTP client, and few addresses need it

        parts = urlsplit(safe_url_string(text))
        port = parts.port
    except ValueError:  # UnicodeError among them: a host or port that cannot be one
        return None
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.scheme not in _DEFAULT_PORTS or len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        return None
    return _Address(
        scheme=parts.scheme,
        host=host,
        port="" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}",
        path=parts.path,
        query=parts.query,
        hashbang=parts.fragment if parts.fragment.startswith("!") and len(parts.fragment) > 1 else "",
    )


def _is_plain(safe: re.Match[str]) -> bool:
    """Tell whether a match of ``_SAFE`` is in its clean form but for query and fragment."""
    return len(safe[2]) <= _LONGEST_HOST and "xn--" not in safe[2] and ";" not in safe[4] and "/(" not in safe[4]


def address_key(url: str, rules: ParameterRules | None = None) -> str:
    """Return the string that is the same for all spellings of one address.

    Its form is ``host[:port]/path[?query][#!fragment]``. Never raises. Anything but an http(s) address (``mailto:``,
    broken or hostile text) is its own key, stripped. A key over ``LONGEST_ADDRESS`` characters becomes its first 200
    and a digest, since escapes make three characters of one byte. ``rules`` are the operator's for some sites; the
    default is :func:`current_rules`.
    """
    return _address_key(url, rules or current_rules())


@rule_cache(_REMEMBERED)
def _address_key(url: str, rules: ParameterRules | None) -> str:
    address = _taken_apart(url)
    if address is None:
        return _bounded(_SURROGATE.sub("\ufffd", url.strip(_EDGES).translate(_INNER)), MAX_LENGTH)
    host = address.host
    if host.startswith("www.") and "." in host[4:]:
        host = host[4:]
    key = host + address.port + _path_key(address.path)
    query = _query_key(address.query, address.host, rules)
    if query:
        key += "?" + query
    if address.hashbang:
        key += "#" + quote(unquote_to_bytes(address.hashbang), safe="!/:=&?,")
    return _bounded(key, LONGEST_ADDRESS)


def _bounded(key: str, limit: int) -> str:
    return key if len(key) <= limit else key[:200] + "…" + hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _path_key(path: str) -> str:
    """Return the path with normalized escapes.

    Dot segments, session ids and a trailing slash are removed.
    """
    path = _ESCAPE.sub(_normal_escape, _without_session(path))
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return ("/" + "/".join(kept)).rstrip("/")


def _normal_escape(match: re.Match[str]) -> str:
    return quote_from_bytes(bytes.fromhex(match[1]), safe=_SAFE_IN_PATH)


def _without_session(path: str) -> str:
    if "/(" in path:
        path = _SESSION_SEGMENT.sub("", path)
    return _SESSION_PATH.sub("", path) if ";" in path else path


def _query_key(query: str, host: str, rules: ParameterRules | None) -> str:
    """Return the parameters that matter, sorted.

    They are read as a form's (URL Standard, section 5.1). Bytes stay bytes.
    """
    pairs = []
    for part in query.replace("&amp;", "&").split("&"):
        name, _, value = part.partition("=")
        if part and not _is_idle(name, value, host, rules):
            pairs.append((_form_key(name), _form_key(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _is_idle(name: str, value: str, host: str, rules: ParameterRules | None) -> bool:
    """Tell whether a parameter of the query can be dropped without changing the page."""
    named = _form_text(name)
    is_dropped = rules.drops(named, host) if rules else None
    return is_tracker(named, _form_text(value), host) if is_dropped is None else is_dropped


def _form_key(text: str) -> str:
    return quote_from_bytes(unquote_to_bytes(text.replace("+", " ")), safe="")


def _form_text(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "replace")


def _joined(base: str, url: str) -> str:
    """Join an address to its base.

    It takes a third of the time of ``urljoin`` for absolute links and paths from the root.
    """
    if "/." not in url:
        if url.startswith(("http://", "https://")):
            return url
        if url.startswith("/") and not url.startswith("//") and (origin := _origin(base)):
            return origin + url
    return urljoin(base, url)


@functools.lru_cache(64)
def _origin(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def clean_url(url: str, base: str | None = None, rules: ParameterRules | None = None) -> str | None:
    """Return the absolute http(s) address to request, or None.

    ``url`` is joined to ``base``. The fragment (but ``#!``), trackers, session ids, user and password are removed. What
    the server may need stays: scheme, ``www.``, the order of parameters, the trailing slash, and escapes as they are
    written: only the key decodes ``%31``. None too for malformed addresses and those over 2,000 characters. ``rules``
    as in :func:`address_key`.
    """
    return _clean_url(url, base, rules or current_rules())


@rule_cache(_REMEMBERED)
def _clean_url(url: str, base: str | None, rules: ParameterRules | None) -> str | None:
    url = url.strip(_EDGES)
    if not url.isprintable():
        url = url.translate(_INNER)
    if not url or len(url) > _LONGEST:
        return None
    if url.startswith(_SLASHES):  # the URL Standard ignores further slashes before a host; so do browsers
        url = "//" + url.lstrip("/\\")
    if base is not None:
        try:
            url = _joined(base, url)
        except ValueError:
            return None
    safe = _SAFE.fullmatch(url)
    if safe and safe[5] is None and len(url) <= MAX_LENGTH and _is_plain(safe):  # most links of a page
        return f"{safe[1]}://{safe[2]}{safe[3] or ''}{safe[4] or '/'}"
    address = _taken_apart(url)
    if address is None:
        return None
    query = address.query.replace("&amp;", "&") if "&amp;" in address.query else address.query  # escaped twice
    parts = (part for part in query.split("&") if part) if query else ()
    query = "&".join(part for part in parts if not _is_idle(*part.partition("=")[::2], address.host, rules))
    cleaned = f"{address.scheme}://{address.host}{address.port}{_without_session(address.path) or '/'}"
    cleaned += ("?" + query if query else "") + ("#" + address.hashbang if address.hashbang else "")
    return cleaned if len(cleaned) <= MAX_LENGTH else None


def host_of(url: str) -> str:
    """Return the host in lower-case ASCII, with a port that is not the scheme's own.

    "" where the address is not http(s).
    """
    address = _taken_apart(url)
    return address.host + address.port if address else ""


@functools.lru_cache(maxsize=10_000)
def _domain_of_host(host: str) -> str:
    name = re.sub(r":\d+$", "", host)
    if name.startswith("[") or _IPV4.fullmatch(name):
        return host
    return domain_under_suffix(name) or host


def registered_domain(url: str) -> str:
    """Return the registered domain: ``bbc.co.uk``, ``foo.github.io``.

    For IPs and bare names it is host and port.

    "" where there is no http(s) address.
    """
    host = host_of(url)
    return _domain_of_host(host) if host else ""
