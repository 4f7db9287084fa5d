"""Open and close a crawl's database, lock and run, and record its errors."""

import asyncio
import contextlib
import functools
import logging
import os
import socket
from collections.abc import Sequence
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.archive_place import kept_place
from crawler.idle_crawl import find_due
from crawler.middlewares.outcomes import REASON_LIMIT
from crawler.monitoring.after_crawl import after_crawl, ping_failure
from crawler.plan import CrawlPlan, archive_folder, domains_of
from crawler.spiders.related import RelatedSpider
from crawler.writer_process import writer_for
from pipelines.render_order import Renderer, RenderingStopped
from pipelines.run_context import ContextHolder, RunContext, open_run_of
from pipelines.scrapy_pipelines import FetchedPage
from pipelines.text_rules import PipelineRules
from pipelines.warc.page_store import PageFiles, erase_page
from pipelines.workers.pool import ReadingPool
from storage.column_types import utc_now
from storage.database.crawl_lock import CrawlLock, crawl_lock, domains_lock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.distribution import kiji_version
from storage.errors import DatabaseBusy, DatabaseError
from storage.frontier.sources import read_source_domains
from storage.scope import Scope
from storage.visit import Lease, Visit
from storage.writer.process import WriterProcess
from storage.writer.run_writer import RunWriter

logger = logging.getLogger(__name__)

DONE = ("finished", "closespider_timeout")
"""Scrapy's reasons for a crawl that was complete or out of time. With any other reason somebody stopped it."""

STOPPED = "shutdown"
"""Scrapy's reason after a signal. Then nothing is pinged, so that a dead-man's switch raises the alarm."""


