"""Find what keeps each host's queue in a crawl, by Scrapy's version."""

from typing import Protocol

from scrapy.crawler import Crawler

from storage.library_versions import fits


class Pace(Protocol):
    """What keeps each host's queue. Slots are those of ``crawler.hosts``."""

    def hold(self, slot: str, until: float) -> None:
        """Ask nothing of a slot's host before ``until`` (``time.monotonic``)."""

    def delay_of(self, slot: str) -> float | None:
        """Return the seconds between two requests to a slot's host; None as long as nothing was asked of it."""

    def give_back(self, slot: str, error: Exception) -> None:
        """End what queues for a host with this error."""


def pace_of(crawler: Crawler) -> Pace:
    """Return what keeps the queues of a crawl. Raises RuntimeError where its engine does not run, or has none."""
    if not fits("scrapy"):
        from crawler.middlewares.public_pace import PublicPace

        pace = crawler.get_downloader_middleware(PublicPace)
        if pace is None:
            raise RuntimeError(f"the crawl needs the downloader middleware {PublicPace.__module__}.PublicPace")
        return pace
    from crawler.middlewares.download_slots import BoundedDownloader  # imports private parts

    if crawler.engine is None or not isinstance(crawler.engine.downloader, BoundedDownloader):
        raise RuntimeError("the crawl needs a running engine with BoundedDownloader")
    return crawler.engine.downloader
