"""Tell the CPU that a PostgreSQL server on this machine has taken, which is not among what Kiji's process takes."""

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from storage.database.engine import Database

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
"""Of a second, in which Linux tells the times of processes."""


def server_cpu(database: Database) -> Callable[[], float]:
    """Give a clock of the seconds of CPU of the database's server; of SQLite, and of a server elsewhere, it stands."""
    if database.is_sqlite:
        return lambda: 0.0
    with database.reading() as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    if not (_PROC / str(backend) / "stat").exists():
        return lambda: 0.0
    server = int(_fields(backend)[1])
    return lambda: _taken(server)


def _taken(server: int) -> float:
    """Add up the server, its present processes, and those that have ended."""
    present = [server, *map(int, (_PROC / str(server) / "task" / str(server) / "children").read_text().split())]
    ended = sum(map(int, _fields(server)[13:15])) / _TICKS
    return ended + sum(_nanoseconds(pid) for pid in present) / 1e9


def _fields(pid: int) -> list[str]:
    """Give the fields of proc(5)'s stat after the command; the first are state and parent."""
    return (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _nanoseconds(pid: int) -> int:
    try:
        return int((_PROC / str(pid) / "schedstat").read_text(encoding="ascii").split()[0])
    except FileNotFoundError:  # it has ended meanwhile
        return 0
