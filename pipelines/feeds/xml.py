"""Unpack and clean the bytes of feeds and sitemaps, and read their dates."""

import dataclasses
import datetime
import email.utils
import html.entities
import re
import zlib
from collections.abc import Iterable

from pipelines.dates.words import read_zone
from pipelines.dates.written import find_written_dates, normalize_date_text
from pipelines.html.charset import decode, utf_16_without_mark
from storage.reading import Entry, ListingKind

MAX_UNPACKED = 50 * 1024 * 1024  # bytes: the sitemap protocol's own limit (sitemaps.org, "Sitemap file location")
MAX_ENTRIES = 50_000  # the same protocol's limit of addresses in one file
MAX_TITLE, MAX_SUMMARY = 500, 2_000  # characters
HEAD = 65_536  # bytes that are looked at to tell what a body is

_GZIP = b"\x1f\x8b\x08"
_PACKED = 2  # times that a body is packed at most
_SPACE = " \t\r\n\ufeff"
_NAME = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
# A document type declaration with its internal subset (XML 1.0, sections 2.8 and 2.9): literals, comments, instructions
# and declarations may hold ">" and "]". Possessive: no text is tried twice.
_DOCTYPE = re.compile(
    r"""<!DOCTYPE(?:[^\[\]"'<>]|"[^"]*+"|'[^']*+')*+"""
    r"""(?:\[(?:[^\]"'<]|"[^"]*+"|'[^']*+'|<!--(?:[^-]|-(?!->))*+-->|<\?(?:[^?]|\?(?!>))*+\?>"""
    r"""|<![A-Z](?:[^"'<>]|"[^"]*+"|'[^']*+')*+>)*+\]\s*+)?>""",
    re.IGNORECASE,
)
_BROKEN_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_HTML = re.compile(rb"\s*+(?:<!DOCTYPE html[^>\[]*+>\s*+)?<html[\s>]", re.IGNORECASE)
# A section that is never closed ends with the text: else each of many would be searched to the end.
_CDATA = re.compile(r"(<!\[CDATA\[(?:[^\]]|\](?!\]>))*+(?:\]\]>|\Z))")
_NUMBER = re.compile(r"#(x[0-9a-f]+|\d+)", re.IGNORECASE)
_AMPERSAND = re.compile(r"(?:&\#(?:x[0-9a-f]{1,8}|\d{1,10});)++|&(?P<name>[a-z][a-z0-9]{0,40});|&", re.IGNORECASE)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_EPOCH = re.compile(r"\d{10}(?:\d{3})?", re.ASCII)  # Unix seconds or milliseconds
_SHORT_NAME = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3}")  # RFC 822: weekday, day, month's name
_YEAR = re.compile(r"\d{4}|令和|平成")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2, without the pairs


class ListingError(ValueError):
    """A feed or sitemap that cannot be read safely or at all."""


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """The entries of a feed or sitemap, each address once, at most 50,000.

    ``reason`` says what was broken or left out. ``links`` are the relations and addresses of the feed itself that
    concern pushes (:mod:`pipelines.feeds.hubs`).
    """

    kind: ListingKind
    entries: tuple[Entry, ...]
    reason: str = ""
    links: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"<Listing {self.kind} {len(self.entries)} entries {self.reason[:80]!r}>"


def unpack(body: bytes) -> bytes:
    """Return the body without gzip. A cut stream gives as much as it holds.

    Servers that pack a packed file once more pack it twice. Raises ListingError for a damaged stream and for one that
    unpacks to more than 50 MiB.
    """
    for _ in range(_PACKED):
        if not body.startswith(_GZIP):
            break
        body = _unpack_once(body)
    return body


def _unpack_once(body: bytes) -> bytes:
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
    for _ in range(_PACKED):
        if head.startswith(_GZIP):
            try:
                head = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, HEAD)
            except zlib.error:  # no gzip after all: then it is none of the formats that may be packed
                return ""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if encoding := utf_16_without_mark(head):
        return head.decode(encoding, "replace")
    return head.decode("utf-8", "replace")  # the names looked for are ASCII in every encoding that feeds come in


def read_root_name(head: str) -> str:
    """Return the root element's local name in lower case; "" where there is none."""
    start = _root_start(head)
    name = _NAME.match(head, start) if start is not None else None
    return name[1].lower() if name else ""


