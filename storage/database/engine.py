"""Connect to SQLite or PostgreSQL, and open transactions."""

import contextlib
import functools
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from storage.credentials import remove_credentials
from storage.database.error_codes import classify_error
from storage.distribution import install_extra
from storage.errors import DatabaseUnreachable, SchemaMismatch
from storage.migrations.history import current_revision
from storage.search.index import track_articles, update_index

BUSY_TIMEOUT = 30
"""Seconds that a writer waits for another: with SQLite's default of 5 rows were lost, with exit code 0."""

CONNECT_TIMEOUT = 10
"""Seconds until a PostgreSQL server that does not answer counts as one that is not there."""

WRITER_KEY = 0x6B696A77
"""The advisory lock of PostgreSQL that a writing transaction holds: "kijw" in ASCII."""

SILENCE = 120
"""Seconds that PostgreSQL lets a writing transaction be silent: its machine may be gone, and others wait."""

_PLANS = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'"
"""Of PostgreSQL's reading transactions. A plan for any values of a prepared statement does not know how rare the words
of a search are: with it phrases took four times the server's CPU. Compiling a plan takes longer than a search. What the
search index gives for a common word among a million articles does not fit into 4 MB: then the words of each article
are made anew to compare them, a millisecond each. 64 MB are enough for some ten million."""

_READING = {"kiji_reading": True}


class Database:
    """An engine with short write transactions, one at a time, and read transactions.

    ``renew`` is called after a lost connection, before work goes on: whoever holds a lock takes it again there.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.renew: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        """The address, without a password."""
        return url_without_password(self.engine.url)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is an SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a short write transaction: committed at the end, rolled back on error.

        It sees whatever other writers have committed, and none of them writes meanwhile. The search index follows the
        articles at its end. Trouble with the database
        itself is raised as DatabaseTrouble, any other error of SQLAlchemy as it is.
        """
        with self.translate_errors(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            track_articles(session)
            yield session
            update_index(session)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read transaction on one snapshot; it never waits for a writer."""
        with self.translate_errors(), self.engine.connect().execution_options(**_READING) as connection:
            yield connection

    @contextlib.contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Raise errors of the database itself as DatabaseTrouble."""
        try:
            yield
        except SQLAlchemyError as error:
            trouble = classify_error(error, self.url)
            if trouble is None:
                raise
            raise trouble from error

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _begin_sqlite(connection: Connection) -> None:
    """Begin IMMEDIATE to write: deferred writers failed 28 to 60% of the time."""
    reading = connection.get_execution_options().get("kiji_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    """Let one transaction write at a time, as SQLite does.

    At READ COMMITTED two writers do not see each other's copies.

    A lock per text would do for equal texts, but near-duplicates, canonical addresses and edges touch rows of other
    texts. The lock ends with the transaction; a silent writer is disconnected.
    """
    if connection.get_execution_options().get("kiji_reading"):
        # Of this transaction: said of the connection, its next ones would write where the server is set to read only.
        connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; {_PLANS}")
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
    # Pages before the log is moved into the file: 100 visits change 2,500 with 100,000 articles stored.
    cursor.execute("PRAGMA wal_autocheckpoint = 8000")
    # KiB. SQLite's own 2,000 are less than one transaction changes: at 100,000 articles a page costs 0.4 ms less so.
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()


def url_without_password(url: URL) -> str:
    """Write a database's address without its password."""
    return remove_credentials(url.render_as_string(hide_password=True))


def parse_url(url: str) -> URL:
    """Parse the URL of a supported database, or raise DatabaseUnreachable.

    PostgreSQL's own ``postgresql://`` and ``postgres://`` are taken too, and mean ``postgresql+psycopg://``.
    """
    try:
        url.encode()
    except UnicodeEncodeError:
        msg = "--db or KIJI_DB: its bytes are not UTF-8; use sqlite:///kiji.db or postgresql://user@host/name"
        raise DatabaseUnreachable(msg) from None
    try:
        parsed = make_url(url)
    except ArgumentError:
        shown = (
            remove_credentials(repr(url)) if "://" in url else "this"
        )  # what has no :// may hold a password anywhere
        msg = f"--db: {shown} is not a database URL; use sqlite:///kiji.db or postgresql://user@host/name"
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
    """Create a database's engine and try it, or raise DatabaseUnreachable."""
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
        msg = f"database {url_without_password(parsed)}: {remove_credentials(str(cause).splitlines()[0])}; {hint}"
        raise DatabaseUnreachable(msg) from error
    return Database(engine)


def _sqlite_engine(url: URL) -> Engine:
    folder = Path(url.database or "").parent
    if Path(url.database or "").is_dir():
        example = url.set(database=str(Path(url.database or "") / "kiji.db"))
        msg = f"database {url}: this is a folder; name a file in it, such as {example}"
        raise DatabaseUnreachable(msg)
    if not folder.is_dir():
        msg = f"database {url}: the folder {folder} does not exist"
        raise DatabaseUnreachable(msg)
    path = Path(url.database or "").absolute()
    if is_read_only(path):
        engine = create_engine(url, creator=functools.partial(open_read_only, path))
    else:
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def is_read_only(path: Path) -> bool:
    """Return whether a file is on a file system that is mounted read-only."""
    return path.is_file() and bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a file on a read-only file system.

    SQLite needs a shared-memory file beside a database with a write-ahead log, unless nobody can change the database.
    """
    log = path.with_name(f"{path.name}-wal")
    has_log = log.is_file() and log.stat().st_size > 0
    options = "mode=ro" if has_log else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(path))}?{options}", uri=True, check_same_thread=False)


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT})
    event.listen(engine, "connect", _set_up_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _check_encoding(connection: Connection) -> None:
    """Refuse a PostgreSQL database that is not in UTF-8."""
    if connection.dialect.name == "sqlite":
        return
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        url = url_without_password(connection.engine.url)
        msg = f"database {url} is encoded in {encoding}; create one with ENCODING 'UTF8' TEMPLATE template0"
        raise DatabaseUnreachable(msg)


def read_schema_revision(database: Database) -> str | None:
    """Read the schema's revision, None for an empty database.

    Raises SchemaMismatch where the tables are not Kiji's.
    """
    with database.reading() as connection:
        revision = current_revision(connection)
        if revision is None and inspect(connection).get_table_names():
            msg = f"database {database.url} holds other tables than Kiji's; give --db a database of its own"
            raise SchemaMismatch(msg)
    return revision


def enable_wal(database: Database) -> None:
    """Switch an SQLite file of Kiji's to a write-ahead log: readers never wait."""
    if not database.is_sqlite or is_read_only(Path(database.engine.url.database or "").absolute()):
        return
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        msg = f"database {database.url}: {error}; check --db and KIJI_DB"
        raise DatabaseUnreachable(msg) from error
    finally:
        connection.close()
