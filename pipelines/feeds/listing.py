"""Tell feeds and sitemaps apart by their bytes, and read them.

A new kind of listing is a module of its own, a row in ``_FORMATS`` and a name in ``storage.reading.ListingKind``.
"""

import datetime
from collections.abc import Callable
from typing import NamedTuple

from pipelines.feeds.feeds import looks_like_feed, read_feed
from pipelines.feeds.sitemaps import looks_like_sitemap, read_sitemap
from pipelines.feeds.xml import MAX_ENTRIES, MAX_UNPACKED, Listing, ListingError, begins_as_html, unpack
from storage.reading import ListingKind

__all__ = [
    "MAX_ENTRIES",
    "MAX_UNPACKED",
    "Listing",
    "ListingError",
    "ListingFormat",
    "listing_format",
    "looks_like_feed",
    "looks_like_sitemap",
    "read_feed",
    "read_sitemap",
    "unpack",
]


class ListingFormat(NamedTuple):
    """One kind of listing: how it is recognized and read.

    ``read`` takes the body, its content type, its address and the zone of dates that name none.

    ``read`` raises :class:`ListingError` for a body that cannot be read safely, and gives None for another kind's.
    """

    kind: ListingKind
    matches: Callable[[bytes], bool]
    read: Callable[[bytes, str | None, str, datetime.tzinfo], Listing | None]


def _read_sitemap(body: bytes, _content_type: str | None, url: str, timezone: datetime.tzinfo) -> Listing | None:
    """Read a sitemap whatever its header says: the protocol has UTF-8 alone."""
    return read_sitemap(body, url, timezone)


_FORMATS = (
    ListingFormat("feed", looks_like_feed, read_feed),
    ListingFormat("sitemap", looks_like_sitemap, _read_sitemap),
)


def listing_format(body: bytes) -> ListingFormat | None:
    """Return the format of a feed or sitemap, or None. Never raises.

    The first bytes decide.
    """
    if begins_as_html(body):
        return None
    return next((format_ for format_ in _FORMATS if format_.matches(body)), None)
