"""Lock a database, or on PostgreSQL registered domains, for one crawl.

The lock of a dead process is free. SQLite has a lock file beside the database. PostgreSQL has session-level advisory
locks, which end with their connection: one for the database (a crawl has it alone; workers share it), one for each
registered domain of a worker's crawl, and one for each run, which shows that the run lives. A thread checks the
connection every ``RENEWAL_INTERVAL`` seconds and takes lost locks again: the next transaction may be minutes away.
"""

import contextlib
import threading
from collections.abc import Collection, Iterator

from filelock import FileLock, Timeout
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage.database.engine import Database
from storage.database.error_codes import classify_error
from storage.errors import DatabaseBusy, DatabaseError, DatabaseLocked, DatabaseReadOnly
from storage.migrations.history import current_revision
from storage.reading import iso_utc
from storage.tables.core import Run

_DATABASE_KEY = 0x6B696A69
"""The PostgreSQL advisory lock of the database: "kiji" in ASCII."""

_DOMAIN_SPACE, _RUN_SPACE = 0x6B696A64, 0x6B696A72
"""First halves of the two-part keys of domains ("kijd") and of runs ("kijr")."""

_LOCK_SETTINGS = {
    "lock_timeout": "2s",  # the server needs a moment to see that a killed holder is gone
    "tcp_keepalives_idle": "10",  # and 20 s to see that its machine is, not the system's two hours
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "2",
}
RENEWAL_INTERVAL = 2.0
"""Seconds between two uses of the connection that holds the lock."""

_DEAD = text("SELECT pg_try_advisory_xact_lock(:space, :run) AND now() > pg_postmaster_start_time() + interval '4 s'")
"""A restart of the server frees every lock: whoever lives needs a moment to take theirs again. What a dead worker left
is taken up later than that (``crawler.workers.liveness.CERTAIN``), so that nothing stays leased."""

_TRY_DOMAIN = text("SELECT pg_try_advisory_lock(:space, hashtext(:domain))")

_LOCK_CONNECTION = {"isolation_level": "AUTOCOMMIT", "kiji_reading": True}


class CrawlLock:
    """A lock that is held. ``alone``: no other crawl can run on this database."""

    def __init__(self, *, alone: bool = True) -> None:
        self.alone = alone

    def announce_run(self, run_id: int) -> None:
        """Show other processes that this run lives, while the lock is held."""

    def hold(self, domain: str) -> bool:  # noqa: ARG002 - a shared lock has to ask
        """Lock one more registered domain; return whether it is held."""
        return self.alone

    def is_dead(self, session: Session, run_id: int) -> bool:  # noqa: ARG002 - a shared lock has to ask
        """Tell whether the process of an open run has died."""
        return self.alone


NO_OTHERS = CrawlLock()
"""For whoever knows that nobody else writes."""


