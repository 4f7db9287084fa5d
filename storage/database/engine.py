"""One database, SQLite or PostgreSQL: connections, transactions and its schema's age."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from storage.credentials import without_credentials
from storage.database.error_codes import trouble_of
from storage.distribution import install_extra
from storage.errors import DatabaseUnreachable, SchemaMismatch
from storage.migrations.history import present_revision
from storage.search.index import bring_in_step, watch

BUSY_TIMEOUT = 30
"""Seconds that a writer waits for another: with SQLite's default of 5 rows were lost, with exit code 0."""

CONNECT_TIMEOUT = 10
"""Seconds until a PostgreSQL server that does not answer counts as one that is not there."""

WRITER_KEY = 0x6B696A77
"""The advisory lock of PostgreSQL that a writing transaction holds: "kijw" in ASCII."""

SILENCE = 120
"""Seconds that PostgreSQL lets a writing transaction be silent: its machine may be gone, and others wait."""

_READING = {"kiji_reading": True}


class Database:
    """An engine with the transactions that the house allows: short ones to write, one at a time, and ones to read.

    ``renew`` is called after a lost connection, before work goes on: whoever holds a lock takes it again there.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.renew: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        """The address, without a password."""
        return shown_url(self.engine.url)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is an SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Give one short write transaction: committed at the end, rolled back at an error.

        It sees whatever other writers have committed, and none of them writes meanwhile. The search index follows the
        articles at its end. Trouble with the database
        itself is raised as DatabaseTrouble, any other error of SQLAlchemy as it is.
        """
        with self.trouble_told(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            watch(session)
            yield session
            bring_in_step(session)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give one read transaction on one snapshot, which never waits for a writer nor keeps one waiting."""
        with self.trouble_told(), self.engine.connect().execution_options(**_READING) as connection:
            yield connection

    @contextlib.contextmanager
    def trouble_told(self) -> Iterator[None]:
        """Raise trouble with the database itself, of what is done within, as DatabaseTrouble."""
        try:
            yield
        except SQLAlchemyError as error:
            trouble = trouble_of(error, self.url)
            if trouble is None:
                raise
            raise trouble from error

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _begin_sqlite(connection: Connection) -> None:
    """Begin IMMEDIATE to write: deferred writers failed 28 to 60% of the time whatever the time-out."""
    reading = connection.get_execution_options().get("kiji_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    """Let one transaction write at a time, as SQLite does: at READ COMMITTED two writers miss each other's copies.

    A lock for each text would do for equal words, and not for near copies, canonical addresses and edges, which
    meet rows of other texts. The lock goes with the transaction, and a writer that fell silent is cut off.
    """
    if connection.get_execution_options().get("kiji_reading"):
        # Of this transaction: said of the connection, its next ones would write where the server is set to read only.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return
    connection.exec_driver_sql(
        f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT}s'; SET LOCAL idle_in_transaction_session_timeout = '{SILENCE}s';"
        f" SELECT pg_advisory_xact_lock({WRITER_KEY})"
    )


def _set_up_postgresql(dbapi_connection: Any, _record: object) -> None:
    # Times come out in UTC whatever the server's zone; the driver would keep the transaction of this open.
    dbapi_connection.execute("SET TIME ZONE 'UTC'")
    dbapi_connection.commit()


def _set_up_sqlite(dbapi_connection: Any, _record: object) -> None:
    # SQLAlchemy's "begin" event below says when a transaction starts; the driver must not start its own.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # Pages before the log is moved into the file: 100 visits change 2,500 in an archive of 100,000 articles.
    cursor.execute("PRAGMA wal_autocheckpoint = 8000")
    # KiB. SQLite's own 2,000 are less than one transaction changes: at 100,000 articles a page costs 0.4 ms less so.
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()


def shown_url(url: URL) -> str:
    """Write an address as people may see it: without a password, wherever in it that stands."""
    return without_credentials(url.render_as_string(hide_password=True))


def parse_url(url: str) -> URL:
    """Parse an SQLAlchemy URL of a database that Kiji can use, or raise DatabaseUnreachable.

    PostgreSQL's own ``postgresql://`` and ``postgres://`` are taken too, and mean ``postgresql+psycopg://``.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        told = (
            without_credentials(repr(url)) if "://" in url else "this"
        )  # what has no :// may hold a password anywhere
        msg = f"--db: {told} is not a database URL; use sqlite:///kiji.db or postgresql://user@host/name"
        raise DatabaseUnreachable(msg) from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    kinds = ("sqlite", "postgresql+psycopg")
    if parsed.drivername not in kinds:
        msg = f"--db: {parsed.drivername!r} is not a database that Kiji writes to; allowed: sqlite or postgresql"
        raise DatabaseUnreachable(msg)
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        msg = "--db: an SQLite database needs a file, such as sqlite:///kiji.db"
        raise DatabaseUnreachable(msg)
    return parsed


def connect(url: str) -> Database:
    """Make a database's engine, and try one connection; raise DatabaseUnreachable where it fails."""
    parsed = parse_url(url)
    try:
        engine = _sqlite_engine(parsed) if parsed.drivername == "sqlite" else _postgresql_engine(parsed)
        try:
            with engine.connect().execution_options(**_READING) as connection:
                _check_encoding(connection)
        except BaseException:
            engine.dispose()
            raise
    except (DBAPIError, NoSuchModuleError, ImportError) as error:
        cause = getattr(error, "orig", None) or error
        hint = install_extra("postgresql") if isinstance(error, ImportError) else "check --db and KIJI_DB"
        msg = f"database {shown_url(parsed)}: {without_credentials(str(cause).splitlines()[0])}; {hint}"
        raise DatabaseUnreachable(msg) from error
    return Database(engine)


def _sqlite_engine(url: URL) -> Engine:
    folder = Path(url.database or "").parent
    if not folder.is_dir():
        msg = f"database {url}: the folder {folder} does not exist"
        raise DatabaseUnreachable(msg)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT})
    event.listen(engine, "connect", _set_up_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _check_encoding(connection: Connection) -> None:
    """Refuse a PostgreSQL database that cannot hold every language."""
    if connection.dialect.name == "sqlite":
        return
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        url = shown_url(connection.engine.url)
        msg = f"database {url} is encoded in {encoding}; create one with ENCODING 'UTF8' TEMPLATE template0"
        raise DatabaseUnreachable(msg)


def schema_of(database: Database) -> str | None:
    """Tell the revision of its schema, None where it is empty. Raises SchemaMismatch where it is not Kiji's."""
    with database.reading() as connection:
        revision = present_revision(connection)
        if revision is None and inspect(connection).get_table_names():
            msg = f"database {database.url} holds other tables than Kiji's; give --db a database of its own"
            raise SchemaMismatch(msg)
    return revision


def write_ahead(database: Database) -> None:
    """Have SQLite write a log, so that nobody who reads waits; it is said of the file, which must be Kiji's."""
    if not database.is_sqlite:
        return
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        msg = f"database {database.url}: {error}; check --db and KIJI_DB"
        raise DatabaseUnreachable(msg) from error
    finally:
        connection.close()
