"""Serve a snapshot with Datasette."""

import asyncio
import contextlib
import dataclasses
import hashlib
import logging
import os
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from storage.database.engine import Database as KijiDatabase
from storage.errors import DatabaseError
from storage.library_versions import fits
from storage.snapshot.descriptions import describe_column, table_description
from storage.snapshot.sqlite_file import Origin, Progress, make_snapshot, read_state
from storage.snapshot.tables import VERSION
from storage.web import plugin
from storage.web.limited_sqlite import SnapshotDatabase
from storage.web.rendering import DATA
from storage.web.search import open_search
from storage.web.serving import ALONE, LOOPBACK_NAMES, Serving

logger = logging.getLogger(__name__)

SETTINGS = {
    "default_page_size": 50,
    "max_returned_rows": 2_000,
    "sql_time_limit_ms": 8_000,
    "suggest_facets": False,
    "facet_time_limit_ms": 1_500,
    "truncate_cells_html": 160,
    "allow_csv_stream": True,
    "max_csv_mb": 0,
    "default_cache_ttl": 0,
}

MINUTE = 60.0

REST = 9
"""Between two snapshots, times what the last one took: making them takes a tenth of a processor at most."""

WITHOUT_SQL = {"default_allow_sql": False, "allow_csv_stream": False}
"""Further settings for a version of Datasette whose private parts are not known."""


class ServingRefused(DatabaseError):
    """The address cannot be bound."""


class NoSnapshot(DatabaseError):
    """The file is no snapshot, or one of another version."""


def snapshot_metadata(path: Path) -> dict[str, str]:
    """Read a snapshot's metadata, or raise NoSnapshot."""
    if not path.is_file():
        msg = f"snapshot {path}: there is no such file; kiji snapshot -o {path} makes it"
        raise NoSnapshot(msg)
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        metadata = dict(connection.execute("SELECT key, value FROM metadata").fetchall())
    except sqlite3.DatabaseError as error:
        msg = f"snapshot {path} is no snapshot of Kiji's ({error}); kiji snapshot -o FILE makes one"
        raise NoSnapshot(msg) from error
    finally:
        connection.close()
    if metadata.get("layout") != str(VERSION):
        msg = f"snapshot {path} was made by another version of Kiji; kiji snapshot -o {path} makes it anew"
        raise NoSnapshot(msg)
    return metadata


def application(path: Path, serving: Serving = ALONE) -> Datasette:
    """Create the application."""
    snapshot_metadata(path)
    if not pm.is_registered(plugin):
        pm.register(plugin, name="kiji")
    known = fits("datasette")
    here = Path(__file__).parent
    served = Datasette(
        template_dir=str(here / "templates"),
        static_mounts=[("-/kiji", str(here / "static"))],
        metadata={"title": "Kiji", "databases": {DATA: {"tables": _tables(path)}}},
        settings=SETTINGS if known else SETTINGS | WITHOUT_SQL,
        memory=True,
        **(_private_options(path) if known else {}),
    )
    served.remove_database("_memory")
    served.kiji_serving = serving
    _attach(served, path)
    return served


def _attach(served: Datasette, path: Path) -> None:
    # Only in a known version are its connections ours, whose time and memory are bounded whatever SQL is asked.
    database = SnapshotDatabase if fits("datasette") else Database
    served.add_database(database(served, path=str(path.resolve()), is_mutable=False), name=DATA)
    served.kiji_search = open_search(path)
    served.kiji_schema = {
        name: list(table["columns"]) for name, table in _tables(path).items() if not table.get("hidden")
    }


def exchange(served: Datasette, path: Path) -> threading.Thread:
    """Serve another snapshot from now on; to be called in the server's own thread.

    Datasette's threads hold their connections by the database's name, so new threads begin. The thread that is returned
    closes the former file when the former threads have answered what they were asked.
    """
    executor, database, search = served.executor, served.get_database(DATA), served.kiji_search

    def close() -> None:
        executor.shutdown(wait=True)
        search.dispose()
        database.close()

    served.remove_database(DATA)
    served.executor = ThreadPoolExecutor(max_workers=served.setting("num_sql_threads"))
    _attach(served, path)
    closing = threading.Thread(target=close, name="former-snapshot", daemon=True)
    closing.start()
    return closing


def _private_options(path: Path) -> dict[str, Any]:
    """Use private parts of Datasette: rows counted by us, and no traces."""
    # Its traces of every 404 with all local variables would fill the terminal.
    sys.modules["datasette.handle_exception"].rich = None  # type: ignore[attr-defined]  # no types
    return {"inspect_data": {DATA: {"tables": _counts(path), "hash": "", "size": path.stat().st_size}}}


