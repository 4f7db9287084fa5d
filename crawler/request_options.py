"""Hold what a source's requests carry: user agent, headers, cookies, proxy."""

import dataclasses
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

from crawler.config.models import Source
from crawler.config.secrets import SecretMissing, check_header_value, check_proxy_address, read_secret
from crawler.hosts import hostname_of, is_within
from crawler.user_agent import robots_token
from pipelines.addresses.normalize import registered_domain

LISTING_MAXSIZE = 30 * 1024 * 1024
"""Bytes of a start page, or of a listing that one lists: the sitemap protocol allows 50 MB. To read a feed of 30 MB a
worker takes 10 s and 0.12 GB, for a sitemap 8 s and 0.24 GB: less than a page may take."""

_COLUMNS = 7
"""Fields of a line of a browser's cookies.txt: domain, subdomains, path, secure, expiry, name, value."""

_HTTP_ONLY = "#HttpOnly_"


@dataclasses.dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie. Without a ``domain`` it is for all of the source's hosts."""

    name: str
    value: str = dataclasses.field(repr=False)
    domain: str = ""
    path: str = "/"
    is_secure: bool = False

    def fits(self, url: str) -> bool:
        """Return whether the cookie is sent with a request to this address (RFC 6265, 5.4)."""
        parts = urlsplit(url)
        path = parts.path or "/"
        on_path = path == self.path or path.startswith(f"{self.path.rstrip('/')}/")
        in_domain = not self.domain or is_within(hostname_of(url), [self.domain])
        return on_path and in_domain and (not self.is_secure or parts.scheme == "https")


@dataclasses.dataclass(frozen=True, slots=True)
class RequestOptions:
    """What a source's requests carry.

    ``headers`` and ``cookies`` are sent to ``hosts`` and their subdomains alone, and without ``allows_http`` by https
    alone. ``problem`` says which value is missing: no request is made then, since a site answers otherwise without it.
    """

    user_agent: str
    hosts: tuple[str, ...]
    allows_http: bool = True
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    cookies: tuple[Cookie, ...] = dataclasses.field(default=(), repr=False)
    proxy: str = dataclasses.field(default="", repr=False)
    problem: str = ""

    @property
    def robots_token(self) -> str:
        """Return the product token for robots.txt."""
        return robots_token(self.user_agent)

    def may_hold_secrets(self, url: str) -> bool:
        """Return whether headers and cookies are sent with a request to this address."""
        is_safe = self.allows_http or urlsplit(url).scheme.lower() == "https"
        return is_safe and is_within(hostname_of(url), self.hosts)

    def cookie_header(self, url: str, others: str = "") -> str:
        """Return the Cookie header for an address. ``others`` are cookies set on the way, which come first."""
        pairs = [pair.strip() for pair in others.split(";") if pair.strip()]
        names = {pair.partition("=")[0] for pair in pairs}
        if self.may_hold_secrets(url):
            pairs += [f"{one.name}={one.value}" for one in self.cookies if one.name not in names and one.fits(url)]
        return "; ".join(pairs)


def request_options(source: Source) -> RequestOptions | None:
    """Read what a source's requests carry; None if they are like all others."""
    if not (source.headers or source.cookies or source.user_agent or source.proxy):
        return None
    domains = (hostname_of(f"http://{registered_domain(url)}") for url in source.start)
    options = RequestOptions(
        user_agent=source.effective_user_agent,
        hosts=tuple(dict.fromkeys([*source.start_hosts, *source.hosts, *domains])),
        allows_http=any(urlsplit(url).scheme.lower() == "http" for url in source.start),
    )
    what = "headers"
    try:
        headers = {name: check_header_value(read_secret(value), name) for name, value in source.headers.items()}
        what = "cookies"
        cookies = _cookies(read_secret(source.cookies)) if source.cookies else ()
        what = "proxy"
        proxy = read_secret(source.proxy)
        if proxy:
            check_proxy_address(proxy)
    except SecretMissing as missing:
        return dataclasses.replace(options, problem=f"{what} of {source.name}: {missing}")
    except ValueError as error:
        return dataclasses.replace(options, problem=f"{what} of {source.name}: {error}")
    return dataclasses.replace(options, headers=headers, cookies=cookies, proxy=proxy)


def _cookies(text: str) -> tuple[Cookie, ...]:
    """Parse a Cookie header, or a browser's cookies.txt without what has expired. Raises ValueError."""
    rows = [line.split("\t") for line in text.splitlines()]
    rows = [row for row in rows if len(row) == _COLUMNS and (row[0][:1] != "#" or row[0].startswith(_HTTP_ONLY))]
    if not rows:
        if text.startswith("#") or "\n" in text:
            raise ValueError("neither a Cookie header nor a cookies.txt")
        check_header_value(text, "the value")
        pairs = [pair.strip().partition("=") for pair in text.split(";") if pair.strip()]
        if not all(equals for _, equals, _ in pairs):
            raise ValueError("not of the form NAME=VALUE; …")
        return tuple(Cookie(name, value) for name, _, value in pairs)
    now = time.time()
    current = [row for row in rows if not row[4].isdigit() or int(row[4]) == 0 or int(row[4]) > now]
    if not current:
        raise ValueError("every cookie has expired; log in again and export them")
    for row in current:
        check_header_value(f"{row[5]}={row[6]}", f"the cookie {row[5][:100]}")
    return tuple(
        Cookie(row[5], row[6], row[0].removeprefix(_HTTP_ONLY).lstrip(".").lower(), row[2] or "/", row[3] == "TRUE")
        for row in current
    )


def listing_size(settings: BaseSettings) -> int:
    """Return the most bytes of a start page or listing: an operator's larger limit counts, 0 is none."""
    size = settings.getint("DOWNLOAD_MAXSIZE")
    return max(size, LISTING_MAXSIZE) if size else 0