def _root_start(text: str) -> int | None:
    """Find the start of the root element; None where there is none.

    XML 1.0's prolog (section 2.8) comes before it: declarations, comments, processing instructions, white space and
    document type declarations.
    """
    position = 0
    while True:
        while position < len(text) and text[position] in _SPACE:
            position += 1
        if text.startswith("<?", position):
            end = _after(text, "?>", position)
        elif text.startswith("<!--", position):
            end = _after(text, "-->", position + 4)
        elif doctype := _DOCTYPE.match(text, position):
            end = doctype.end()
        elif _BROKEN_DOCTYPE.match(text, position):
            name = _NAME.search(text, position)
            end = name.start() if name else None
        else:
            return position if _NAME.match(text, position) else None
        if end is None:
            return None
        position = end


def _after(text: str, mark: str, position: int) -> int | None:
    found = text.find(mark, position)
    return None if found < 0 else found + len(mark)


def clean_xml(body: bytes, content_type: str | None) -> bytes:
    """Return the unpacked body from its root element on, as UTF-8 that any parser reads.

    A document type declaration is left out unread, so that no entity of it is expanded or fetched. References to
    HTML's entities and to characters become the characters, halves of a pair (``&#55357;&#56832;``) joined; what means
    no character becomes U+FFFD, and an ampersand that begins no reference is escaped. Raises ListingError where there
    is no element.
    """
    text = decode(unpack(body), content_type).text
    start = _root_start(text)
    if start is None:
        raise ListingError("no XML element found")
    parts = _CDATA.split(text[start:])  # sections of character data, which have no references, at the odd places
    parts[::2] = [_AMPERSAND.sub(_reference, part) for part in parts[::2]]
    text = _NO_XML.sub("", "".join(parts))
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text.encode("utf-8", "replace")


def _reference(match: re.Match[str]) -> str:
    """Rewrite a run of references, or an ampersand, as valid XML."""
    if not match[0].endswith(";"):
        return "&amp;"
    if match["name"]:
        name = match["name"]
        if name in _XML_NAMES:
            return match[0]
        characters = html.entities.html5.get(f"{name};")
        return f"&amp;{name};" if characters is None else characters
    units = [int(number[1:], 16) if number[0] in "xX" else int(number) for number in _NUMBER.findall(match[0])]
    return "".join(map(_escaped, _joined_surrogates(units)))


def _joined_surrogates(units: list[int]) -> str:
    """Return the characters of code points; halves of a UTF-16 pair are joined, others U+FFFD."""
    known = [unit if unit <= 0x10FFFF else 0xFFFD for unit in units]
    pairs = "".join(map(chr, known)).encode("utf-16-le", "surrogatepass")
    return pairs.decode("utf-16-le", "replace")


def _escaped(character: str) -> str:
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}.get(character, character)


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
    """Parse a feed's or sitemap's date: RFC 822, ISO 8601, or as pages write it; in UTC.

    ``timezone`` is for dates that name no zone; a date without a time is that zone's midnight.
    """
    text = text.strip()[:64]
    if _EPOCH.fullmatch(text):
        return datetime.datetime.fromtimestamp(int(text[:10]), datetime.UTC)
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        named = _SHORT_NAME.match(text)
        if named is None:
            return _written_moment(text, timezone)
        try:
            moment = email.utils.parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return _written_moment(text, timezone)
        # Python leaves out the zones that RFC 822 does not name, and -0000, which is UTC (RFC 2822, section 3.3).
        if moment.tzinfo is None:
            zone = text.rpartition(" ")[2].lower()
            moment = moment.replace(tzinfo=datetime.UTC if zone == "-0000" else read_zone(zone))
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).astimezone(datetime.UTC)
    except OverflowError:  # the year 1 or 9999
        return None


def _written_moment(text: str, timezone: datetime.tzinfo) -> datetime.datetime | None:
    """Parse a date with a year in any form that pages use (``2026/11/29 08:00:00``)."""
    if not _YEAR.search(text):
        return None
    latest = datetime.datetime.max.replace(tzinfo=datetime.UTC) - datetime.timedelta(days=2)
    found = next(iter(find_written_dates(normalize_date_text(text, 64), latest, timezone)), None)
    return None if found is None else found.date.moment
