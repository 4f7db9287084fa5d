"""A page of a crawl as its worker gives it: the reading as the writer takes it, and the record for the raw archive.

The crawl's own process hands both on as they are. What is packed comes from our own workers, never from the web.
"""

import dataclasses
import pickle
from collections.abc import Collection

from pipelines.raw_page import RawPage
from pipelines.warc.write import payload_digest, response_record
from storage.reading import LISTING_KINDS, Reading
from storage.visit import Record, SameBytes, Via

_LISTED: Collection[Via] = ("start", "listing")


@dataclasses.dataclass(frozen=True, slots=True)
class KeepingOrder:
    """How a page came, and the digests of the bytes that are kept of it already: the same are not kept twice."""

    via: Via
    known: Collection[str] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class CrawledPage:
    """``packed`` is the reading, ``record`` what is to be kept of its bytes: None where nothing is."""

    packed: bytes
    record: Record | SameBytes | None = None


def crawled_page(reading: Reading, raw: RawPage, order: KeepingOrder | None) -> CrawledPage:
    """Pack a reading, and make the page's record where it is ordered and worth it."""
    packed = pickle.dumps(reading, pickle.HIGHEST_PROTOCOL)
    if order is None or not is_worth_keeping(reading, order.via):
        return CrawledPage(packed)
    digest = payload_digest(raw.body)
    return CrawledPage(packed, SameBytes(digest) if digest in order.known else record_of(raw, digest))


def record_of(raw: RawPage, digest: str | None = None) -> Record:
    """Make a page's record; the digest is the payload's, where it is known."""
    digest = digest or payload_digest(raw.body)
    return Record(response_record(raw, digest), digest)


def is_worth_keeping(reading: Reading, via: Via) -> bool:
    """Whether a page belongs into the raw archive: an article, or what should have been one.

    The latter is what re-reading is for when a site's layout has changed and nothing is found any more: a page that
    a link or a listing promised as an article, came as HTML, and gave none. A page that asks for it (``noarchive``) is
    never kept.
    """
    if reading.noarchive:
        return False
    if reading.is_article:
        return True
    if via in _LISTED or reading.kind in LISTING_KINDS or reading.kind == "section":
        return False
    return bool(reading.encoding) or reading.kind == "unreadable"
