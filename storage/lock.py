"""One crawl a database: a lock file beside SQLite, an advisory lock on PostgreSQL. A dead holder's is free."""

import contextlib
from collections.abc import Iterator

from filelock import FileLock, Timeout
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from storage.database import Database
from storage.errors import DatabaseBusy, DatabaseLocked, DatabaseReadOnly
from storage.migrations.history import present_revision
from storage.models import Run
from storage.reading import iso_utc
from storage.trouble import trouble_of

_ADVISORY_KEY = 0x6B696A69
"""The PostgreSQL advisory lock's key: "kiji" in ASCII."""

_LOCK_SETTINGS = {
    "lock_timeout": "2s",  # the server needs a moment to see that a killed holder is gone
    "tcp_keepalives_idle": "30",  # and within a minute that its machine is, not after the system's two hours
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_LOCK_CONNECTION = {"isolation_level": "AUTOCOMMIT", "kiji_reading": True}


@contextlib.contextmanager
def crawl_lock(database: Database) -> Iterator[None]:
    """Hold the database for one crawl, or raise DatabaseBusy with who holds it and since when."""
    with _file_lock(database) if database.is_sqlite else _advisory_lock(database):
        yield


@contextlib.contextmanager
def _file_lock(database: Database) -> Iterator[None]:
    lock = FileLock(f"{database.engine.url.database}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DatabaseBusy(_holder(database)) from None
    except OSError as error:
        msg = f"database {database.url}: no lock file can be made beside it ({error}); give write permission there"
        raise DatabaseReadOnly(msg) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _advisory_lock(database: Database) -> Iterator[None]:
    """Hold a session-level lock: it lives as long as its connection, and is taken anew where that was lost."""
    held = [_take(database)]

    def renew() -> None:
        if held:
            try:
                held[0].execute(text("SELECT 1"))
            except DBAPIError:
                held.pop().close()
        if not held:
            held.append(_take(database))

    database.renew = renew
    try:
        yield
    finally:
        database.renew = lambda: None
        for connection in held:
            with contextlib.suppress(DBAPIError):  # a lost connection has taken its lock along
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_KEY})
            connection.close()


def _take(database: Database) -> Connection:
    connection = None
    try:
        connection = database.engine.connect().execution_options(**_LOCK_CONNECTION)
        for name, value in _LOCK_SETTINGS.items():
            connection.execute(text(f"SET {name} = '{value}'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_KEY})
    except DBAPIError as error:
        if connection is not None:
            connection.close()
        trouble = trouble_of(error, database.url)
        if isinstance(trouble, DatabaseLocked):
            raise DatabaseBusy(_holder(database)) from None
        if trouble is None:
            raise
        raise trouble from error
    return connection


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
