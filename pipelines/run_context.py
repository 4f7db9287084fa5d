"""Hold what a run owns, and give it to the parts of its crawl."""

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Protocol, TypeVar

from pipelines.raw_page import RawPage
from pipelines.render_order import Renderer
from pipelines.workers.pool import ReadingPool
from pipelines.workers.result import CrawledPage, KeepingOrder
from storage.database.crawl_lock import CrawlLock
from storage.visit import Lease, Result
from storage.writer.run_writer import RunWriter

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class RunContext:
    """What a run owns, from when its row is written.

    ``pool_started`` is done when the reading processes are up. ``keeps_pages`` is true if the raw archive is on.
    ``finish`` is to be called with each result that is committed. ``lock`` holds the registered ``domains`` of this
    run, and others to which a redirect leads; ``domains`` is None where no other crawl may run. ``render`` is None
    if no source wants its pages rendered.
    """

    run_id: int
    writer: RunWriter
    pool: ReadingPool
    pool_started: "asyncio.Future[None]"
    keeps_pages: bool
    lock: CrawlLock
    domains: frozenset[str] | None
    finish: Callable[[Result], None]
    render: Renderer | None = None

    async def read(self, raw: RawPage, lease: Lease) -> CrawledPage:
        """Have a page read by a worker; the first pages may come while the workers start."""
        await self.pool_started
        order = KeepingOrder(lease.via, lease.digests) if self.keeps_pages else None
        return await asyncio.wrap_future(self.pool.submit_crawled(raw, order))


class ContextHolder:
    """Base of the Scrapy extension that opens the run; ``context`` is None until it has."""

    context: RunContext | None = None


class HasExtensions(Protocol):
    """Scrapy's crawler, as far as it is needed here."""

    def get_extension(self, cls: type[T]) -> T | None:
        """Return the extension of this class, or of a subclass."""


def run_of(crawler: HasExtensions) -> RunContext | None:
    """Return the run of a crawler; None before it is open, and where nothing is stored (``kiji inspect``)."""
    holder = crawler.get_extension(ContextHolder)
    return None if holder is None else holder.context


def open_run_of(crawler: HasExtensions) -> RunContext:
    """Return the run of a crawler that has one. Raises RuntimeError where it has none."""
    run = run_of(crawler)
    if run is None:
        raise RuntimeError("this crawl has no open run; is crawler.run_extension among the EXTENSIONS?")
    return run
