"""Choose parts of a crawl by the versions of Scrapy and Twisted.

Our parts use private parts of both, and are used only with the versions that they were written for. With other
versions Scrapy's own parts are used, and ``public_pace`` keeps the hosts' delays. robots.txt and the address guard use
the public API in either case.
"""

from storage.library_versions import fits

_OURS = fits("scrapy")

DOWNLOADER = "crawler.middlewares.download_slots.BoundedDownloader" if _OURS else "scrapy.core.downloader.Downloader"

HTTP_HANDLER = (
    "crawler.middlewares.header_cap.CappedHandler"
    if _OURS and fits("twisted")
    else "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
)
"""The handler for http and https. Named, since the address guard is the resolver of Twisted's connections alone."""

PACE: dict[str, int] = (
    {"crawler.middlewares.download_slots.HostPace": 110}
    if _OURS
    else {"crawler.middlewares.public_pace.PublicPace": 950}
)
"""The downloader middleware that keeps hosts' delays, with its place."""
