"""Tell errors of the database from errors of one row, by their codes.

SQLite's are its primary result codes (sqlite.org/rescode.html), PostgreSQL's the SQLSTATEs of appendix A of its
manual. An error that is not listed concerns one row, and fails that row alone.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError, ResourceClosedError

from storage.errors import (
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseLost,
    DatabaseReadOnly,
    DatabaseTrouble,
)

_SQLITE: dict[int, type[DatabaseTrouble]] = {
    sqlite3.SQLITE_BUSY: DatabaseLocked,
    sqlite3.SQLITE_LOCKED: DatabaseLocked,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_CANTOPEN: DatabaseReadOnly,
    sqlite3.SQLITE_PERM: DatabaseReadOnly,
    sqlite3.SQLITE_IOERR: DatabaseDamaged,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
}

_POSTGRESQL: dict[str, type[DatabaseTrouble]] = {
    "08": DatabaseLost,  # connection exceptions
    "57P": DatabaseLost,  # shut down by an administrator or a crash, or still starting
    "53300": DatabaseLost,  # too many connections
    "53200": DatabaseLost,  # out of memory
    "25P03": DatabaseLost,  # idle for too long within a transaction: this process, or its machine, slept
    "40": DatabaseLocked,  # serialization failure, deadlock
    "55P03": DatabaseLocked,  # waited longer than lock_timeout
    "53100": DatabaseFull,
    "25006": DatabaseReadOnly,
    "42501": DatabaseReadOnly,  # insufficient privilege
    "58": DatabaseDamaged,  # the server's own disk
    "XX": DatabaseDamaged,  # damaged pages and indexes
}

_ADVICE: dict[type[DatabaseTrouble], str] = {
    DatabaseLost: "does not answer any more ({cause}); see that it runs and can be reached, and start again",
    DatabaseLocked: "was locked by other writers for too long ({cause}); let them finish, and start again",
    DatabaseFull: "has no room left to grow ({cause}); free space on its disk, and start again",
    DatabaseReadOnly: "cannot be written to ({cause}); give write permission for it and its folder, and start again",
    DatabaseDamaged: "is damaged, or its disk is ({cause}); restore it from a backup",
}


def classify_error(error: BaseException, url: str) -> DatabaseTrouble | None:
    """Give the DatabaseTrouble behind an error, None where one row is to blame."""
    seen: BaseException | None = error
    # SQLite ends the whole transaction at a full disk; the savepoint's rollback then fails, and hides why.
    while seen is not None and (kind := _kind(seen)) is None:
        seen = seen.__cause__ or seen.__context__
    if seen is None or kind is None:
        return None
    cause = str(getattr(seen, "orig", None) or seen).strip().splitlines() or [type(seen).__name__]
    return kind(f"database {url} {_ADVICE[kind].format(cause=cause[0][:200])}")


def _kind(error: BaseException) -> type[DatabaseTrouble] | None:
    if isinstance(error, PendingRollbackError | ResourceClosedError):  # what follows where a connection broke
        return DatabaseLost
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return _SQLITE.get(code & 0xFF)  # the low byte of an extended code
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # nothing came from the server
        return DatabaseLost if isinstance(error, OperationalError | InterfaceError) else None
    return next((kind for prefix, kind in _POSTGRESQL.items() if state.startswith(prefix)), None)
