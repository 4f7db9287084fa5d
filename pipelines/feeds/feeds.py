"""Read RSS 0.9x to 2.0, Atom and JSON Feed, recognized by their content.

XML is read by feedparser, after the bytes were decoded and a DTD was refused (:mod:`pipelines.feeds.xml`).
"""

import calendar
import datetime
import io
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import feedparser

from pipelines.addresses.normalize import clean_url
from pipelines.feeds.xml import (
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
from storage.reading import Entry

_JSON_FEED = "jsonfeed.org/version/"  # https://www.jsonfeed.org/version/1.1/: required in "version"
_RSS_1 = ("purl.org/rss/", "my.netscape.com/rdf/")  # RDF is used for much else; RSS 1.0 and 0.90 name themselves


def looks_like_feed(body: bytes) -> bool:
    """Tell whether a body is a feed, by its root element. Never raises.

    Gzip is unpacked.
    """
    head = read_head(body)
    if head.lstrip("\ufeff \t\r\n").startswith("{"):
        return _JSON_FEED in head[:4_096]
    name, _ = read_root_name(head)
    return name in ("rss", "feed") or (name == "rdf" and any(mark in head for mark in _RSS_1))


def read_feed(
    body: bytes, content_type: str | None, url: str, timezone: datetime.tzinfo = datetime.UTC
) -> Listing | None:
    """Return the entries of the feed at ``url`` in their order, or None.

    A following page of it (``rel=next``) comes last, as a listing. ``timezone`` is for dates that name no zone. Titles
    and summaries are plain text. Raises ListingError for a feed with a DTD, damaged gzip, or nothing that can be
    parsed.
    """
    if not looks_like_feed(body):
        return None
    if read_head(body).lstrip("\ufeff \t\r\n").startswith("{"):
        return _read_json_feed(body, content_type, url, timezone)
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    parsed: Mapping[str, Any] = feedparser.parse(  # untyped: every value is checked below
        io.BytesIO(clean_xml(body, content_type)),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    entries = list(_entries(parsed["entries"], url, timezone))
    entries.extend(_next_pages(parsed["feed"], url))
    broken = f"broken feed: {parsed.get('bozo_exception')}"[:200] if parsed["bozo"] else ""
    if broken and not entries:
        raise ListingError(broken)
    return make_listing("feed", entries, broken)


def _entries(items: Iterable[Mapping[str, Any]], url: str, timezone: datetime.tzinfo) -> Iterator[Entry]:
    for item in items:
        address = _address(item, url)
        if address is None:
            continue
        contents = item.get("content") or [{}]
        yield Entry(
            url=address,
            title=plain_text(item.get("title", ""), MAX_TITLE),
            summary=plain_text(item.get("summary") or contents[0].get("value", ""), MAX_SUMMARY),
            published_at=_published(item, timezone),
        )


def _address(item: Mapping[str, Any], url: str) -> str | None:
    """Return an entry's address: before a redirect service, its link, or its id."""
    for name in ("feedburner_origlink", "link", "id"):
        value = item.get(name)
        if isinstance(value, str) and (name != "id" or value.startswith(("http://", "https://"))):
            address = clean_url(value, url)
            if address:
                return address
    return None


def _published(item: Mapping[str, Any], timezone: datetime.tzinfo) -> datetime.datetime | None:
    for name in ("published", "updated", "created"):
        text = item.get(name)
        if not isinstance(text, str) or not text:
            continue
        moment = parse_utc(text, timezone)
        if moment:
            return moment
        parsed = item.get(f"{name}_parsed")  # feedparser knows more forms, and gives them in UTC
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
    entries = [entry for item in items if isinstance(item, dict) for entry in _json_entry(item, url, timezone)]
    following = feed.get("next_url")
    address = clean_url(following, url) if isinstance(following, str) else None
    if address:
        entries.append(Entry(url=address, is_listing=True))
    return make_listing("feed", entries)


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
        )
