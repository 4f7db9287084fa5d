"""Find what is due, and run a crawl without Scrapy and worker processes if nothing is."""

import os
import socket

from crawler.crawl_report import CrawlReport
from crawler.monitoring.after_crawl import after_crawl
from crawler.plan import CrawlPlan
from pipelines.duplicates.minhash import SIGNATURE_VERSION
from storage.articles.minhash_index import has_outdated_signatures
from storage.column_types import utc_now
from storage.database.crawl_lock import crawl_lock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.distribution import kiji_version
from storage.errors import DatabaseBusy
from storage.frontier.polling import find_due_sources
from storage.stories.profiles import has_waiting
from storage.writer.idle_run import record_idle_run
from storage.writer.runs import run_record


def find_due(plan: CrawlPlan, database: Database) -> dict[str, bool]:
    """Return the sources of the run, and whether their start pages are polled.

    A refresh takes up every source, and polls those that are due or named.
    """
    if plan.named:
        return dict.fromkeys(plan.named, True)
    with database.reading() as connection:
        due = find_due_sources(connection, plan.scopes, utc_now())
    return {scope.name: False for scope in plan.scopes} | due if plan.refresh else due


def crawl_nothing(plan: CrawlPlan) -> CrawlReport | None:
    """Record the run and look after the sources if nothing is due; return None, and write nothing, if something is.

    At an entry of cron every few minutes this is what most runs do. It takes a third of the CPU of a crawl that finds
    nothing to fetch. Blocks. Raises DatabaseError as :func:`crawler.crawl.crawl` does.
    """
    if plan.named or plan.refresh:
        return None
    database = open_database(plan.database_url)
    try:
        with crawl_lock(database) as lock:
            if find_due(plan, database) or _has_other_work(plan, database):
                return None
            run_id = record_idle_run(
                database,
                lock,
                command=plan.command,
                version=kiji_version(),
                host=socket.gethostname(),
                pid=os.getpid(),
            )
        after_crawl(plan, run_id, (), "")
        with database.reading() as connection:
            record = run_record(connection, run_id)
    finally:
        database.close()
    if record is None:
        raise DatabaseBusy(f"database {database.url}: run {run_id} was removed by another process")
    return CrawlReport(record, [])


def _has_other_work(plan: CrawlPlan, database: Database) -> bool:
    """Return whether a run signs articles anew after an update of Kiji, or groups those of a run that was stopped."""
    with database.reading() as connection:
        return has_outdated_signatures(connection, SIGNATURE_VERSION) or (
            plan.config.stories.enabled and has_waiting(connection)
        )
