"""Small pages, written for the tests of what a page declares."""

import datetime
import json
import zoneinfo
from collections.abc import Mapping

import lxml.html

from pipelines.html.tag_index import TagIndex
from pipelines.metadata.metadata import Metadata, read_metadata

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
NOW = datetime.datetime(2026, 11, 24, 3, 0, tzinfo=datetime.UTC)
ADDRESS = "https://www.minato.example/politics/20261005-harbour.html"

Json = Mapping[str, object] | list[object]


def page(*, head: str = "", body: str = "", jsonld: Json | None = None, lang: str = "ja") -> str:
    """An HTML document; ``jsonld`` is written into one script."""
    script = f'<script type="application/ld+json">{json.dumps(jsonld)}</script>' if jsonld is not None else ""
    return f'<!doctype html><html lang="{lang}"><head>{head}{script}</head><body>{body}</body></html>'


def declared(html: str, address: str = ADDRESS, timezone: zoneinfo.ZoneInfo = TOKYO) -> Metadata:
    """What the page at ``address`` declares."""
    tree = lxml.html.document_fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    return read_metadata(TagIndex(tree), address, NOW, timezone)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime.datetime:
    """An aware time in UTC."""
    return datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