def _counts(path: Path) -> dict[str, dict[str, int]]:
    """Count the rows of the shown tables; others cannot be scanned."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        shown = [name for name in names if table_description(name) is not None]
        return {name: {"count": connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]} for name in shown}  # noqa: S608 - a name of ours


def _tables(path: Path) -> dict[str, Any]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    described: dict[str, Any] = {}
    for name in names:
        about = table_description(name)
        if about is None:
            described[name] = {"hidden": True}
            continue
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        described[name] = {
            "description": about,
            "columns": {column: describe_column(name, column) for column in columns},
        }
    connection.close()
    return described


def update_snapshot(database: KijiDatabase, origin: Origin, progress: Progress = lambda _table, _rows: None) -> Path:
    """Give a current snapshot in the user's cache; make it only after changes."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kiji"
    url = database.engine.url
    place = str(Path(url.database or "").resolve()) if database.is_sqlite else url.render_as_string(hide_password=False)
    key = hashlib.sha256(place.encode()).hexdigest()[:16]
    path = cache / f"{key}.sqlite"
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        msg = f"kiji serve: {error}; make a snapshot elsewhere, kiji snapshot -o FILE, and serve that: --snapshot FILE"
        raise NoSnapshot(msg) from error
    with database.reading() as connection:
        state = read_state(connection)
    try:
        known = snapshot_metadata(path)
    except NoSnapshot:
        known = {}
    same = {"archive_state": state, "kiji_version": origin.version, "timezone": origin.zone}
    if any(known.get(name) != value for name, value in same.items()):
        make_snapshot(database, path, origin, progress)
    return path


@dataclasses.dataclass(frozen=True, slots=True)
class Renewal:
    """How a newer snapshot is made: ``update`` gives its path, and the same file where nothing changed.

    It is asked after so many ``seconds``, and after REST times as long as it took: in a large archive, less often.
    """

    update: Callable[[], Path]
    seconds: float


def serve(
    path: Path,
    host: str,
    port: int,
    ready: Callable[[str], None],
    serving: Serving = ALONE,
    renewal: Renewal | None = None,
) -> None:
    """Serve until a signal; report the address once bound. Raises ServingRefused.

    On loopback only the loopback's names are answered to. A ``renewal`` is asked again and again.
    """
    loopback = host in ("127.0.0.1", "localhost", "::1")
    served = application(path, dataclasses.replace(serving, names=LOOPBACK_NAMES if loopback else None))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        msg = f"kiji serve: {host} port {port}: {error.strerror or error}; --port takes another one, 0 any that is free"
        raise ServingRefused(msg) from error
    with listening:
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listening.getsockname()[1]}/")
        config = uvicorn.Config(served.app(), log_level="warning", lifespan="on")
        asyncio.run(_run(uvicorn.Server(config), listening, served, path, renewal, serving.every_minute))


async def _run(
    server: uvicorn.Server,
    listening: socket.socket,
    served: Datasette,
    path: Path,
    renewal: Renewal | None,
    every_minute: Callable[[], None] | None,
) -> None:
    chores = []
    if renewal is not None:
        chores.append(asyncio.create_task(_renew(served, path, renewal)))
    if every_minute is not None:
        chores.append(asyncio.create_task(_repeat(every_minute)))
    try:
        await server.serve(sockets=[listening])
    finally:
        for chore in chores:
            chore.cancel()


async def _repeat(chore: Callable[[], None]) -> None:
    """Call a chore every minute; trouble with the archive leaves it to the next time."""
    while True:
        try:
            await asyncio.to_thread(chore)
        except DatabaseError as error:
            logger.warning("%s", error)
        await asyncio.sleep(MINUTE)


async def _renew(served: Datasette, path: Path, renewal: Renewal) -> None:
    """Exchange the snapshot whenever the archive has changed; trouble with the archive leaves the old one."""
    made, took = snapshot_metadata(path)["made_at"], 0.0
    while True:
        await asyncio.sleep(max(renewal.seconds, REST * took))
        began = time.monotonic()
        try:
            path = await asyncio.to_thread(renewal.update)
            newer = snapshot_metadata(path)["made_at"]
        except DatabaseError as error:
            logger.warning("the pages stay as they are: %s", error)
            continue
        finally:
            took = time.monotonic() - began
        if newer != made:
            made = newer
            exchange(served, path)
