"""Feeds and sitemaps, told apart by what comes back: the one door to :mod:`pipelines.feeds.feeds` and ``sitemaps``."""

from pipelines.feeds.feeds import looks_like_feed, read_feed
from pipelines.feeds.sitemaps import looks_like_sitemap, read_sitemap
from pipelines.feeds.xml import MAX_ENTRIES, MAX_UNPACKED, Listing, ListingError, unpack

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
