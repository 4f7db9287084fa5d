"""Show by an advisory lock that a worker lives, and find jobs of dead ones.

PostgreSQL frees it within a moment of a ``kill -9``, because the system closes the dead process's connections, and
within 20 s where the machine itself is gone (``storage.database.crawl_lock``). A domain's lock is
freed at the same time. A worker that merely says nothing for a while keeps both.
"""

from collections.abc import Collection

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError

from storage.database.crawl_lock import lock_connection
from storage.database.engine import Database
from storage.database.error_codes import classify_error
from storage.database.job_queue import SCHEMA

_WORKER_SPACE = 0x6B696A70
"""First half of the two-part keys of workers: "kijp" in ASCII, for process."""

_TAKING_UP = 0
"""The number, which no worker has, under which one holds the right to take up jobs."""
_BEGIN = text("SELECT pg_try_advisory_lock(:space, :worker)")
_END = text("SELECT pg_advisory_unlock(:space, :worker)")

_LEFT_BEHIND = text(f"""
    SELECT id, coalesce(worker_id, 0) FROM {SCHEMA}.procrastinate_jobs
    WHERE status = 'doing'
      AND (coalesce(worker_id, 0) NOT IN (
             SELECT CAST(objid AS bigint) FROM pg_locks
             WHERE locktype = 'advisory' AND classid = CAST(:space AS oid) AND objsubid = 2 AND granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
           OR (worker_id = :own AND id <> ALL(CAST(:running AS bigint[]))))
""")  # noqa: S608 - a constant of ours


class WorkerLock:
    """The lock of one worker, taken again when its connection was lost. Blocks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = 0
        self._takes_up = False
        self._connection: Connection | None = None

    def hold(self, number: int) -> None:
        """Take the lock of this number.

        Where PostgreSQL is away, it is taken by the next ``find_abandoned_jobs``.
        """
        self._number = number
        self._drop()
        self.find_abandoned_jobs(())

    def find_abandoned_jobs(self, running: Collection[int]) -> frozenset[tuple[int, int]] | None:
        """List the jobs of dead workers, each with its worker's number (0 for none).

        They are those of workers whose lock is free, and this worker's own that are not among ``running``. None where
        PostgreSQL was away since the last look: every lock went with it, and says nothing before it was taken again.
        """
        try:
            if self._connection is None:
                self._take()
                return None
            asked = {"space": _WORKER_SPACE, "own": self._number, "running": list(running)}
            return frozenset((job, worker) for job, worker in self._connection.execute(_LEFT_BEHIND, asked))
        except DBAPIError as error:
            self._drop()
            if classify_error(error, self._database.url) is None:
                raise
            return None

    def begin_takeover(self) -> bool:
        """Become the one worker that takes over jobs; return whether it is."""
        self._takes_up = self._takes_up or bool(self._ask(_BEGIN))
        return self._takes_up

    def end_takeover(self) -> None:
        """Let other workers take over jobs again."""
        if self._takes_up:
            self._takes_up = False
            self._ask(_END)

    def release(self) -> None:
        """Release the lock, so that others take over unfinished jobs."""
        self._number = 0
        self._drop()

    def _ask(self, statement: TextClause) -> object:
        """Read one value on the lock's connection; None where that is lost."""
        if self._connection is None:
            return None
        try:
            return self._connection.scalar(statement, {"space": _WORKER_SPACE, "worker": _TAKING_UP})
        except DBAPIError as error:
            self._drop()
            if classify_error(error, self._database.url) is None:
                raise
            return None

    def _take(self) -> None:
        self._connection = lock_connection(self._database)
        if self._number:  # shared, so that a lost connection that lingers does not block its own worker
            lock = text("SELECT pg_advisory_lock_shared(:space, :worker)")
            self._connection.execute(lock, {"space": _WORKER_SPACE, "worker": self._number})

    def _drop(self) -> None:
        self._takes_up = False
        if self._connection is not None:
            self._connection.invalidate()  # closed, not given back to the pool with its lock
            self._connection.close()
            self._connection = None
