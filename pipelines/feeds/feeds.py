"""Read RSS 0.9x to 2.0, Atom and JSON Feed, recognized by their content.

XML is read by feedparser, after the bytes were decoded and made safe (:mod:`pipelines.feeds.xml`).
"""

import calendar
import dataclasses
import datetime
import html
import io
import itertools
import json
import re
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import feedparser

from pipelines.addresses.normalize import clean_url
from pipelines.feeds.hubs import hub_links, json_hub_links
from pipelines.feeds.xml import (
    MAX_ENTRIES,
    MAX_SUMMARY,
    MAX_TITLE,
    Listing,
    ListingError,
    clean_xml,
    make_listing,
    parse_utc,
    read_head,
    read_root_name,
    unpack,
)
from pipelines.html.charset import decode
from pipelines.html.plain_text import plain_text
from pipelines.metadata.authors import clean_authors
from storage.reading import Entry

MAX_FEED_ENTRIES = 20_000
"""Of a feed in XML, the newest ones first. feedparser takes 0.2 to 0.7 ms for each, and a page may take 20 s."""

_ENTRY_END = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:item|entry)\s*+>")
_JSON_FEED = "jsonfeed.org/version/"  # https://www.jsonfeed.org/version/1.1/: required in "version"
# RSS 2.0's guid, Atom's id.
_ABSOLUTE_ID = re.compile(rb"<(?:\w+:)?(?:guid|id)\b[^<>]*+>\s*+(?:<!\[CDATA\[)?+\s*+(https?://[^<>\s\]]+)")
_RELATIONS = "http://www.iana.org/assignments/relation/"  # RFC 4287, section 4.2.7.2: a relation's full name
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_NAME_IN_BRACKETS = re.compile(r"\(([^()]{1,200})\)\s*\Z")
_SMALL_SCREENS = frozenset({"handheld", "mobile"})
_RSS_1 = ("purl.org/rss/", "my.netscape.com/rdf/")  # RDF is used for much else; RSS 1.0 and 0.90 name themselves


def looks_like_feed(body: bytes) -> bool:
    """Tell whether a body is a feed, by its root element. Never raises.

    Gzip is unpacked.
    """
    head = read_head(body)
    if head.lstrip("\ufeff \t\r\n").startswith("{"):
        return _JSON_FEED in head[:4_096]
    name = read_root_name(head)
    return name in ("rss", "feed") or (name == "rdf" and any(mark in head for mark in _RSS_1))


