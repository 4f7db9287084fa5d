"""Run one crawl of a set of sources, in one crawler and one event loop."""

import asyncio
import gc

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from scrapy.signals import engine_started

from crawler.console import logs
from crawler.console.stop_signals import LoopStopSignals, stop_reactor
from crawler.crawl_report import CrawlReport
from crawler.plan import CrawlPlan, unfollowed_sources
from crawler.run_extension import run_extension_of
from crawler.spiders.related import Listener, RelatedSpider
from storage.database.crawl_lock import crawl_lock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseTrouble
from storage.monitoring.led_nowhere import find_led_nowhere
from storage.writer.runs import run_record, source_accounts


def crawl(plan: CrawlPlan, listener: Listener | None = None) -> CrawlReport:
    """Crawl until nothing is due.

    Blocks; needs the main thread and a process without a reactor.

    ``listener`` is called with each result, on the event loop. Raises DatabaseError if the database cannot be used or
    another crawl holds it. In that case nothing was fetched.
    """
    database = open_database(plan.database_url)
    try:
        with crawl_lock(database):
            pass  # fail early, before anything starts; the run takes the lock again
        return _crawl(plan, database, listener)
    finally:
        database.close()


def _crawl(plan: CrawlPlan, database: Database, listener: Listener | None) -> CrawlReport:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", not logs.is_json(), priority="cmdline")
    settings.set("KIJI_LOG_TROUBLE", False, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(RelatedSpider)
    process.crawl(crawler, plan=plan, listener=listener)
    signals = _stop_signals(crawler)
    gc.freeze()  # imported modules are never garbage, so no collection need scan them
    process.start(install_signal_handlers=False)
    extension = run_extension_of(crawler)
    extension.close_now()
    if extension.refused is not None:
        raise extension.refused
    ended_by = signals.number
    try:
        with database.reading() as connection:
            record = run_record(connection, extension.run_id) or {"status": "failed"}
            by_source = source_accounts(connection, extension.run_id, extension.polled)
            nowhere = find_led_nowhere(connection, extension.run_id, unfollowed_sources(plan.sources))
    except DatabaseTrouble as trouble:
        return CrawlReport({"status": "failed"}, [], extension.trouble or str(trouble), ended_by)
    return CrawlReport(record, by_source, extension.trouble, ended_by, nowhere)


def _stop_signals(crawler: Crawler) -> LoopStopSignals:
    """Stop one crawl on SIGINT or SIGTERM, also before its engine has started."""

    def stop() -> None:
        asyncio.ensure_future(crawler.stop_async())  # noqa: RUF006 - the loop outlives it; does nothing before the start

    async def engine_is_started() -> None:
        if signals.came() and crawler.engine is not None:
            await crawler.engine.stop_async()

    signals = LoopStopSignals(asyncio.get_event_loop(), stop, stop_reactor)
    crawler.signals.connect(engine_is_started, engine_started, weak=False)
    return signals
