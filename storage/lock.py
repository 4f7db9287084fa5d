"""Who may crawl: one crawl a database, or on PostgreSQL several of different hosts. A dead holder's lock is free.

SQLite has a lock file beside it. PostgreSQL has session-level advisory locks, which live as long as their connection:
one for the database (a crawl has it alone; workers share it), one for each registered domain that a worker's crawl
reaches, and one for each run, by which others see that it lives.
"""

import contextlib
from collections.abc import Collection, Iterator

from filelock import FileLock, Timeout
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage.database import Database
from storage.errors import DatabaseBusy, DatabaseLocked, DatabaseReadOnly
from storage.migrations.history import present_revision
from storage.models import Run
from storage.reading import iso_utc
from storage.trouble import trouble_of

_DATABASE_KEY = 0x6B696A69
"""The PostgreSQL advisory lock of the database: "kiji" in ASCII."""

_DOMAIN_SPACE, _RUN_SPACE = 0x6B696A64, 0x6B696A72
"""First halves of the two-part keys of domains ("kijd") and of runs ("kijr")."""

_LOCK_SETTINGS = {
    "lock_timeout": "2s",  # the server needs a moment to see that a killed holder is gone
    "tcp_keepalives_idle": "30",  # and within a minute that its machine is, not after the system's two hours
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_LOCK_CONNECTION = {"isolation_level": "AUTOCOMMIT", "kiji_reading": True}


class CrawlLock:
    """A lock that is held. ``alone`` says that no other crawl can be alive on this database."""

    def __init__(self, *, alone: bool = True) -> None:
        self.alone = alone

    def vouch_for(self, run_id: int) -> None:
        """Let others see that this run lives, for as long as the lock is held."""

    def is_dead(self, session: Session, run_id: int) -> bool:  # noqa: ARG002 - a shared lock has to ask
        """Whether a run that is not closed has nobody any more who would close it."""
        return self.alone


NO_OTHERS = CrawlLock()
"""For whoever knows that nobody else writes."""


class _AdvisoryLock(CrawlLock):
    """Locks on one connection, all taken anew on another where that was lost."""

    def __init__(self, database: Database, domains: Collection[str], *, alone: bool) -> None:
        super().__init__(alone=alone)
        self._database = database
        self._domains = sorted(domains)  # in one order, whoever takes them
        self._runs: list[int] = []
        self._connection: Connection | None = self._take()

    def vouch_for(self, run_id: int) -> None:
        self._runs.append(run_id)
        if self._connection is not None:
            _lock_run(self._connection, run_id)

    def is_dead(self, session: Session, run_id: int) -> bool:
        free = text("SELECT pg_try_advisory_xact_lock(:space, :run)")
        return self.alone or bool(session.scalar(free, {"space": _RUN_SPACE, "run": run_id}))

    def renew(self) -> None:
        """Take the locks again if their connection was lost. Raises DatabaseBusy where somebody else has them now."""
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
            except DBAPIError:
                self._connection.close()
                self._connection = None
        if self._connection is None:
            self._connection = self._take()

    def release(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):  # a lost connection has taken its locks along
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
            self._connection.close()

    def _take(self) -> Connection:
        connection = None
        try:
            connection = self._database.engine.connect().execution_options(**_LOCK_CONNECTION)
            for name, value in _LOCK_SETTINGS.items():
                connection.execute(text(f"SET {name} = '{value}'"))
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
            trouble = trouble_of(error, self._database.url)
            if isinstance(trouble, DatabaseLocked):
                raise DatabaseBusy(_holder(self._database)) from None
            if trouble is None:
                raise
            raise trouble from error
        return connection


def _lock_run(connection: Connection, run_id: int) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:space, :run)"), {"space": _RUN_SPACE, "run": run_id})


@contextlib.contextmanager
def crawl_lock(database: Database) -> Iterator[CrawlLock]:
    """Hold the database for one crawl, or raise DatabaseBusy with who holds it and since when."""
    with _file_lock(database) if database.is_sqlite else _advisory_lock(database, (), alone=True) as lock:
        yield lock


@contextlib.contextmanager
def domains_lock(database: Database, domains: Collection[str]) -> Iterator[CrawlLock]:
    """Hold these registered domains for a crawl beside others of other domains, or raise DatabaseBusy.

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
        if present_revision(connection) is None:  # it is being made just now
            return f"another process holds {database.url}"
        run = connection.execute(running.order_by(Run.id.desc()).limit(1)).first()
    if run is None:
        return f"another crawl holds {database.url}"
    since = iso_utc(run.started_at)
    return f"run {run.id} holds {database.url}: process {run.pid} on {run.host}, since {since}"
