"""Unpack and clean the bytes of feeds and sitemaps, and read their dates."""

import dataclasses
import datetime
import email.utils
import re
import zlib
from collections.abc import Iterable

from pipelines.dates.words import read_zone
from pipelines.html.charset import decode
from storage.reading import Entry, ListingKind

MAX_UNPACKED = 50 * 1024 * 1024  # bytes: the sitemap protocol's own limit (sitemaps.org, "Sitemap file location")
MAX_ENTRIES = 50_000  # the same protocol's limit of addresses in one file
MAX_TITLE, MAX_SUMMARY = 500, 2_000  # characters
HEAD = 65_536  # bytes that are looked at to tell what a body is

_GZIP = b"\x1f\x8b\x08"
_SPACE = " \t\r\n\ufeff"
_NAME = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_HTML = re.compile(rb"\s*+(?:<!DOCTYPE html[^>\[]*+>\s*+)?<html[\s>]", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,500}\?>")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2, without the pairs


class ListingError(ValueError):
    """A feed or sitemap that cannot be read safely or at all."""


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """The entries of a feed or sitemap, each address once, at most 50,000.

    ``reason`` says what was broken or left out.
    """

    kind: ListingKind
    entries: tuple[Entry, ...]
    reason: str = ""

    def __repr__(self) -> str:
        return f"<Listing {self.kind} {len(self.entries)} entries {self.reason[:80]!r}>"


def unpack(body: bytes) -> bytes:
    """Return the body without gzip. A cut stream gives as much as it holds.

    Raises ListingError for a damaged stream and for one that unpacks to more than 50 MiB.
    """
    if not body.startswith(_GZIP):
        return body
    unpacked = bytearray()
    rest = body
    while rest.startswith(_GZIP):  # a file may hold several members (RFC 1952, section 2.2)
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            unpacked += member.decompress(rest, MAX_UNPACKED + 1 - len(unpacked))
        except zlib.error as error:
            raise ListingError(f"damaged gzip: {error}") from error
        if len(unpacked) > MAX_UNPACKED:
            raise ListingError(f"gzip of {len(body):,} bytes unpacks to more than {MAX_UNPACKED:,}")
        rest = member.unused_data
    return bytes(unpacked)


def begins_as_html(body: bytes) -> bool:
    """Tell whether the root element is ``html``, after nothing but a doctype.

    Such a body is no listing, whatever follows.
    """
    return _HTML.match(body) is not None


def read_head(body: bytes) -> str:
    """Return the first 64 KiB as text, unpacked; "" where that fails."""
    head = body[:HEAD]
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, HEAD)
        except zlib.error:  # no gzip after all: then it is none of the formats that may be packed
            return ""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace")  # the names looked for are ASCII in every encoding that feeds come in


def read_root_name(head: str) -> tuple[str, bool]:
    """Return the root element's name in lower case, and whether a DTD comes first.

    The name is local, and "" where there is no element.

    Follows XML 1.0's prolog (section 2.8): declaration, comments, processing instructions, white space, one DTD.
    """
    position, has_dtd = 0, False
    while True:
        while position < len(head) and head[position] in _SPACE:
            position += 1
        if head.startswith("<?", position):
            end, skipped = head.find("?>", position), 2
        elif head.startswith("<!--", position):
            end, skipped = head.find("-->", position + 4), 3
        elif _DOCTYPE.match(head, position):
            has_dtd = True
            match = _NAME.search(head, position)
            end, skipped = (match.start() if match else -1), 0
        else:
            match = _NAME.match(head, position)
            return (match[1].lower() if match else ""), has_dtd
        if end < 0:
            return "", has_dtd
        position = end + skipped


def clean_xml(body: bytes, content_type: str | None) -> bytes:
    """Return the unpacked body as UTF-8 without characters that XML forbids.

    Raises ListingError where a DTD precedes the root: its entities can make gigabytes of a small file or
    read files, and no feed or sitemap needs one.
    """
    text = decode(unpack(body), content_type).text
    name, has_dtd = read_root_name(text)
    if has_dtd or not name:
        raise ListingError("a document type definition (DTD) is refused" if has_dtd else "no XML element found")
    text = _NO_XML.sub("", _DECLARATION.sub("", text.lstrip(_SPACE), count=1))
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text.encode("utf-8", "replace")


def make_listing(kind: ListingKind, entries: Iterable[Entry], reason: str = "") -> Listing:
    """Make a listing: the entries in order, each address once, at most 50,000."""
    unique: dict[str, Entry] = {}
    for entry in entries:
        unique.setdefault(entry.url, entry)
        if len(unique) > MAX_ENTRIES:
            unique.popitem()
            return Listing(kind, tuple(unique.values()), reason or f"only the first {MAX_ENTRIES:,} entries were read")
    return Listing(kind, tuple(unique.values()), reason)


def parse_utc(text: str, timezone: datetime.tzinfo) -> datetime.datetime | None:
    """Return the UTC time of a feed's or sitemap's date, or None.

    It reads RFC 822 (RSS) and ISO 8601 (Atom, W3C).

    ``timezone`` is for dates that name no zone; a date without a time is that zone's midnight.
    """
    text = text.strip()[:64]
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
        # Python leaves out the zones that RFC 822 does not name, and -0000, which is UTC (RFC 2822, section 3.3).
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=read_zone(text.rpartition(" ")[2].lower()))
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).astimezone(datetime.UTC)
    except OverflowError:  # the year 1 or 9999
        return None
