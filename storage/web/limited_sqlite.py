"""Open SQLite connections on which any query ends soon, in little memory.

SQLite checks Datasette's time limit at jumps only, not within an instruction or a long expression. So values, patterns
and statements have a maximum length. Functions that compare every place of two texts are refused, or replaced by ours,
which check the limit.
"""

import contextlib
import functools
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from datasette.database import Database

from storage.sql.bounded_functions import LIMITS, LONGEST_PATTERN, REFUSED_FUNCTIONS, Function, Value, bounded_functions
from storage.tables.search import TERM_TABLES

LARGEST_ANSWER = 64_000_000
"""Characters and bytes of all values of one answer: 2,000 articles have 6 million as a rule."""

HEAP = 512_000_000
"""Bytes that SQLite takes, for all connections: subqueries that double one another fill any memory unrun."""

LONGEST_STATEMENT = 20_000
"""Bytes of a statement."""

TOO_MUCH = "the query takes too much memory; ask for fewer rows or columns"

_INDEX = frozenset(terms.name for terms in TERM_TABLES)
"""One MATCH may take as long as its words are many."""


class SnapshotDatabase(Database):  # type: ignore[misc]  # datasette has no types
    """A snapshot with limited connections, for Datasette."""

    def connect(self, write: bool = False) -> sqlite3.Connection:  # noqa: ARG002 - Datasette's own
        """Open a connection for one of Datasette's threads."""
        connection = connect_limited(f"file:{self.path}?immutable=1")
        self._all_file_connections.append(connection)
        return connection


def connect_limited(address: str) -> sqlite3.Connection:
    """Open a limited connection to a file's address."""
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, factory=_Connection)
    connection.execute(f"PRAGMA hard_heap_limit = {HEAP}")
    for limit, most in (*LIMITS.items(), (sqlite3.SQLITE_LIMIT_SQL_LENGTH, LONGEST_STATEMENT)):
        connection.setlimit(limit, most)
    _add_functions(connection)
    connection.set_authorizer(_authorize)
    return connection


class _Connection(sqlite3.Connection):
    _handler: Callable[[], Any] | None = None
    ended = ""
    """Why what is under way has no answer any more."""

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _Cursor)

    def execute(self, *arguments: Any) -> Any:
        return self.cursor().execute(*arguments)

    def set_progress_handler(self, handler: Any, n: int) -> None:
        self._handler, self.ended = handler, ""
        super().set_progress_handler(handler, n)

    def calling(self, function: Function) -> Function:
        """Wrap a function for SQL: it checks the limit and passes errors on."""

        def called(*values: Value) -> Value:
            if not self.ended and self._handler and self._handler():
                self.ended = "interrupted"
            if self.ended:
                return None
            try:
                return function(*values)
            except (sqlite3.Error, MemoryError) as error:
                self.ended = str(error) or TOO_MUCH
                return None

        return called


class _Cursor(sqlite3.Cursor):
    connection: _Connection

    def execute(self, *arguments: Any) -> "_Cursor":
        self.connection.ended = ""
        with self._telling():
            return super().execute(*arguments)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return list(itertools.islice(self._rows(), size))

    def fetchall(self) -> list[Any]:
        return list(self._rows())

    def _rows(self) -> Iterator[Any]:
        left = LARGEST_ANSWER
        with self._telling():
            for row in self:
                left -= sum(len(value) for value in row if isinstance(value, str | bytes))
                if left < 0:
                    raise MemoryError
                yield row

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Raise what ended a query, as Datasette understands it."""
        try:
            yield
        except MemoryError as error:
            raise sqlite3.OperationalError(TOO_MUCH) from error
        if self.connection.ended:
            raise sqlite3.OperationalError(self.connection.ended)


def _authorize(action: int, first: str | None, second: str | None, *_place: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and str(second).lower() in REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_READ and first in _INDEX:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _add_functions(connection: _Connection) -> None:
    """Replace SQLite's functions by ones that check the limit."""
    # As many LIKE and GLOB as a statement has room for take minutes; each of them may be SQLite's.
    asked = sqlite3.connect(":memory:", check_same_thread=False)
    asked.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)

    def ask(sql: str, *values: Value) -> Value:
        value: Value = asked.execute(sql, values).fetchone()[0]
        return value

    for name, arguments in (("like", 2), ("like", 3), ("glob", 2)):
        function = functools.partial(ask, f"SELECT {name}({', '.join('?' * arguments)})")
        connection.create_function(name, arguments, connection.calling(function), deterministic=True)
    for (name, arguments), bounded in bounded_functions().items():
        connection.create_function(name, arguments, connection.calling(bounded), deterministic=True)
