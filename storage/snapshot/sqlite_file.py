"""Write a snapshot in one consistent read, and replace an older one."""

import contextlib
import dataclasses
import datetime
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Boolean, Connection, Float, Integer, String, inspect, text
from sqlalchemy.engine.interfaces import ReflectedColumn

from storage.atomic_file import replace_file
from storage.database.engine import Database
from storage.errors import DatabaseError
from storage.monitoring.source_health import read_health
from storage.reading import iso_utc
from storage.snapshot.activity import activity_rows, count_activity
from storage.snapshot.descriptions import describe
from storage.snapshot.last_activity import last_moment, newest_publication
from storage.snapshot.local_time import LocalClock, sqlite_value
from storage.snapshot.search import copy_index
from storage.snapshot.search_places import store_places
from storage.snapshot.tables import (
    COLUMNS,
    FILL_SOURCES,
    LAST_COLUMNS,
    METADATA,
    SOURCE_DAYS,
    SOURCES,
    TABLES,
    TROUBLES,
    TYPES,
    VERSION,
    VIEWS,
    SnapshotTable,
)
from storage.snapshot.troubles import trouble_rows

BATCH = 500
"""Rows in memory at once: 500 articles of a million characters at worst, of 3 KB as a rule."""

Progress = Callable[[str, int], None]
"""Told the table and how many rows of it were copied since the last call."""


@dataclasses.dataclass(frozen=True, slots=True)
class Origin:
    """The version, zone and time that a snapshot records."""

    version: str
    zone: str
    made_at: datetime.datetime


def make_snapshot(
    database: Database, path: Path, origin: Origin, progress: Progress = lambda _table, _rows: None
) -> dict[str, int]:
    """Write the snapshot; return the number of rows of each table.

    Everything is read in one transaction: what a crawl writes meanwhile is not in it, and waits for nothing. Whoever
    has the old file open keeps reading it. Raises DatabaseError where the file cannot be written.
    """
    clock = LocalClock(origin.zone)
    try:
        with (
            replace_file(path, mode=0o444) as partial,
            contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as target,
        ):
            # Nobody reads this file before it is whole, so a journal would only write everything twice.
            target.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
            target.execute("BEGIN")
            with database.reading() as source:
                counts = _fill(source, target, clock, progress, origin.made_at)
                _tell(target, clock, origin, database.url, source)
            target.execute("COMMIT")
            target.execute("ANALYZE")
    except (OSError, sqlite3.Error) as error:
        msg = f"snapshot {path}: {error}; nothing was replaced"
        raise DatabaseError(msg) from error
    return counts


def _fill(
    source: Connection, target: sqlite3.Connection, clock: LocalClock, progress: Progress, now: datetime.datetime
) -> dict[str, int]:
    counted = source.execute(text("SELECT article_id, count(*) FROM copies GROUP BY article_id"))
    copies: dict[object, int] = {article_id: number for article_id, number in counted}  # noqa: C416 - a result has keys()
    counts = {}
    for copied in TABLES:
        counts[copied.view] = _copy(source, target, copied, _AddedColumns(copied, clock, copies), progress)
    target.execute(SOURCE_DAYS)
    days = activity_rows(count_activity(source, clock))
    target.executemany(f"INSERT INTO source_days VALUES ({_marks(13)})", days)  # noqa: S608 - question marks
    target.execute(TROUBLES)
    troubles = trouble_rows(source, clock, now)
    target.executemany(f"INSERT INTO source_troubles VALUES ({_marks(7)})", troubles)  # noqa: S608 - question marks
    for copied in TABLES:
        for columns in copied.indexes:
            name = f"{copied.view}_{'_'.join(columns)}"
            target.execute(f"CREATE INDEX {name} ON {copied.view} ({', '.join(columns)})")
    _sources(source, target, clock)
    copy_index(source, target)
    store_places(target, clock)
    for statement in VIEWS.strip().split("\n"):
        target.execute(statement)
    return counts


STATE = (
    "SELECT max(id) FROM fetches",
    "SELECT count(*) FROM article",
    "SELECT max(id) FROM runs",
    "SELECT status FROM runs ORDER BY id DESC LIMIT 1",
    "SELECT count(*) FROM copy",
    "SELECT max(id) FROM story",
    "SELECT count(*) FROM story WHERE merged_into_id IS NOT NULL",
    # Which article is in which story, out of one index; an article that changes it changes the sum as a rule.
    "SELECT sum(CAST(story_id AS BIGINT) * (id % 97 + 1) + coalesce(event, 0)) FROM article",
    "SELECT max(checked_at) FROM source_health",
    "SELECT sum(id) FROM watch",
    "SELECT count(*) FROM collection",
    "SELECT max(added_at) FROM collected_article",
    "SELECT sum(length(note) + length(tags) + 1) FROM collected_article",
    "SELECT count(*) FROM entity_reading",
)


