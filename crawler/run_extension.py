"""The run's accounts: opens the database and the run with the spider, closes them with it, lets nothing go missing."""

import asyncio
import contextlib
import functools
import logging
import os
import socket
from collections.abc import Sequence
from typing import Self, cast

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.middlewares.outcomes import REASON_LIMIT
from crawler.monitoring.after_crawl import after_crawl, ping_failure
from crawler.plan import CrawlPlan, archive_folder, domains_of
from crawler.spiders.related import RelatedSpider
from crawler.writer_process import writer_for
from pipelines.scrapy_pipelines import FetchedPage
from pipelines.text_rules import PipelineRules
from pipelines.warc.page_store import PageFiles, take_out
from pipelines.workers.pool import ReadingPool
from storage.column_types import utc_now
from storage.database.crawl_lock import CrawlLock, crawl_lock, domains_lock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.distribution import kiji_version
from storage.errors import DatabaseBusy, DatabaseError
from storage.frontier.polling import due_sources
from storage.frontier.sources import learnt_domains
from storage.scope import Scope
from storage.visit import Lease, Visit
from storage.writer.process import WriterProcess
from storage.writer.run_writer import Archive

logger = logging.getLogger(__name__)

DONE = ("finished", "closespider_timeout")
"""Scrapy's reasons for a spider that had nothing left to do, or no time; any other means that somebody stopped it."""

STOPPED = "shutdown"
"""Scrapy's reason for a spider that was stopped by a signal: nobody is told, and a dead-man's switch goes off."""


