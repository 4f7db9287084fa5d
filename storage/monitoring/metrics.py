"""Read the figures of an archive for monitoring, by queries whose cost hardly grows with it."""

import contextlib
import datetime
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from storage.column_types import utc_now
from storage.database.engine import Database
from storage.monitoring.openmetrics import Family, write_openmetrics
from storage.tables.core import Address, Article, Run, Source
from storage.tables.fetches import OUTCOMES
from storage.tables.health import SourceHealth

HELD = 10.0
"""Seconds for which an answer is given again: whoever asks more often costs the database nothing."""

_STATUSES = ("running", "done", "failed", "stopped", "killed")
_Row = tuple[dict[str, str], float]


def read_metrics(database: Database, archive: Path | None) -> str:
    """Read all figures as OpenMetrics text. ``archive`` is the folder of WARC files, if there is one."""
    with database.reading() as connection:
        families = [
            *_runs(connection),
            *_queue(connection),
            *_sources(connection),
            _family("kiji_articles", "Articles that are stored.", [({}, _count(connection))]),
            _database_size(connection, database),
        ]
    return write_openmetrics([*families, *_archive_size(archive)])


def _family(name: str, words: str, rows: Iterable[_Row], unit: str = "") -> Family:
    return Family(name, "gauge", words, tuple(rows), unit)


def _runs(connection: Connection) -> Iterable[Family]:
    by_status = dict.fromkeys(_STATUSES, 0)
    for status, number in connection.execute(select(Run.status, func.count()).group_by(Run.status)):
        by_status[status] = number
    running = float(by_status.pop("running"))
    yield _family("kiji_runs_running", "Runs that are not closed: they work, or were killed.", [({}, running)])
    rows = tuple(({"status": status}, float(number)) for status, number in by_status.items())
    yield Family("kiji_runs", "counter", "Finished runs by their status.", rows)
    sums = connection.execute(select(*(func.sum(getattr(Run, name)) for name in OUTCOMES))).one()
    counts = tuple(({"outcome": name}, float(number or 0)) for name, number in zip(OUTCOMES, sums, strict=True))
    yield Family("kiji_fetches", "counter", "Addresses taken up, by outcome.", counts)
    requests = float(connection.scalar(select(func.sum(Run.requests))) or 0)
    yield Family("kiji_requests", "counter", "Requests made.", (({}, requests),))
    last = connection.execute(
        select(Run.started_at, Run.finished_at, Run.status).order_by(Run.id.desc()).where(Run.finished_at.is_not(None))
    ).first()
    if last is None:
        return
    seconds = (last.finished_at - last.started_at).total_seconds()
    words = "When the newest finished run ended."
    ended = [({"status": last.status}, last.finished_at.timestamp())]
    yield _family("kiji_last_run_end_timestamp_seconds", words, ended, "seconds")
    yield _family("kiji_last_run_duration_seconds", "How long it took.", [({}, seconds)], "seconds")


def _queue(connection: Connection) -> Iterable[Family]:
    now = utc_now()
    due = connection.scalar(select(func.count()).where(Address.due_at <= now)) or 0
    waiting = connection.scalar(select(func.count()).where(Address.due_at > now)) or 0
    rows = [({"state": "due"}, float(due)), ({"state": "later"}, float(waiting))]
    yield _family("kiji_queue_addresses", "Addresses in the frontier: due now, or due later.", rows)
    oldest = connection.scalar(select(func.min(Address.due_at)).where(Address.due_at <= now))
    lag = (now - oldest).total_seconds() if oldest is not None else 0.0
    yield _family("kiji_queue_lag_seconds", "How long the oldest due address has waited.", [({}, lag)], "seconds")


def _sources(connection: Connection) -> Iterable[Family]:
    newest = (
        select(Article.first_seen_at)
        .where(Article.source_id == Source.id)
        .order_by(Article.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(Source.name, newest, SourceHealth.state)
        .outerjoin(SourceHealth, SourceHealth.source_id == Source.id)
        .order_by(Source.name)
    ).all()
    seen = [({"source": name}, _stamp(moment)) for name, moment, _ in rows if moment is not None]
    words = "When the newest article of a source was first seen."
    yield _family("kiji_source_newest_article_timestamp_seconds", words, seen, "seconds")
    states = [({"source": name, "state": state}, 1.0) for name, _, state in rows if state is not None]
    yield _family("kiji_source_state", "1 for the state of a source, as kiji health tells it.", states)


def _stamp(moment: datetime.datetime) -> float:
    return moment.timestamp()


def _count(connection: Connection) -> float:
    return float(connection.scalar(select(func.count()).select_from(Article)) or 0)


def _database_size(connection: Connection, database: Database) -> Family:
    if database.is_sqlite:
        path = Path(database.engine.url.database or "")
        size = sum(_size(path.with_name(f"{path.name}{end}")) for end in ("", "-wal"))
    else:
        size = int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    return _family("kiji_database_size_bytes", "Size of the database.", [({}, float(size))], "bytes")


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def _archive_size(folder: Path | None) -> Iterable[Family]:
    if folder is None or not folder.is_dir():
        return
    sizes = [_size(path) for path in folder.glob("*.warc.gz")]
    yield _family("kiji_archive_size_bytes", "Size of the raw archive.", [({}, float(sum(sizes)))], "bytes")
    yield _family("kiji_archive_files", "WARC files in the raw archive.", [({}, float(len(sizes)))])


class HeldAnswer:
    """Gives the answer of a function again for HELD seconds. Any thread may call it."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._answer, self._until = "", 0.0

    def __call__(self) -> str:
        """Return the answer, at most HELD seconds old."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._answer = self._read()
                self._until = time.monotonic() + HELD
            return self._answer
