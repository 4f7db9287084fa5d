"""Read single records of the raw archive, and the pages in them."""

import dataclasses

from pipelines.extractor_version import extractor_version
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.warc.place import ArchivePlace
from pipelines.warc.records import page_in_member
from storage.reading import Reading
from storage.visit import WarcLocation

READ_MEMBER = "pipelines.warc.reread:read_member"
"""The function for workers, by name: its imports take a second, which the parent saves."""


def record_bytes(place: ArchivePlace, location: WarcLocation) -> bytes:
    """Read the bytes of a record: one gzip member. Raises OSError.

    They are fewer where the file ends.
    """
    return place.read(location.file, location.offset, location.length)


def read_member(raw: RawPage, timezone: str) -> Reading:
    """Read the page in a record.

    The body of ``raw`` is the gzip member; of the rest only its source and what a feed said of the page matter.
    """
    page = page_in_member(raw.body)
    if isinstance(page, RawPage):
        page = dataclasses.replace(
            page,
            source=raw.source,
            in_feed=raw.in_feed,
            feed_date=raw.feed_date,
            feed_title=raw.feed_title,
            feed_authors=raw.feed_authors,
        )
        return read_page(page, timezone)
    return Reading(
        url=raw.url,
        canonical_url=raw.url,
        kind="unreadable",
        reason=f"raw archive: {page}",
        extractor_version=extractor_version(),
    )
