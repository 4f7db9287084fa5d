"""Run a worker: one of many processes that crawl into one PostgreSQL.

It takes jobs from procrastinate's queue and runs each as an ordinary crawl, in its own event loop, with one pool of
reading processes for all. Every minute one of the workers queues the groups of sources with something due. A dead
worker is detected within seconds (``crawler.workers.liveness``). Another worker then takes its jobs, and their runs are
closed as ``killed``.
"""

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import procrastinate
import psycopg
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler.config.reload import ConfigFile
from crawler.console.stop_signals import GRACE, LoopStopSignals, stop_reactor
from crawler.plan import plan_crawl
from crawler.run_extension import run_extension_of
from crawler.spiders.related import RelatedSpider
from crawler.workers.due_groups import Planner
from crawler.workers.heartbeats import LOOK, Heartbeats
from crawler.workers.job_queue import (
    CRAWL,
    PLAN,
    HostsLocked,
    JobRetry,
    WorkerStops,
    job_queue,
    prepare_tables,
    queue_groups,
    queue_plan,
)
from crawler.writer_process import writer_for
from pipelines.workers.pool import ReadingPool
from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseBusy, DatabaseError
from storage.library_versions import fits
from storage.writer.process import WriterProcess
from storage.writer.runs import run_record

if TYPE_CHECKING:
    from crawler.workers.liveness import Liveness

logger = logging.getLogger(__name__)

EVERY_MINUTE = "* * * * *"
Reporter = Callable[[dict[str, object], tuple[str, ...]], None]


class CrawlFailed(Exception):
    """The database failed during a crawl. The job is retried."""


@dataclasses.dataclass(frozen=True, slots=True)
class WorkerOptions:
    """A worker's options.

    ``concurrency`` groups are crawled at once, with ``readers`` reading processes (None for one a core). With ``once``
    the worker ends when nothing is due. The config is read again for each job, so that changes need no restart.
    ``report`` is called with each run's record and its sources.
    """

    config: Path | None
    database_url: str
    concurrency: int = 10
    readers: int | None = None
    once: bool = False
    report: Reporter = lambda _record, _sources: None


def work(options: WorkerOptions) -> int:
    """Work until a signal.

    Return the exit code. Blocks; needs the main thread and no reactor.

    Raises DatabaseError if the database cannot be used, and ConfigError if the config is wrong.
    """
    config_file = ConfigFile(options.config)
    config = config_file.config()
    database = open_database(options.database_url)
    try:
        queue = job_queue(options.database_url, patient=True)
        prepare_tables(database)
        with (
            ReadingPool(
                timezone=config.crawl.timezone, max_workers=options.readers, rules=config.parameter_rules
            ) as pool,
            contextlib.closing(writer_for(options.database_url)) as writer,
        ):
            return Worker(options, config_file, database, queue, pool, writer).run()
    finally:
        database.close()


def _liveness_of(database: Database, queue: procrastinate.App) -> "Liveness | Heartbeats":
    """Return the detector of dead workers for procrastinate's version."""
    if not fits("procrastinate"):
        return Heartbeats(queue)
    from crawler.workers.liveness import Liveness  # imports private parts

    return Liveness(database, queue)


