"""Run one SQL query that can neither write nor run for ever."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from storage.errors import DatabaseError
from storage.sql.bounded_functions import LIMITS, REFUSED_FUNCTIONS, bounded_functions

STEPS = 20_000
"""Instructions of SQLite between two looks at the clock: some milliseconds."""

_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}


class QueryRefused(DatabaseError):
    """The query is none, writes, or takes too long; the message is one line."""


def run_query(
    connection: Connection, sql: str, *, rows: int, seconds: float
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a query in a reading transaction; give its columns and at most ``rows`` rows. Raises QueryRefused.

    The driver is used itself, because it can refuse several statements, and takes no colon for a parameter.
    """
    driver: Any = connection.dialect.dbapi
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(text("SELECT 1"))  # begins the transaction
    raw: Any = connection.connection.dbapi_connection
    try:
        with _bounded(connection, raw, seconds):
            # A prepared statement is one: ``COMMIT; DELETE …`` would end the transaction that only reads.
            cursor = raw.cursor().execute(sql) if is_sqlite else raw.execute(sql, prepare=True)
            if cursor.description is None:
                msg = "the query gives no rows; only SELECT is allowed"
                raise QueryRefused(msg)
            return [column[0] for column in cursor.description], [tuple(row) for row in cursor.fetchmany(rows)]
    except (driver.Error, driver.Warning, ValueError) as error:
        cause = (str(error).strip() or type(error).__name__).splitlines()[0]
        reason = f"it took longer than {seconds:g} s" if _is_timeout(cause) else cause
        msg = f"the query was refused: {reason}"
        raise QueryRefused(msg) from error


def _is_timeout(cause: str) -> bool:
    return cause == "interrupted" or "statement timeout" in cause


@contextmanager
def _bounded(connection: Connection, raw: Any, seconds: float) -> Iterator[None]:
    """Let nothing but reading happen, for so many seconds, until the end of the block."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1_000)}"))
        yield
        return
    ends = time.monotonic() + seconds
    for (name, arguments), function in bounded_functions().items():
        raw.create_function(name, arguments, function, deterministic=True)
    before = {limit: raw.setlimit(limit, most) for limit, most in LIMITS.items()}
    raw.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
    raw.set_authorizer(_authorize)
    try:
        yield
    finally:
        raw.set_authorizer(None)
        raw.set_progress_handler(None, 0)
        for limit, most in before.items():
            raw.setlimit(limit, most)


def _authorize(action: int, _first: str | None, second: str | None, *_place: str | None) -> int:
    is_refused = action == sqlite3.SQLITE_FUNCTION and str(second).lower() in REFUSED_FUNCTIONS
    return sqlite3.SQLITE_OK if action in _ALLOWED and not is_refused else sqlite3.SQLITE_DENY
