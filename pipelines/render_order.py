"""Say how a page is to be rendered, and whether it needs to be."""

import dataclasses
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pipelines.html.plain_text import word_characters
from pipelines.raw_page import RawPage
from storage.reading import Reading

MIN_TEXT = 120
"""Letters of a page's own text below which a script may bring the rest: ``page_type.MIN_SIGNED``, the least prose that
makes an article."""

_SNIFFED = 2_048  # bytes, in which a feed or sitemap has its first element
_LISTING = re.compile(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]", re.IGNORECASE)
_SCRIPT = re.compile(rb"<script\b", re.IGNORECASE)

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class BrowserCookie:
    """A cookie of the page's request. ``domain`` begins with a dot where subdomains get it too."""

    name: str
    value: str = dataclasses.field(repr=False)
    domain: str
    path: str = "/"
    is_secure: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class RenderOrder:
    """How a source's page is rendered.

    With ``is_auto`` only a page is that has no text without it. ``is_listing`` pages are scrolled down. ``hosts`` are
    those to which scripts may lead, all if it is empty. ``private_hosts`` (``host:port``) may have private addresses.
    ``robots`` is the robots.txt of the page's origin, for ``robots_token``.
    """

    is_auto: bool
    is_listing: bool = False
    user_agent: str = ""
    language: str = ""
    timezone: str = ""
    hosts: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()
    cookies: tuple["BrowserCookie", ...] = dataclasses.field(default=(), repr=False)
    proxy: str = dataclasses.field(default="", repr=False)
    robots: str = ""
    robots_token: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered page, or the ``problem`` for which there is none."""

    raw: RawPage | None = None
    problem: str = ""


class RenderingStopped(Exception):
    """The crawl was stopped before the page was rendered."""


Renderer = Callable[[RawPage, RenderOrder], Awaitable[Rendered]]


def may_need_script(raw: RawPage) -> bool:
    """Return whether a page is HTML with scripts: nothing else changes in a browser."""
    start = raw.body[:_SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n")
    is_html = start[:1] == b"<" and not _LISTING.search(start)
    return raw.status < 300 and is_html and bool(_SCRIPT.search(raw.body))


def lacks_text(reading: Reading, raw: RawPage) -> bool:
    """Return whether a page gave nothing that a script may still bring: no article, no list, hardly a word."""
    if reading.is_article or reading.entries or reading.page_type == "error" or not reading.encoding:
        return False
    return len(word_characters(reading.text)) < MIN_TEXT and may_need_script(raw)


async def read_rendered(
    raw: RawPage,
    order: RenderOrder | None,
    render: Renderer | None,
    read: Callable[[RawPage], Awaitable[T]],
    is_bare: Callable[[T], bool],
) -> tuple[T, RawPage, str]:
    """Read a page, rendered where that is ordered: the reading, the page that was read, and what went wrong.

    ``is_bare`` tells whether a reading gave nothing. Where rendering fails, the page is read as it came; the problem is
    told only if that gave nothing.
    """
    if order is None or render is None or not may_need_script(raw):
        return await read(raw), raw, ""
    plain = await read(raw) if order.is_auto else None
    if plain is not None and not is_bare(plain):
        return plain, raw, ""
    rendered = await render(raw, order)
    if rendered.raw is not None:
        return await read(rendered.raw), rendered.raw, ""
    plain = plain if plain is not None else await read(raw)
    return plain, raw, rendered.problem if is_bare(plain) else ""
