"""Read fetched pages in workers and store them: the two Scrapy pipelines."""

import asyncio
import dataclasses
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from pipelines.raw_page import RawPage
from pipelines.render_order import RenderOrder, read_rendered
from pipelines.run_context import open_run_of
from storage.errors import DatabaseError
from storage.visit import Lease, Result, Visit


@dataclasses.dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page on its way to the workers, with the lease of its fetch.

    ``moved`` says that it was reached by permanent redirects alone, ``order`` how it is rendered, if at all.
    """

    lease: Lease
    raw: RawPage
    moved: bool = False
    order: RenderOrder | None = None

    def __repr__(self) -> str:
        return f"<FetchedPage {self.raw!r}>"


class _RunPipeline:
    """The base of both. It knows the crawler, whose run is open before the first item."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy does."""
        return cls(crawler)


class ReadingPipeline(_RunPipeline):
    """Read a fetched page in a worker process. Nothing is parsed on the reactor."""

    async def process_item(self, item: FetchedPage | Visit) -> Visit:
        """Read a page. Other items pass unchanged."""
        if isinstance(item, Visit):
            return item
        run = open_run_of(self._crawler)
        page, raw, problem = await read_rendered(
            item.raw, item.order, run.render, lambda raw: run.read(raw, item.lease), lambda page: page.lacks_text
        )
        if problem:
            reason = f"no text without its scripts; {problem}"
            return Visit(item.lease, raw.final_url, raw.fetched_at, raw.status, verdict="failed", reason=reason)
        headers = dict(raw.headers)
        return Visit(
            lease=item.lease,
            final_url=raw.final_url,
            fetched_at=raw.fetched_at,
            status=raw.status,
            packed=page.packed,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            record=page.record,
            moved=item.moved,
        )


class StoragePipeline(_RunPipeline):
    """Store a visit through the one writer, and report when it is committed."""

    async def process_item(self, item: Visit) -> Result:
        """Store a visit.

        Without a database it is dropped, and its lease waits for the next run.
        """
        run = open_run_of(self._crawler)
        try:
            result = await asyncio.wrap_future(run.writer.store(item))
        except DatabaseError as error:
            raise DropItem(str(error), log_level="DEBUG") from error
        run.finish(result)
        return result