def read_feed(
    body: bytes,
    content_type: str | None,
    url: str,
    timezone: datetime.tzinfo = datetime.UTC,
    most_entries: int = MAX_FEED_ENTRIES,
) -> Listing | None:
    """Return the entries of the feed at ``url`` in their order, or None.

    Of a feed in XML the first ``most_entries`` are read; the reason says so where there are more.

    A following page of it (``rel=next``) comes last, as a listing. ``timezone`` is for dates that name no zone. Titles
    and summaries are plain text. Raises ListingError for damaged gzip, or a body that cannot be parsed.
    """
    if not looks_like_feed(body):
        return None
    if read_head(body).lstrip("\ufeff \t\r\n").startswith("{"):
        return _read_json_feed(body, content_type, url, timezone)
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    xml, is_cut = _first_entries(clean_xml(body, content_type), most_entries)
    parsed: Mapping[str, Any] = feedparser.parse(  # untyped: every value is checked below
        io.BytesIO(xml),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    entries = list(_entries(parsed["entries"], _absolute_ids(xml), url, timezone))
    entries.extend(_next_pages(parsed["feed"], url))
    broken = f"broken feed: {parsed.get('bozo_exception')}"[:200] if parsed["bozo"] else ""
    if broken and not entries:
        raise ListingError(broken)
    reason = f"only the first {most_entries:,} entries were read" if is_cut else broken
    return dataclasses.replace(make_listing("feed", entries, reason), links=hub_links(parsed["feed"]))


def _first_entries(xml: bytes, number: int) -> tuple[bytes, bool]:
    """Return a feed up to the end of so many entries, and whether there are more."""
    ends = itertools.islice(_ENTRY_END.finditer(xml), number - 1, number + 1)
    last, further = next(ends, None), next(ends, None)
    return (xml[: last.end()], True) if last and further else (xml, False)


def _absolute_ids(xml: bytes) -> frozenset[str]:
    """Return the ids that are written as whole addresses; feedparser resolves all others, too."""
    return frozenset(html.unescape(value.decode("utf-8", "replace")) for value in _ABSOLUTE_ID.findall(xml))


def _entries(
    items: Sequence[Mapping[str, Any]], ids: Collection[str], url: str, timezone: datetime.tzinfo
) -> Iterator[Entry]:
    addresses = [_address(item, url) for item in items]
    met = Counter(addresses)
    for item, link in zip(items, addresses, strict=True):
        permalink = clean_url(item["id"], url) if item.get("id") in ids else None
        address = (permalink or link) if link is None or met[link] > 1 else link
        if address is None:
            continue
        contents = item.get("content") or [{}]
        yield Entry(
            url=address,
            title=plain_text(item.get("title", ""), MAX_TITLE),
            summary=plain_text(item.get("summary") or contents[0].get("value", ""), MAX_SUMMARY),
            published_at=_published(item, timezone),
            is_news=True,
            authors=_names(_authors(item)),
        )


def _authors(item: Mapping[str, Any]) -> Sequence[object]:
    """Return an entry's authors. RSS 2.0 has an address with the name in brackets; feedparser misreads long domains."""
    written = str(item.get("author") or "")
    if "@" in written:
        name = _NAME_IN_BRACKETS.search(written)
        return [name[1]] if name else []
    return [author.get("name") for author in item.get("authors") or () if author]


def _names(values: Iterable[object]) -> str:
    """Join authors' names, cleaned as a page's are; "" for none."""
    return "; ".join(clean_authors(value for value in values if isinstance(value, str)))[:MAX_TITLE]


def _address(item: Mapping[str, Any], url: str) -> str | None:
    """Return an entry's address by its links: before a redirect service, else the page's."""
    for value in (item.get("feedburner_origlink"), _page_link(item), item.get("link")):
        address = clean_url(value, url) if isinstance(value, str) else None
        if address:
            return address
    return None


def _page_link(item: Mapping[str, Any]) -> str | None:
    """Return the link to an entry's page.

    Of several alternates it is the first that is HTML for any screen (RFC 4287, section 4.2.7).
    """
    alternates = [
        link
        for link in item.get("links", ())
        if link.get("href") and str(link.get("rel", "alternate")).removeprefix(_RELATIONS) == "alternate"
    ]
    if not alternates:
        return None
    best = min(alternates, key=lambda link: (not _is_page(link), link.get("media") in _SMALL_SCREENS))
    return str(best["href"])


def _is_page(link: Mapping[str, Any]) -> bool:
    return str(link.get("type") or "text/html").partition(";")[0].strip().lower() in _PAGE_TYPES


def _published(item: Mapping[str, Any], timezone: datetime.tzinfo) -> datetime.datetime | None:
    for name in ("published", "updated", "created"):
        text = item.get(name)
        if not isinstance(text, str) or not text:
            continue
        moment = parse_utc(text, timezone)
        if moment:
            return moment
        parsed = item.get(f"{name}_parsed")  # feedparser knows more forms; a time without a zone it takes for UTC's
        if isinstance(parsed, time.struct_time):
            try:
                return datetime.datetime.fromtimestamp(calendar.timegm(parsed), datetime.UTC)
            except (ValueError, OverflowError, OSError):  # a year that no calendar has
                continue
    return None


def _next_pages(feed: Mapping[str, Any], url: str) -> Iterator[Entry]:
    """Return the following page of a paged feed (RFC 5005, section 3, ``rel="next"``)."""
    for link in feed.get("links", ()):
        address = clean_url(str(link.get("href", "")), url) if link.get("rel") == "next" else None
        if address and address != clean_url(url):
            yield Entry(url=address, is_listing=True)


def _read_json_feed(body: bytes, content_type: str | None, url: str, timezone: datetime.tzinfo) -> Listing:
    try:
        feed = json.loads(decode(unpack(body), content_type).text)
    except (ValueError, RecursionError) as error:
        raise ListingError(f"broken JSON feed: {error}"[:200]) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise ListingError("JSON feed without a list of items")
    first = items[: MAX_ENTRIES + 1]
    entries = [entry for item in first if isinstance(item, dict) for entry in _json_entry(item, url, timezone)]
    following = feed.get("next_url")
    address = clean_url(following, url) if isinstance(following, str) else None
    if address:
        entries.append(Entry(url=address, is_listing=True))
    return dataclasses.replace(make_listing("feed", entries), links=json_hub_links(feed))


def _json_entry(item: Mapping[str, object], url: str, timezone: datetime.tzinfo) -> Iterator[Entry]:
    link = next((value for name in ("url", "external_url", "id") if isinstance(value := item.get(name), str)), "")
    address = clean_url(link, url)
    if address:
        dates = (item.get("date_published"), item.get("date_modified"))
        texts = (item.get("summary"), item.get("content_text"), item.get("content_html"))
        yield Entry(
            url=address,
            title=plain_text(item.get("title"), MAX_TITLE),
            summary=plain_text(next((text for text in texts if text), ""), MAX_SUMMARY),
            published_at=next((parse_utc(date, timezone) for date in dates if isinstance(date, str)), None),
            is_news=True,
            authors=_names([author.get("name") for author in _json_authors(item)]),
        )


def _json_authors(item: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return an item's authors: a list since version 1.1, one before."""
    authors = item.get("authors") or item.get("author")
    return [each for each in (authors if isinstance(authors, list) else [authors]) if isinstance(each, dict)]
