"""The two Scrapy pipelines: a fetched page is read in a worker, what came of it is stored."""

import asyncio
import dataclasses
from typing import Protocol, Self, cast

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from pipelines.raw_page import RawPage
from pipelines.workers.result import CrawledPage
from storage.errors import DatabaseError
from storage.visit import Lease, Result, Visit
from storage.writer.run_writer import Archive


@dataclasses.dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page on its way to the workers, with the lease under which it was fetched.

    ``moved`` says that it was reached by redirects for good alone.
    """

    lease: Lease
    raw: RawPage
    moved: bool = False

    def __repr__(self) -> str:
        return f"<FetchedPage {self.raw!r}>"


class CrawlInHand(Protocol):
    """What the pipelines need of the crawl that they stand in; the spider has it."""

    archive: Archive

    async def read(self, raw: RawPage, lease: Lease) -> CrawledPage:
        """Have a page read in a worker process."""

    def finished(self, result: Result) -> None:
        """Take note that an address taken up has its outcome."""


class _InCrawl:
    """Knows the crawl by its spider, which exists only after the pipelines."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes it."""
        return cls(crawler)

    @property
    def crawl(self) -> CrawlInHand:
        """The crawl."""
        return cast(CrawlInHand, self._crawler.spider)


class ReadingPipeline(_InCrawl):
    """Turns a fetched page into a visit, in a worker process; nothing is parsed on the reactor."""

    async def process_item(self, item: FetchedPage | Visit) -> Visit:
        """Read a page; what was not fetched passes."""
        if isinstance(item, Visit):
            return item
        raw = item.raw
        headers = dict(raw.headers)
        page = await self.crawl.read(raw, item.lease)
        return Visit(
            lease=item.lease,
            final_url=raw.final_url,
            fetched_at=raw.fetched_at,
            status=raw.status,
            packed=page.packed,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            kept=page.record,
            moved=item.moved,
        )


class StoragePipeline(_InCrawl):
    """Stores a visit through the one writer, and says so when it is committed."""

    async def process_item(self, item: Visit) -> Result:
        """Store it. Without a database it is dropped, and its lease waits for the next run: the archive says why."""
        try:
            result = await asyncio.wrap_future(self.crawl.archive.store(item))
        except DatabaseError as error:
            raise DropItem(str(error), log_level="DEBUG") from error
        self.crawl.finished(result)
        return result
