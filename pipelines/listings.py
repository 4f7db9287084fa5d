"""Feeds and sitemaps, told apart by what comes back: the one door to :mod:`pipelines.feeds` and ``sitemaps``."""

from pipelines.feeds import looks_like_feed, read_feed
from pipelines.listing_body import MAX_ENTRIES, MAX_UNPACKED, Listing, ListingError, unpack
from pipelines.sitemaps import looks_like_sitemap, read_sitemap

__all__ = [
    "MAX_ENTRIES",
    "MAX_UNPACKED",
    "Listing",
    "ListingError",
    "looks_like_feed",
    "looks_like_sitemap",
    "read_feed",
    "read_sitemap",
    "unpack",
]
