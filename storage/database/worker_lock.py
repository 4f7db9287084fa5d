"""A worker's sign of life: an advisory lock of its number among procrastinate's workers, free as soon as it is dead.

PostgreSQL frees it within a moment of a ``kill -9``, because the system closes the dead process's connections, and
within 20 s where the machine itself is gone (``storage.database.crawl_lock``). A domain's lock is
freed at the same time. A worker that merely says nothing for a while keeps both.
"""

from collections.abc import Collection

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError

from storage.database.crawl_lock import lock_connection
from storage.database.engine import Database
from storage.database.error_codes import trouble_of
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
    """The lock of one worker, taken again whenever its connection was lost. Everything blocks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = 0
        self._takes_up = False
        self._connection: Connection | None = None

    def hold(self, number: int) -> None:
        """Live under this number from now on, and under no other; where PostgreSQL is away, from the next look on."""
        self._number = number
        self._drop()
        self.left_behind(())

    def left_behind(self, running: Collection[int]) -> frozenset[tuple[int, int]] | None:
        """Tell which jobs are under way with nobody to do them, each with its worker's number (0 for none).

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
            if trouble_of(error, self._database.url) is None:
                raise
            return None

    def begin_taking_up(self) -> bool:
        """Be the one worker that takes up jobs, until it has ended that; tell whether no other one is at it."""
        self._takes_up = self._takes_up or bool(self._ask(_BEGIN))
        return self._takes_up

    def end_taking_up(self) -> None:
        """Let others take up jobs again; nothing where this one was not at it."""
        if self._takes_up:
            self._takes_up = False
            self._ask(_END)

    def release(self) -> None:
        """Let others have what this worker did not finish."""
        self._number = 0
        self._drop()

    def _ask(self, statement: TextClause) -> object:
        """Ask for a scalar on the lock's own connection; None where that is lost, and all locks with it."""
        if self._connection is None:
            return None
        try:
            return self._connection.scalar(statement, {"space": _WORKER_SPACE, "worker": _TAKING_UP})
        except DBAPIError as error:
            self._drop()
            if trouble_of(error, self._database.url) is None:
                raise
            return None

    def _take(self) -> None:
        self._connection = lock_connection(self._database)
        if self._number:  # shared: a connection that is lost but lingers must not stand in its own worker's way
            lock = text("SELECT pg_advisory_lock_shared(:space, :worker)")
            self._connection.execute(lock, {"space": _WORKER_SPACE, "worker": self._number})

    def _drop(self) -> None:
        self._takes_up = False
        if self._connection is not None:
            self._connection.invalidate()  # closed, not given back to the pool with its lock
            self._connection.close()
            self._connection = None
