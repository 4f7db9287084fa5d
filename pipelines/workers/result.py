"""Pack what a worker sends back: a reading, and a record for the raw archive.

The crawl's own process hands both on unread. Packed data come from our own workers only, never from the web.
"""

import dataclasses
import pickle
from collections.abc import Collection

from pipelines.raw_page import RawPage
from pipelines.render_order import lacks_text
from pipelines.warc.write import payload_digest, response_record
from storage.reading import LISTING_KINDS, Reading
from storage.visit import Record, SameBytes, Via

_LISTED: Collection[Via] = ("start", "listing")


@dataclasses.dataclass(frozen=True, slots=True)
class KeepingOrder:
    """How a page was found, and the digests of its bytes that are already stored."""

    via: Via
    known: Collection[str] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class CrawledPage:
    """A packed reading, and the ``record`` to store of its bytes, or None.

    ``lacks_text`` says that the page gave nothing which its scripts may still bring.
    """

    packed: bytes
    record: Record | SameBytes | None = None
    lacks_text: bool = False


def pack_reading(reading: Reading, raw: RawPage, order: KeepingOrder | None) -> CrawledPage:
    """Pack a reading, and make the page's record if it is ordered and useful.

    Of its lists only those that are stored go along (``Precomputed.lists``).
    """
    slim = dataclasses.replace(reading, lists=()) if reading.lists else reading
    is_bare = lacks_text(reading, raw)
    packed = pickle.dumps(slim, pickle.HIGHEST_PROTOCOL)
    if order is None or not is_worth_keeping(reading, order.via):
        return CrawledPage(packed, lacks_text=is_bare)
    digest = payload_digest(raw.body)
    record = SameBytes(digest) if digest in order.known else record_of(raw, digest)
    return CrawledPage(packed, record, is_bare)


def record_of(raw: RawPage, digest: str | None = None) -> Record:
    """Make a page's record.

    ``digest`` is the payload's, where it is known.
    """
    digest = digest or payload_digest(raw.body)
    return Record(response_record(raw, digest), digest)


def is_worth_keeping(reading: Reading, via: Via) -> bool:
    """Tell whether a page belongs into the raw archive.

    An article does, and so does a page that should have been one: a link or a listing led to it as an article, it came
    as HTML, and gave none. Re-reading such pages helps after a site's layout has changed. A page that forbids it
    (``noarchive``) is never stored.
    """
    if reading.noarchive:
        return False
    if reading.is_article:
        return True
    if via in _LISTED or reading.kind in LISTING_KINDS or reading.kind == "section":
        return False
    return bool(reading.encoding) or reading.kind == "unreadable"