class _AdvisoryLock(CrawlLock):
    """Hold advisory locks on one connection; take them again when it is lost."""

    def __init__(self, database: Database, domains: Collection[str], *, alone: bool) -> None:
        super().__init__(alone=alone)
        self._database = database
        self._domains = sorted(domains)  # in one order, whoever takes them
        self._runs: list[int] = []
        self._one_at_a_time = threading.Lock()
        self._released = threading.Event()
        self._connection: Connection | None = self._take()
        threading.Thread(target=self._keep, name="crawl-lock", daemon=True).start()

    def announce_run(self, run_id: int) -> None:
        with self._one_at_a_time:
            self._runs.append(run_id)
            if self._connection is not None:
                _lock_run(self._connection, run_id)

    def hold(self, domain: str) -> bool:
        with self._one_at_a_time:
            if domain in self._domains:
                return True
            if self._connection is None:
                return False
            key = {"space": _DOMAIN_SPACE, "domain": domain}
            try:
                is_held = bool(self._connection.scalar(_TRY_DOMAIN, key))
            except DBAPIError:  # whoever looks for the connection takes another one
                return False
            if is_held:
                self._domains = sorted([*self._domains, domain])
            return is_held

    def is_dead(self, session: Session, run_id: int) -> bool:
        return self.alone or bool(session.scalar(_DEAD, {"space": _RUN_SPACE, "run": run_id}))

    def renew(self) -> None:
        """Take lost locks again. Raises DatabaseBusy where another crawl has them."""
        with self._one_at_a_time:
            if self._connection is not None:
                try:
                    self._connection.execute(text("SELECT 1"))
                except DBAPIError:
                    self._connection.close()
                    self._connection = None
            if self._connection is None and not self._released.is_set():
                self._connection = self._take()

    def _keep(self) -> None:
        while not self._released.wait(RENEWAL_INTERVAL):
            # Whoever has them now has called our runs killed, and no transaction of theirs is committed any more.
            with contextlib.suppress(DatabaseError):
                self.renew()

    def release(self) -> None:
        self._released.set()
        with self._one_at_a_time:
            if self._connection is not None:
                with contextlib.suppress(DBAPIError):  # a lost connection has taken its locks along
                    self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
                self._connection.close()
                self._connection = None

    def _take(self) -> Connection:
        connection = None
        try:
            connection = lock_connection(self._database)
            manner = "" if self.alone else "_shared"
            connection.execute(text(f"SELECT pg_advisory_lock{manner}(:key)"), {"key": _DATABASE_KEY})
            for domain in self._domains:
                key = {"space": _DOMAIN_SPACE, "domain": domain}
                connection.execute(text("SELECT pg_advisory_lock(:space, hashtext(:domain))"), key)
            for run_id in self._runs:
                _lock_run(connection, run_id)
        except DBAPIError as error:
            if connection is not None:
                with contextlib.suppress(DBAPIError):
                    connection.execute(text("SELECT pg_advisory_unlock_all()"))
                connection.close()
            trouble = classify_error(error, self._database.url)
            if isinstance(trouble, DatabaseLocked):
                raise DatabaseBusy(_holder(self._database)) from None
            if trouble is None:
                raise
            raise trouble from error
        return connection


def lock_connection(database: Database) -> Connection:
    """Open a PostgreSQL connection for advisory locks. Raises DBAPIError."""
    connection = database.engine.connect().execution_options(**_LOCK_CONNECTION)
    try:
        for name, value in _LOCK_SETTINGS.items():
            connection.execute(text(f"SET {name} = '{value}'"))
    except DBAPIError:
        connection.close()
        raise
    return connection


def _lock_run(connection: Connection, run_id: int) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:space, :run)"), {"space": _RUN_SPACE, "run": run_id})


@contextlib.contextmanager
def crawl_lock(database: Database) -> Iterator[CrawlLock]:
    """Lock the database for one crawl, or raise DatabaseBusy naming the holder."""
    with _file_lock(database) if database.is_sqlite else _advisory_lock(database, (), alone=True) as lock:
        yield lock


@contextlib.contextmanager
def domains_lock(database: Database, domains: Collection[str]) -> Iterator[CrawlLock]:
    """Lock registered domains for a crawl, or raise DatabaseBusy.

    An SQLite database has one crawl at a time all the same.
    """
    with _file_lock(database) if database.is_sqlite else _advisory_lock(database, domains, alone=False) as lock:
        yield lock


@contextlib.contextmanager
def _file_lock(database: Database) -> Iterator[CrawlLock]:
    lock = FileLock(f"{database.engine.url.database}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DatabaseBusy(_holder(database)) from None
    except OSError as error:
        msg = f"database {database.url}: no lock file can be made beside it ({error}); give write permission there"
        raise DatabaseReadOnly(msg) from error
    try:
        yield NO_OTHERS
    finally:
        lock.release()


@contextlib.contextmanager
def _advisory_lock(database: Database, domains: Collection[str], *, alone: bool) -> Iterator[CrawlLock]:
    lock = _AdvisoryLock(database, domains, alone=alone)
    database.renew = lock.renew
    try:
        yield lock
    finally:
        database.renew = lambda: None
        lock.release()


def _holder(database: Database) -> str:
    running = select(Run.id, Run.host, Run.pid, Run.started_at).where(Run.status == "running")
    with database.reading() as connection:
        if current_revision(connection) is None:  # it is being made just now
            return f"another process holds {database.url}"
        run = connection.execute(running.order_by(Run.id.desc()).limit(1)).first()
    if run is None:
        return f"another crawl holds {database.url}"
    since = iso_utc(run.started_at)
    return f"run {run.id} holds {database.url}: process {run.pid} on {run.host}, since {since}"
