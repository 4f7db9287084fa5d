"""Find the object that keeps the hosts' queues of a crawl, by Scrapy's version."""

from typing import Protocol

from scrapy.crawler import Crawler

from storage.library_versions import fits


class Pace(Protocol):
    """Interface of the object that keeps each host's queue.

    Slots are those of ``crawler.hosts``.
    """

    def hold(self, slot: str, until: float) -> None:
        """Send no request of a slot before ``until`` (``time.monotonic``)."""

    def delay_of(self, slot: str) -> float | None:
        """Return the seconds between two requests of a slot.

        Returns None before its first request.
        """

    def give_back(self, slot: str, error: Exception) -> None:
        """End the queued requests of a host with this error."""


def pace_of(crawler: Crawler) -> Pace:
    """Return the object that keeps a crawl's queues.

    Raises RuntimeError before its engine runs.
    """
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