class Worker:
    """A worker in this process."""

    def __init__(
        self,
        options: WorkerOptions,
        config_file: ConfigFile,
        database: Database,
        queue: procrastinate.App,
        pool: ReadingPool,
        writer: WriterProcess,
    ) -> None:
        settings = Settings()
        settings.setmodule("crawler.settings", priority="project")
        self._options, self._database, self._queue = options, database, queue
        self._config_file, self._pool, self._writer = config_file, pool, writer
        self._liveness = _liveness_of(database, queue)
        self._planner = Planner(config_file, database)
        self._process = AsyncCrawlerProcess(settings)
        self._crawlers: set[Crawler] = set()
        self._job_taker: asyncio.Task[None] | None = None
        self._signals = LoopStopSignals(asyncio.get_event_loop(), self._stop, stop_reactor)
        queue.task(name=CRAWL, queue=CRAWL, retry=JobRetry())(self._crawl)
        plan = queue.task(name=PLAN, queue=CRAWL, lock=PLAN, queueing_lock=PLAN, priority=100)(self._plan)
        if not options.once:
            queue.periodic(cron=EVERY_MINUTE)(plan)

    def run(self) -> int:
        """Run the loop until the worker ends; return the exit code."""
        loop = asyncio.get_event_loop()
        main = loop.create_task(self._main())
        main.add_done_callback(lambda _: stop_reactor())
        self._process.start(stop_after_crawl=False, install_signal_handlers=False)
        for crawler in self._crawlers:  # the loop was stopped before their spiders were closed
            run_extension_of(crawler).close_now()
        self._liveness.close()
        if main.done() and not main.cancelled() and (error := main.exception()) is not None:
            raise error
        return 128 + self._signals.number if self._signals.came() else 0

    async def _main(self) -> None:
        ready = asyncio.gather(asyncio.to_thread(self._pool.start), asyncio.to_thread(self._writer.start))
        while not self._signals.came():
            try:
                async with self._queue.open_async():
                    await self._take_jobs(ready)
                if self._options.once:
                    return
            except (procrastinate.exceptions.ConnectorException, psycopg.OperationalError) as error:
                logger.warning("the job queue: %s", " ".join(str(error.__cause__ or error).split())[:200])
            if not self._signals.came():
                await asyncio.sleep(LOOK)

    async def _take_jobs(self, ready: "asyncio.Future[tuple[None, None]]") -> None:
        """Take jobs until a signal, or with ``once`` until none is left."""
        await asyncio.gather(self._liveness.settle(), ready)
        if self._signals.came():
            return
        if self._options.once:
            await self._plan(0)
        else:
            await queue_plan(self._queue)
        watch = asyncio.ensure_future(self._liveness.watch())
        self._job_taker = asyncio.ensure_future(
            self._queue.run_worker_async(
                queues=[CRAWL],
                concurrency=self._options.concurrency,
                wait=not self._options.once,
                install_signal_handlers=False,
                fetch_job_polling_interval=LOOK,  # procrastinate does not announce requeued jobs
                delete_jobs="successful",
                **self._liveness.worker_options,
            )
        )
        try:
            await self._job_taker
        except asyncio.CancelledError:
            if not self._signals.came():
                raise
        finally:
            watch.cancel()

    async def _plan(self, timestamp: int) -> None:  # noqa: ARG002 - procrastinate passes the job's minute
        groups, priorities = await asyncio.to_thread(self._planner.due_groups)
        await queue_groups(self._queue, groups, priorities)

    async def _crawl(self, sources: list[str], *, polled: bool = False) -> str:
        """Crawl the sources of a job. With ``polled`` their start pages are requested, due or not."""
        config = await asyncio.to_thread(self._config_file.config)
        if self._signals.came():
            raise WorkerStops
        names = tuple(name for name in sources if config.source(name) is not None)  # some may have left the config
        if not names:
            return "no source of this group is configured any more"
        plan = plan_crawl(config, self._options.database_url, names, command=f"kiji worker: {' '.join(names)}")
        plan = dataclasses.replace(plan, named=plan.named if polled else frozenset(), beside_others=True)
        crawler = self._process.create_crawler(RelatedSpider)
        self._crawlers.add(crawler)
        try:
            shared = {"shared_pool": self._pool, "shared_writer": self._writer}
            await self._finish(crawler, self._process.crawl(crawler, plan=plan, **shared))
        finally:
            self._crawlers.discard(crawler)
        extension = run_extension_of(crawler)
        if self._signals.came():
            raise WorkerStops
        if isinstance(extension.refused, DatabaseBusy):
            raise HostsLocked(extension.trouble)
        if extension.trouble:
            raise CrawlFailed(extension.trouble)
        record = await asyncio.to_thread(self._record, extension.run_id)
        self._options.report(record, names)
        return str(record.get("status"))

    async def _finish(self, crawler: Crawler, crawling: "asyncio.Task[None]") -> None:
        """Wait for a crawl. If the job is cancelled, stop the crawl in order first."""
        try:
            await asyncio.shield(crawling)
        except asyncio.CancelledError:
            await crawler.stop_async()
            await asyncio.wait([crawling], timeout=GRACE)
            raise

    def _record(self, run_id: int) -> dict[str, object]:
        try:
            with self._database.reading() as connection:
                return run_record(connection, run_id) or {}
        except DatabaseError:  # the run is closed; ``kiji runs`` shows it later
            return {}

    def _stop(self) -> None:
        """Take no more jobs, stop the crawls, and give their jobs back."""
        for crawler in self._crawlers:
            asyncio.ensure_future(crawler.stop_async())  # noqa: RUF006 - the loop outlives it
        if self._job_taker is not None:
            self._job_taker.cancel()