class RunExtension(ContextHolder):
    """Scrapy extension that opens and closes the run of ``RelatedSpider``.

    ``context`` is set once the run is open. ``polled`` are the sources whose start pages are requested. ``trouble`` is
    the message of a database failure that ended the run, ``refused`` the error that kept it from opening. Trouble is
    logged if the setting KIJI_LOG_TROUBLE is true; else the caller reports it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._resources = contextlib.ExitStack()
        self.polled: tuple[str, ...] = ()
        self._closed = False
        self._writer_started: asyncio.Future[None] | None = None
        self.trouble = ""
        self.refused: DatabaseError | None = None

    @property
    def run_id(self) -> int:
        """Return the run's id, 0 before it is open."""
        return 0 if self.context is None else self.context.run_id

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of this project's spider.

        For other spiders there is no run.
        """
        if crawler.spidercls is not RelatedSpider:
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        crawler.signals.connect(extension.spider_error, signals.spider_error)
        crawler.signals.connect(extension.item_error, signals.item_error)
        crawler.signals.connect(extension.item_dropped, signals.item_dropped)
        return extension

    async def spider_opened(self, spider: RelatedSpider) -> None:
        """Lock the database and open the run.

        Raises CloseSpider where the database cannot be used.
        """
        plan = spider.plan
        try:
            database = await asyncio.to_thread(open_database, plan.database_url)
            self._resources.callback(database.close)
            domains = await asyncio.to_thread(_domains_to_hold, plan, database)
            lock = await asyncio.to_thread(self._take_lock, database, domains)
            self.context = await self._open_run(spider, database, lock, domains)
        except DatabaseError as error:
            self._note(str(error))
            self.refused = error
            self._resources.close()
            if self._logs_trouble and not isinstance(error, DatabaseBusy):  # another crawl is alive, and will ping
                await asyncio.to_thread(ping_failure, plan.config, str(error))
            raise CloseSpider(reason="database") from error

    async def _open_run(
        self, spider: RelatedSpider, database: Database, lock: CrawlLock, domains: frozenset[str] | None
    ) -> RunContext:
        plan = spider.plan
        files = self._open_page_files(plan)
        process = spider.shared_writer or self._own_writer_process(plan)
        writer = self._make_writer(plan, database, files, process)
        pool = spider.shared_pool or self._own_pool(plan)
        due = await asyncio.to_thread(find_due, plan, database)
        self.polled = tuple(scope.name for scope in plan.scopes if due.get(scope.name))
        started = writer.start(
            [scope for scope in plan.scopes if scope.name in due],
            self.polled,
            command=plan.command,
            version=kiji_version(),
            host=socket.gethostname(),
            pid=os.getpid(),
            again=plan.refresh,
            lock=lock,
        )
        run_id = await asyncio.wrap_future(started)
        # Processes start after the run, and only if something is due: stopped while they start they print tracebacks.
        pool_started = asyncio.ensure_future(asyncio.to_thread(pool.start) if due else _nothing())
        if due and spider.shared_writer is None:
            self._writer_started = asyncio.ensure_future(asyncio.to_thread(process.start))
        render = self._renderer(plan)
        return RunContext(run_id, writer, pool, pool_started, files is not None, lock, domains, spider.finish, render)

    def _renderer(self, plan: CrawlPlan) -> Renderer | None:
        """Return what renders pages; None if no source wants that. The browser starts with the first page."""
        if not any(source.render for source in plan.sources):
            return None
        from crawler.rendering.renderer import PageRenderer  # with what most crawls do not need

        renderer = PageRenderer(plan.config.browser, self._is_stopped)
        self._resources.callback(renderer.close)
        return renderer.render

    def _is_stopped(self) -> bool:
        engine = self._crawler.engine
        return engine is not None and not engine.running

    def _take_lock(self, database: Database, domains: frozenset[str] | None) -> CrawlLock:
        lock = crawl_lock(database) if domains is None else domains_lock(database, domains)
        return self._resources.enter_context(lock)

    def _own_writer_process(self, plan: CrawlPlan) -> WriterProcess:
        process = writer_for(plan.database_url)
        self._resources.callback(process.close)
        return process

    def _own_pool(self, plan: CrawlPlan) -> ReadingPool:
        settings = self._crawler.settings
        pool = ReadingPool(
            timezone=plan.config.crawl.timezone,
            time_limit=settings.getfloat("KIJI_READING_SECONDS"),
            read=settings["KIJI_READ"],
            rules=plan.config.parameter_rules,
        )
        self._resources.callback(pool.close)
        return pool

    def _open_page_files(self, plan: CrawlPlan) -> PageFiles | None:
        """Open the raw archive; None if the config has none."""
        folder = archive_folder(plan.config, plan.database_url)
        if folder is None:
            return None
        files = PageFiles(folder, max_file=plan.config.archive.file_bytes)
        self._resources.callback(files.close)
        return files

    def _make_writer(
        self, plan: CrawlPlan, database: Database, files: PageFiles | None, process: WriterProcess
    ) -> RunWriter:
        rules = PipelineRules(plan.config.parameter_rules, stories=plan.config.stories.enabled)
        if files is None:
            writer = RunWriter(database, rules, process=process)
        else:
            blank_page = functools.partial(erase_page, kept_place(plan.config, plan.database_url))
            writer = RunWriter(database, rules, keep_pages=files.keep, blank_page=blank_page, process=process)
        self._resources.callback(writer.close)
        return writer

    async def spider_closed(self, spider: RelatedSpider, reason: str) -> None:
        """Close the run as ``done``, ``stopped`` or ``failed``; call after_crawl."""
        if self.context is None:
            return
        self._closed = True
        writer = self.context.writer
        self._note(writer.trouble)
        status = "failed" if self.trouble else "done" if reason in DONE else "stopped"
        try:
            await asyncio.wrap_future(writer.finish(status, self._requests()))
        except DatabaseError as error:  # the next run frees what this one had leased, and calls it killed
            self._note(str(error))
        finally:
            await asyncio.to_thread(self._resources.close)
        if reason != STOPPED:
            await asyncio.to_thread(after_crawl, spider.plan, self.run_id, self.polled, self.trouble)

    def close_now(self) -> None:
        """Close a run whose loop was stopped before its spider was closed. Blocks.

        Visits that the writer has are stored, addresses in flight stay in the frontier. A closed run is left as it is.
        """
        if self.context is None or self._closed:
            return
        try:
            self.context.writer.finish("failed" if self.trouble else "stopped", self._requests()).result()
        except DatabaseError as error:  # the next run frees what this one had leased, and calls it killed
            self._note(str(error))
        finally:
            self._resources.close()

    def _note(self, trouble: str) -> None:
        """Keep the first trouble: the later ones follow from it."""
        if not trouble or self.trouble:
            return
        self.trouble = trouble
        if self._logs_trouble:
            logger.error("%s", trouble)

    @property
    def _logs_trouble(self) -> bool:
        """Return whether trouble is logged here: ``kiji crawl`` prints it itself."""
        return self._crawler.settings.getbool("KIJI_LOG_TROUBLE")

    def _requests(self) -> int:
        stats = self._crawler.stats
        return int(stats.get_value("downloader/request_count", 0)) if stats else 0

    async def spider_error(self, failure: Failure, response: Response, spider: RelatedSpider) -> None:
        """Record an error in the spider's callback as the address's outcome."""
        await self._record(spider, response.meta["lease"], response.url, failure)

    async def item_error(self, item: FetchedPage | Visit, spider: RelatedSpider, failure: Failure) -> None:
        """Record an error in an item pipeline as the address's outcome.

        A page that was not rendered because the crawl stops has none, and stays in the frontier.
        """
        if isinstance(failure.value, RenderingStopped):
            return
        url = item.final_url if isinstance(item, Visit) else item.raw.final_url
        await self._record(spider, item.lease, url, failure)

    async def item_dropped(self, spider: RelatedSpider) -> None:
        """Stop the crawl: the database failed, and the writer has used up its retries."""
        self._note(open_run_of(self._crawler).writer.trouble)
        self._stop(spider)

    async def _record(self, spider: RelatedSpider, lease: Lease, url: str, failure: Failure) -> None:
        reason = f"{type(failure.value).__name__}: {' '.join(str(failure.value).split())}"[:REASON_LIMIT]
        visit = Visit(lease, url, utc_now(), verdict="failed", reason=reason)
        run = open_run_of(self._crawler)
        try:
            run.finish(await asyncio.wrap_future(run.writer.store(visit)))
        except DatabaseError:
            await self.item_dropped(spider)

    def _stop(self, spider: RelatedSpider) -> None:
        engine = self._crawler.engine
        if engine is not None and spider.in_flight():
            asyncio.ensure_future(engine.close_spider_async(reason="database"))  # noqa: RUF006 - the engine outlives it


async def _nothing() -> None:
    """Stand in for the start of processes where there is nothing to do."""


def _domains_to_hold(plan: CrawlPlan, database: Database) -> frozenset[str] | None:
    """Return the domains to lock for a crawl beside others; None if no other crawl may run."""
    return frozenset().union(*domains_by_source(plan.scopes, database).values()) if plan.beside_others else None


def domains_by_source(scopes: Sequence[Scope], database: Database) -> dict[str, frozenset[str]]:
    """Return the registered domains of each source, configured and learnt."""
    with database.reading() as connection:
        learnt = read_source_domains(connection, {scope.name for scope in scopes})
    return {scope.name: domains_of(scope) | learnt.get(scope.name, frozenset()) for scope in scopes}


def run_extension_of(crawler: Crawler) -> RunExtension:
    """Return the extension of a crawler of ``RelatedSpider``.

    Raises RuntimeError if it has none.
    """
    extension = crawler.get_extension(RunExtension)
    if extension is None:
        raise RuntimeError("crawler.run_extension.RunExtension is not among the EXTENSIONS")
    return extension
