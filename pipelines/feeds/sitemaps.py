"""Read sitemaps and their indexes, in XML or as plain text.

The protocol is https://www.sitemaps.org/protocol.html with Google's news extension.
"""

import datetime
import re

from lxml import etree

from pipelines.addresses.normalize import clean_url
from pipelines.feeds.xml import (
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

_ADDRESS_LINE = re.compile(r"https?://\S+", re.IGNORECASE)
_LINES_LOOKED_AT = 50
_LINES_TO_A_BAD_ONE = 3
"""The protocol has nothing but addresses. Programs write a title, a comment or a broken address among them; a text that
names its sources has fewer addresses than other lines."""

_SHOWN = 100  # characters of a bad line
_LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def looks_like_sitemap(body: bytes) -> bool:
    """Tell whether a body is a sitemap or an index of sitemaps. Never raises.

    Its root element decides. Gzip is unpacked.

    Plain text is one where at least two of three lines are addresses.
    """
    head = read_head(body)
    return read_root_name(head) in ("urlset", "sitemapindex") or _is_address_list(head)


def _is_address_list(head: str) -> bool:
    lines = [line.strip("\ufeff \t\r") for line in head[:8_192].split("\n")]
    if len(head) > 8_192:
        del lines[-1:]  # cut in the middle
    lines = [line for line in lines if line][:_LINES_LOOKED_AT]
    bad = sum(_ADDRESS_LINE.fullmatch(line) is None for line in lines)
    return bool(lines) and bad * _LINES_TO_A_BAD_ONE <= len(lines)


def read_sitemap(body: bytes, url: str, timezone: datetime.tzinfo = datetime.UTC) -> Listing | None:
    """Return the addresses of the sitemap at ``url``, or None.

    News come first, then the addresses that changed last, then the undated ones in their order. Children of an index
    are listings. ``published_at`` and ``title`` are from the news extension, ``changed_at`` is ``lastmod``. Alternates
    in other languages are left out: sitemaps list them as entries too. In plain text each line is an address; the
    reason names the first one that is none. Raises ListingError for damaged gzip, or a body that cannot be parsed.
    """
    if not looks_like_sitemap(body):
        return None
    if not read_root_name(read_head(body)):
        return _read_address_list(decode(unpack(body)).text)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True
    )
    root = etree.fromstring(clean_xml(body, None), parser)
    if root is None:
        raise ListingError("broken sitemap: no element could be read")
    is_index = etree.QName(root).localname.lower() == "sitemapindex"
    listed = []
    for element in root.iterchildren("{*}url", "{*}sitemap"):
        entry = _listed_page(element, url, timezone, is_listing=is_index)
        if entry is not None:
            listed.append(entry)
    listed.sort(key=_newest, reverse=True)
    log = parser.error_log.filter_from_errors()
    return make_listing("sitemap", listed, f"broken XML: {log[0].message}"[:200] if log else "")


def _read_address_list(text: str) -> Listing:
    lines = [(number, line.strip("\ufeff \t\r")) for number, line in enumerate(text.split("\n"), 1)]
    listed = [(number, line, _address_of(line)) for number, line in lines if line]
    bad = [(number, line) for number, line, address in listed if address is None]
    reason = ""
    if bad:
        number, line = bad[0]
        are = "line is no address" if len(bad) == 1 else "lines are no addresses, the first"
        reason = f"{len(bad):,} {are}: line {number:,}, {plain_text(line, _SHOWN)}"
    return make_listing("sitemap", (Entry(url=address) for _, _, address in listed if address), reason)


def _address_of(line: str) -> str | None:
    return clean_url(line) if _ADDRESS_LINE.fullmatch(line) else None


def _newest(entry: Entry) -> tuple[bool, datetime.datetime]:
    return entry.is_news, entry.published_at or entry.changed_at or _LONG_AGO


def _listed_page(element: etree._Element, url: str, timezone: datetime.tzinfo, *, is_listing: bool) -> Entry | None:
    address = clean_url(_text(element, "{*}loc"), url)
    if address is None:
        return None
    news = element.find("{*}news")
    published = parse_utc(_text(news, "{*}publication_date"), timezone) if news is not None else None
    title = plain_text(_text(news, "{*}title"), MAX_TITLE) if news is not None else ""
    changed = parse_utc(_text(element, "{*}lastmod"), timezone)
    return Entry(
        url=address,
        title=title,
        published_at=published,
        is_listing=is_listing,
        changed_at=changed,
        is_news=news is not None,
    )


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