def read_state(connection: Connection) -> str:
    """Summarise a database's state in one line, to see whether it has changed.

    Every crawl, import and forgetting changes it, every grouping into stories, and every look at the sources' health.
    """
    return " ".join(
        str(sqlite_value(value)) for value in connection.execute(text(f"SELECT ({'), ('.join(STATE)})")).one()
    )


def _tell(target: sqlite3.Connection, clock: LocalClock, origin: Origin, url: str, source: Connection) -> None:
    """Write the snapshot's metadata and column descriptions."""
    target.execute(COLUMNS)
    target.execute(METADATA)
    target.executemany("INSERT INTO column_descriptions VALUES (?, ?, ?)", list(describe(target)))
    newest = newest_publication(source, origin.made_at)
    last = last_moment(newest, origin.made_at)
    metadata = {
        "made_at": iso_utc(origin.made_at),
        "made_local": clock.local(origin.made_at) or "",
        "made_from": url,
        "kiji_version": origin.version,
        "timezone": origin.zone,
        "layout": str(VERSION),
        "archive_state": read_state(source),
        "newest_at": iso_utc(newest or origin.made_at),
        "last_day": clock.day(last) or "",
    }
    target.executemany("INSERT INTO metadata VALUES (?, ?)", list(metadata.items()))


class _AddedColumns:
    """Compute the columns that a snapshot adds to a view's row."""

    def __init__(self, copied: SnapshotTable, clock: LocalClock, copies: dict[object, int]) -> None:
        self._copied = copied
        self._clock = clock
        self._copies = copies

    def columns(self) -> list[tuple[str, str]]:
        return [(self._copied.local_name(name), "TEXT") for name in self._copied.local] + list(self._copied.added)

    def values(self, row: dict[str, object]) -> dict[str, object]:
        clock, copied = self._clock, self._copied
        added: dict[str, object] = {copied.local_name(name): clock.local(row[name]) for name in copied.local}
        if copied.view == "articles":
            added["day"] = clock.day(row["published_at"] or row["first_seen_at"])  # type: ignore[arg-type]  # times
            added["first_seen_day"] = clock.day(row["first_seen_at"])  # type: ignore[arg-type]  # a time
            added["characters"] = len(str(row["text"]))
            added["copies"] = self._copies.get(row["id"], 0)
        elif copied.view == "revisions":
            added["day"] = clock.day(row["seen_at"])  # type: ignore[arg-type]  # a time
        return added


def _copy(
    source: Connection, target: sqlite3.Connection, copied: SnapshotTable, adding: _AddedColumns, progress: Progress
) -> int:
    declared = [(column["name"], _type(column)) for column in inspect(source).get_columns(copied.view)]
    columns = sorted(declared + adding.columns(), key=lambda column: column[0] in LAST_COLUMNS)
    names = [name for name, _ in columns]
    ddl = ", ".join(f'"{name}" {kind}{" PRIMARY KEY" if name == copied.key else ""}' for name, kind in columns)
    target.execute(f"CREATE TABLE {copied.view} ({ddl})")
    order = f" ORDER BY {copied.key}" if copied.key else ""
    statement = f"INSERT INTO {copied.view} VALUES ({_marks(len(names))})"  # noqa: S608 - names of our own
    query = text(f"SELECT * FROM {copied.view}{order}")  # noqa: S608 - names of our own
    number = 0
    with source.execute(query, execution_options={"yield_per": BATCH}) as result:
        for batch in result.mappings().partitions(BATCH):
            rows = [{**row, **adding.values(dict(row))} for row in batch]
            target.executemany(statement, [[sqlite_value(row[name]) for name in names] for row in rows])
            number += len(rows)
            progress(copied.view, len(rows))
    return number


def _type(column: ReflectedColumn) -> str:
    kind = column["type"]
    if column["name"] in TYPES and not isinstance(kind, String):
        return TYPES[column["name"]]
    if isinstance(kind, Integer | Boolean):
        return "INTEGER"
    return "REAL" if isinstance(kind, Float) else "TEXT"


def _marks(number: int) -> str:
    return ", ".join("?" * number)


def _sources(source: Connection, target: sqlite3.Connection, clock: LocalClock) -> None:
    target.execute(SOURCES)
    health = read_health(source)
    for name in source.execute(text("SELECT name FROM source ORDER BY name")).scalars():
        known = health.get(name, {})
        since, checked = known.get("since"), known.get("checked_at")
        state = (
            known.get("state"),
            sqlite_value(since),
            clock.local(since),
            known.get("detail"),
            sqlite_value(checked),
        )
        target.execute(FILL_SOURCES, (name, name, *state, clock.local(checked), name))