class RunAccounts:
    """Scrapy extension around ``RelatedSpider``: whoever starts it, the same record is left.

    ``run_id`` is the run's once the spider is open, ``polled`` the sources whose start pages are asked for,
    ``trouble`` the one line that ended the run where the database failed, ``refused`` the error for which there is no
    run at all. Trouble is logged where the setting KIJI_LOG_TROUBLE says so; else it is for the caller to tell.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._open = contextlib.ExitStack()
        self.run_id = 0
        self.polled: tuple[str, ...] = ()
        self._closed = False
        self._writer_started: asyncio.Future[None] | None = None
        self.trouble = ""
        self.refused: DatabaseError | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of this project's spider; other spiders have no accounts."""
        if crawler.spidercls is not RelatedSpider:
            raise NotConfigured
        accounts = cls(crawler)
        crawler.signals.connect(accounts.spider_opened, signals.spider_opened)
        crawler.signals.connect(accounts.spider_closed, signals.spider_closed)
        crawler.signals.connect(accounts.spider_error, signals.spider_error)
        crawler.signals.connect(accounts.item_error, signals.item_error)
        crawler.signals.connect(accounts.item_dropped, signals.item_dropped)
        return accounts

    async def spider_opened(self, spider: RelatedSpider) -> None:
        """Hold the database, open the run. Raises CloseSpider where the database cannot be used."""
        plan = spider.plan
        try:
            database = await asyncio.to_thread(open_database, plan.database_url)
            self._open.callback(database.close)
            spider.domains = await asyncio.to_thread(_domains_to_hold, plan, database)
            spider.lock = await asyncio.to_thread(self._take_lock, database, spider.domains)
            await self._open_run(spider, database, spider.lock)
        except DatabaseError as error:
            self._note(str(error))
            self.refused = None if self.run_id else error
            self._open.close()
            if self._tells_trouble and not isinstance(error, DatabaseBusy):  # another crawl is alive, and will ping
                await asyncio.to_thread(ping_failure, plan.config, str(error))
            raise CloseSpider(reason="database") from error

    async def _open_run(self, spider: RelatedSpider, database: Database, lock: CrawlLock) -> None:
        plan = spider.plan
        files = self._keep_pages(spider)
        rules = PipelineRules(plan.config.parameter_rules)
        writer = spider.shared_writer or self._own_writer(plan)
        if files is None:
            spider.archive = archive = Archive(database, rules, writer=writer)
        else:
            blank_page = functools.partial(take_out, files.folder)
            spider.archive = archive = Archive(
                database, rules, keep_pages=files.keep, blank_page=blank_page, writer=writer
            )
        self._open.callback(archive.close)
        spider.pool = spider.shared_pool or self._own_pool(plan)
        due = await asyncio.to_thread(_due, plan, database)
        self.polled = tuple(scope.name for scope in plan.scopes if due.get(scope.name))
        started = archive.start(
            [scope for scope in plan.scopes if scope.name in due],
            self.polled,
            command=plan.command,
            version=kiji_version(),
            host=socket.gethostname(),
            pid=os.getpid(),
            again=plan.refresh,
            lock=lock,
        )
        self.run_id = await asyncio.wrap_future(started)
        if due:  # not before: processes that are stopped while they start say so in tracebacks
            spider.pool_started = asyncio.ensure_future(asyncio.to_thread(spider.pool.start))
            if spider.shared_writer is None:
                self._writer_started = asyncio.ensure_future(asyncio.to_thread(writer.start))

    def _take_lock(self, database: Database, domains: frozenset[str] | None) -> CrawlLock:
        held = crawl_lock(database) if domains is None else domains_lock(database, domains)
        return self._open.enter_context(held)

    def _own_writer(self, plan: CrawlPlan) -> WriterProcess:
        writer = writer_for(plan.database_url)
        self._open.callback(writer.close)
        return writer

    def _own_pool(self, plan: CrawlPlan) -> ReadingPool:
        settings = self._crawler.settings
        pool = ReadingPool(
            timezone=plan.config.crawl.timezone,
            time_limit=settings.getfloat("KIJI_READING_SECONDS"),
            read=settings["KIJI_READ"],
            rules=plan.config.parameter_rules,
        )
        self._open.callback(pool.close)
        return pool

    def _keep_pages(self, spider: RelatedSpider) -> PageFiles | None:
        """Open the raw archive where the config wants one."""
        plan = spider.plan
        folder = archive_folder(plan.config, plan.database_url)
        if folder is None:
            return None
        spider.page_files = PageFiles(folder, max_file=plan.config.archive.file_bytes)
        self._open.callback(spider.page_files.close)
        return spider.page_files

    async def spider_closed(self, spider: RelatedSpider, reason: str) -> None:
        """Close the run: ``done``, or ``stopped`` where somebody stopped it, or ``failed`` with the database."""
        if not self.run_id:
            return
        self._closed = True
        self._note(spider.archive.trouble)
        status = "failed" if self.trouble else "done" if reason in DONE else "stopped"
        try:
            await asyncio.wrap_future(spider.archive.finish(status, self._requests()))
        except DatabaseError as error:  # the next run frees what this one had leased, and calls it killed
            self._note(str(error))
        finally:
            await asyncio.to_thread(self._open.close)
        if reason != STOPPED:
            await asyncio.to_thread(after_crawl, spider.plan, self.run_id, self.polled, self.trouble)

    def close_now(self) -> None:
        """Close a run whose loop was stopped before its spider was closed; nothing where it was. Blocks.

        What the archive holds already is stored; what was in flight keeps its place in the frontier.
        """
        spider = self._crawler.spider
        if not self.run_id or self._closed or not isinstance(spider, RelatedSpider):
            return
        try:
            spider.archive.finish("failed" if self.trouble else "stopped", self._requests()).result()
        except DatabaseError as error:  # the next run frees what this one had leased, and calls it killed
            self._note(str(error))
        finally:
            self._open.close()

    def _note(self, trouble: str) -> None:
        """Keep the first trouble: it says it for all that follows."""
        if not trouble or self.trouble:
            return
        self.trouble = trouble
        if self._tells_trouble:
            logger.error("%s", trouble)

    @property
    def _tells_trouble(self) -> bool:
        """Whether the caller does not: ``kiji crawl`` tells it itself."""
        return self._crawler.settings.getbool("KIJI_LOG_TROUBLE")

    def _requests(self) -> int:
        stats = self._crawler.stats
        return int(stats.get_value("downloader/request_count", 0)) if stats else 0

    async def spider_error(self, failure: Failure, response: Response, spider: RelatedSpider) -> None:
        """Record a page whose callback failed: a mistake of ours, and no reason to lose the address."""
        await self._record(spider, response.meta["lease"], response.url, failure)

    async def item_error(self, item: FetchedPage | Visit, spider: RelatedSpider, failure: Failure) -> None:
        """Record a page that could not be read or stored: a mistake of ours, and no reason to lose the address."""
        url = item.final_url if isinstance(item, Visit) else item.raw.final_url
        await self._record(spider, item.lease, url, failure)

    async def item_dropped(self, spider: RelatedSpider) -> None:
        """Stop: the database takes nothing any more, and the archive has tried what could be tried."""
        self._note(spider.archive.trouble)
        self._stop(spider)

    async def _record(self, spider: RelatedSpider, lease: Lease, url: str, failure: Failure) -> None:
        reason = f"{type(failure.value).__name__}: {' '.join(str(failure.value).split())}"[:REASON_LIMIT]
        visit = Visit(lease, url, utc_now(), verdict="failed", reason=reason)
        try:
            spider.finished(await asyncio.wrap_future(spider.archive.store(visit)))
        except DatabaseError:
            await self.item_dropped(spider)

    def _stop(self, spider: RelatedSpider) -> None:
        engine = self._crawler.engine
        if engine is not None and spider.in_flight():
            asyncio.ensure_future(engine.close_spider_async(reason="database"))  # noqa: RUF006 - the engine outlives it


def _due(plan: CrawlPlan, database: Database) -> dict[str, bool]:
    with database.reading() as connection:
        return dict.fromkeys(plan.named, True) or due_sources(connection, plan.scopes, utc_now())


def _domains_to_hold(plan: CrawlPlan, database: Database) -> frozenset[str] | None:
    """Tell which domains a crawl beside others asks: what its feeds teach it meanwhile waits until it is held too."""
    return frozenset().union(*domains_by_source(plan.scopes, database).values()) if plan.beside_others else None


def domains_by_source(scopes: Sequence[Scope], database: Database) -> dict[str, frozenset[str]]:
    """Tell the registered domains that each source reaches: as configured, and as its feeds have taught it."""
    with database.reading() as connection:
        learnt = learnt_domains(connection, {scope.name for scope in scopes})
    return {scope.name: domains_of(scope) | learnt.get(scope.name, frozenset()) for scope in scopes}


def accounts_of(crawler: Crawler) -> RunAccounts:
    """Give a crawler's accounts."""
    return cast(RunAccounts, crawler.get_extension(RunAccounts))
