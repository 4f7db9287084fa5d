"""Record a run that had nothing to do."""

from storage.column_types import utc_now
from storage.database.crawl_lock import CrawlLock
from storage.database.engine import Database
from storage.frontier.sources import release_finished_leases
from storage.writer.retry import TransactionRetry
from storage.writer.runs import close_dead_runs, finish_run, record_requests, start_run


def record_idle_run(database: Database, lock: CrawlLock, *, command: str, version: str, host: str, pid: int) -> int:
    """Open and close a run in one transaction, as ``Transactions.begin`` and ``end`` do without sources; return its id.

    ``lock`` is the one that the caller holds. Raises DatabaseError where the database fails, and still does when it was
    tried again.
    """

    def record() -> int:
        with database.writing() as session:
            now = utc_now()
            close_dead_runs(session, lock.is_dead)
            release_finished_leases(session)
            run_id = start_run(session, command=command, version=version, host=host, pid=pid, now=now)
            lock.announce_run(run_id)  # before anybody can see the run
            record_requests(session, run_id, 0)
            finish_run(session, run_id, "done", utc_now())
            return run_id

    return TransactionRetry(database).run(record)
