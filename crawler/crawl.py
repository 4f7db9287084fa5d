"""One crawl of a set of sources, in one crawler and one event loop: what cron, the command line and workers call."""

import asyncio
import dataclasses
import signal
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.accounts import accounts_of
from crawler.plan import CrawlPlan
from crawler.spiders.related import Listener, RelatedSpider
from storage.database import Database, open_database
from storage.errors import DatabaseTrouble
from storage.lock import crawl_lock
from storage.runs import SourceAccount, run_record, source_accounts


@dataclasses.dataclass(frozen=True, slots=True)
class CrawlReport:
    """How a crawl ended: the run's record as JSON has it, each source's account, the stopping signal or 0."""

    record: dict[str, Any]
    accounts: list[SourceAccount]
    trouble: str = ""
    signal: int = 0

    @property
    def exit_code(self) -> int:
        """The contract's: 0, 1 where a source gave nothing or the run failed, 130/143 after a signal."""
        if self.signal:
            return 128 + self.signal
        done = self.record["status"] == "done" and not self.trouble
        return 0 if done and all(account.gave for account in self.accounts) else 1


def crawl(plan: CrawlPlan, listener: Listener | None = None) -> CrawlReport:
    """Crawl until nothing is due. Blocks; needs the main thread, for signals, and a process without a reactor.

    ``listener`` is told each result, on the event loop. Raises DatabaseError where the database cannot be used or
    another crawl holds it: then nothing was fetched.
    """
    database = open_database(plan.database_url)
    try:
        with crawl_lock(database):
            pass  # a first look, for a clear end before anything starts; the run itself holds it
        return _crawl(plan, database, listener)
    finally:
        database.close()


def _crawl(plan: CrawlPlan, database: Database, listener: Listener | None) -> CrawlReport:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(RelatedSpider)
    stopped: list[int] = []

    def stop(number: signal.Signals) -> None:
        stopped.append(number)
        if len(stopped) == 1:
            asyncio.ensure_future(crawler.stop_async())  # noqa: RUF006 - the loop outlives it
        else:
            process._stop_reactor()  # what Scrapy's own handler does at the second signal

    process.crawl(crawler, plan=plan, listener=listener)
    loop = asyncio.get_event_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    process.start(install_signal_handlers=False)
    accounts = accounts_of(crawler)
    ended_by = stopped[0] if stopped else 0
    try:
        with database.reading() as connection:
            record = run_record(connection, accounts.run_id) or {"status": "failed"}
            by_source = source_accounts(connection, accounts.run_id, accounts.polled)
    except DatabaseTrouble as trouble:
        return CrawlReport({"status": "failed"}, [], accounts.trouble or str(trouble), ended_by)
    return CrawlReport(record, by_source, accounts.trouble, ended_by)
