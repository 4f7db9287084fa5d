"""Write Atom and JSON feeds of articles."""

import dataclasses
import json
import re
from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from storage.reading import iso_utc

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SUMMARY = 600
"""Characters of an entry's summary."""


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """An article in a feed; ``key`` is the same for the same piece of news, so that readers show it once."""

    key: str
    url: str
    title: str
    summary: str
    source: str
    language: str
    authors: str
    published_at: datetime
    updated_at: datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Feed:
    """A feed's own words: ``page`` is the address of the same list as a web page, "" where there is none."""

    title: str
    address: str
    page: str
    updated_at: datetime


def atom(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """Write a feed as RFC 4287 has it."""
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n',
        f"<id>{_text(feed.address)}</id>\n<title>{_text(feed.title)}</title>\n",
        f"<updated>{iso_utc(feed.updated_at)}</updated>\n<generator>Kiji</generator>\n",
        f'<link rel="self" type="application/atom+xml" href={_attribute(feed.address)}/>\n',
    ]
    if feed.page:
        parts.append(f'<link rel="alternate" type="text/html" href={_attribute(feed.page)}/>\n')
    parts += map(_atom_entry, entries)
    return "".join([*parts, "</feed>\n"]).encode()


def _atom_entry(entry: Entry) -> str:
    authors = [name for name in entry.authors.split("; ") if name] or [entry.source]
    named = "".join(f"<author><name>{_text(name)}</name></author>" for name in authors)
    return (
        f"<entry xml:lang={_attribute(entry.language)}><id>{_text(entry.key)}</id><title>{_text(entry.title)}</title>"
        f'<link rel="alternate" type="text/html" href={_attribute(entry.url)}/>{named}'
        f"<published>{iso_utc(entry.published_at)}</published><updated>{iso_utc(entry.updated_at)}</updated>"
        f"<category term={_attribute(entry.source)}/><summary>{_text(entry.summary[:SUMMARY])}</summary></entry>\n"
    )


def json_feed(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """Write a feed as JSON Feed 1.1 has it."""
    items = [
        {
            "id": entry.key,
            "url": entry.url,
            "title": entry.title,
            "content_text": entry.summary[:SUMMARY],
            "date_published": iso_utc(entry.published_at),
            "date_modified": iso_utc(entry.updated_at),
            "authors": [{"name": name} for name in entry.authors.split("; ") if name],
            "language": entry.language,
            "tags": [entry.source],
        }
        for entry in entries
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": feed.title, "feed_url": feed.address}
    if feed.page:
        head["home_page_url"] = feed.page
    return json.dumps({**head, "items": items}, ensure_ascii=False).encode()


def _text(text: str) -> str:
    return escape(_NOT_IN_XML.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("", text))
