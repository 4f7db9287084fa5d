"""Find the feeds and sections that a home page links to, in a worker."""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.addresses.article_urls import looks_like_article
from pipelines.addresses.normalize import address_key, clean_url, registered_domain
from pipelines.html.charset import decode
from pipelines.html.parse import parse_html
from pipelines.html.plain_text import plain_text
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.related.outlinks import base_address
from storage.reading import LISTING_KINDS, Entry, Reading

READ_HOME = "pipelines.discovery:read_home"
"""The function for workers, by name."""

FEED, SECTION = "feed", "section"
"""What a candidate promises to be; it is in the ``summary`` of its entry."""

_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_FEED_ADDRESS = re.compile(
    r"(?:^|[/._=?&-])(?:rss|atom|feeds?|index\.rdf)(?:$|[/._?&=-])|\.(?:rss|rdf|atom)$", re.IGNORECASE
)
_MOST_LINKS, _MOST = 5_000, 40
_SECTION_DEPTH = 2  # parts of a path
_SECTION_WORDS = 20  # characters of a section's name, as in a menu


def read_home(raw: RawPage, timezone: str) -> Reading:
    """Read a page; for HTML the entries are the feeds and sections that it links to, as :func:`candidates` has them.

    The page's own article links stay in ``outlinks``.
    """
    reading = read_page(raw, timezone)
    if reading.kind in LISTING_KINDS or not reading.encoding:
        return reading
    tree = parse_html(decode(raw.body, raw.content_type).text)
    if tree is None:
        return reading
    return dataclasses.replace(reading, is_article=False, entries=tuple(candidates(tree, raw.final_url)))


def candidates(tree: HtmlElement, page_url: str) -> Iterator[Entry]:
    """Yield feeds by ``link rel=alternate`` and by their addresses, then sections, each once, 40 of a kind at most."""
    base, domain = base_address(tree.iter("base"), page_url), registered_domain(page_url)
    links = [(url, words) for href, words in _linked(tree) if (url := clean_url(href, base))]
    declared = [(url, title) for href, title in _declared_feeds(tree) if (url := clean_url(href, base))]
    feeds = [*declared, *((url, words) for url, words in links if _FEED_ADDRESS.search(_path(url)))]
    sections = ((url, words) for url, words in links if registered_domain(url) == domain and _is_section(url, words))
    seen = {address_key(page_url)}
    for kind, found in ((FEED, feeds), (SECTION, sections)):
        number = 0
        for url, words in found:
            key = address_key(url)
            if number < _MOST and key not in seen:
                seen.add(key)
                number += 1
                yield Entry(url, plain_text(words, 200), kind, is_listing=True)


def _declared_feeds(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    for link in itertools.islice(tree.iter("link"), _MOST_LINKS):
        relations = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in relations and kind in _FEED_TYPES and link.get("href"):
            yield link.get("href", ""), link.get("title") or ""


def _linked(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    for link in itertools.islice(tree.iter("a"), _MOST_LINKS):
        if link.get("href"):
            yield link.get("href", ""), " ".join("".join(link.itertext()).split())[:200]


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _is_section(url: str, words: str) -> bool:
    parts = urlsplit(url)
    depth = len([part for part in parts.path.split("/") if part])
    is_named = 0 < len(words) <= _SECTION_WORDS
    return is_named and 0 < depth <= _SECTION_DEPTH and not parts.query and not looks_like_article(url)
