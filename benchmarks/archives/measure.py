"""Measures commands and searches on an archive: seconds, seconds of CPU, most memory.

    python -m benchmarks.archives.measure sqlite:///large.db FOLDER

FOLDER takes what commands write; it must be empty. What changes the archive is done to a copy, so only to SQLite files.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from alembic.command import upgrade as upgrade_to
from alembic.config import Config
from sqlalchemy import text

from benchmarks.archives.crawl import take_up
from benchmarks.archives.fill import ENDS
from benchmarks.section import ROOT
from storage.database.engine import Database, connect
from storage.database.open import open_database
from storage.migrations.history import list_revisions
from storage.search.query import search

TERMS = {
    "common word": ("首相", "government"),
    "rare word": ("バテラプモ", "Baterapumo"),
    "one character": ("円", "韓"),
    "phrase": ('"金融政策決定会合"', '"interest rate"'),
    "variants": ("コンピュータ", "サーバ"),
}
PAGES = (
    "/",
    "/stories",
    "/articles",
    "/articles?q=" + urllib.parse.quote("首相"),
    "/coverage",
    "/entities",
    "/sources",
)
REPEATED = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """What something took."""

    name: str
    seconds: float
    cpu: float
    megabytes: float = 0.0
    failed: bool = False

    def line(self) -> str:
        """Give a row of a table in Markdown."""
        memory = f"{self.megabytes:.0f}" if self.megabytes else ""
        return f"| {self.name}{' FAILED' if self.failed else ''} | {self.seconds:.3f} | {self.cpu:.3f} | {memory} |"


def command(*words: str, name: str = "") -> Cost:
    """Run a command of Kiji in a process of its own, below a small one: a process has at least its parent's memory."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        kiji = [sys.executable, "-m", "benchmarks.measured", str(figures), sys.executable, "-m", "crawler", *words]
        done = subprocess.run(kiji, cwd=ROOT, capture_output=True, check=False)
        found = json.loads(figures.read_text(encoding="utf-8"))
    failed = done.returncode not in (0, 1)
    return Cost(name or f"`kiji {' '.join(words[:2])}`", found["seconds"], found["cpu"], found["megabytes"], failed)


def searches(database: Database) -> Iterator[Cost]:
    """Search in this process, a few times each; the medians."""
    with database.reading() as connection:
        for kind, terms in TERMS.items():
            for newest in (True, False):
                taken = []
                for term in terms * REPEATED:
                    began, worked = time.perf_counter(), time.process_time()
                    search(connection, term, limit=20, sort="newest" if newest else "relevance", now=ENDS)
                    taken.append((time.perf_counter() - began, time.process_time() - worked))
                seconds, cpu = (statistics.median(values) for values in zip(*taken, strict=True))
                yield Cost(f"search, {kind}, the {'newest' if newest else 'best'} 20", seconds, cpu)


def pages(snapshot: Path) -> Iterator[Cost]:
    """Ask ``kiji serve`` for its pages; the CPU is the server's."""
    words = [sys.executable, "-m", "crawler", "serve", "--port", "0", "--snapshot", str(snapshot), "--every", "0"]
    with subprocess.Popen(
        words,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        base = next(word for line in process.stdout for word in line.split() if word.startswith("http://")).rstrip("/.")
        try:
            for page in PAGES:
                taken = []
                for _ in range(REPEATED):
                    began, worked = time.perf_counter(), _cpu_of(process.pid)
                    with urllib.request.urlopen(base + page, timeout=120) as answer:  # noqa: S310 - our own server
                        answer.read()
                    taken.append((time.perf_counter() - began, _cpu_of(process.pid) - worked))
                seconds, cpu = (statistics.median(values) for values in zip(*taken, strict=True))
                yield Cost(f"page {urllib.parse.unquote(page)}", seconds, cpu, _memory_of(process.pid))
        finally:
            process.terminate()


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_of(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def undo_newest(path: Path) -> None:
    """Take a file back to the schema before the newest one, so that the upgrade can be measured.

    Tables and columns go that an empty file of that schema has not.
    """
    before = sorted(list_revisions())[-2]
    config = Config()
    config.set_main_option("script_location", str(ROOT / "storage" / "migrations"))
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.db"
        database = connect(f"sqlite:///{empty}")
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            upgrade_to(config, before)
        database.close()
        wanted = _columns(empty)
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        for (view,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
            file.execute(f"DROP VIEW {view}")
        for table, columns in _columns(path).items():
            if table not in wanted:
                file.execute(f'DROP TABLE "{table}"')
            for column in columns - wanted.get(table, columns):
                file.execute(f'ALTER TABLE "{table}" DROP COLUMN {column}')
        file.execute("UPDATE alembic_version SET version_num = ?", (before,))


def _columns(path: Path) -> dict[str, set[str]]:
    with contextlib.closing(sqlite3.connect(path)) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: {row[1] for row in file.execute(f'PRAGMA table_info("{table}")')} for table in tables}


def reading(url: str, folder: Path) -> Iterator[Cost]:
    """Measure what only reads."""
    database = open_database(url, create=False)
    with database.reading() as connection:
        articles = connection.execute(text("SELECT count(*) FROM article")).scalar_one()
    yield Cost(f"articles: {articles}", 0.0, 0.0)
    yield from searches(database)
    database.close()
    on = ("--db", url)
    yield command("search", "首相", *on)
    yield command("stories", *on)
    yield command("coverage", *on)
    config = folder / "kiji.toml"
    config.write_text('[[source]]\nname = "courier-0"\nstart = ["https://www.courier-0.example/feed.xml"]\n', "utf-8")
    yield command("health", "--config", str(config), *on)
    yield command("runs", *on)
    yield command("report", "-o", str(folder / "report.html"), "--since", f"{ENDS:%Y-%m-%d}", *on)
    yield command("export", "articles", "-o", str(folder / "articles.csv"), *on)
    yield command("export", "stories", "-o", str(folder / "stories.csv"), *on)
    yield command("snapshot", "-o", str(folder / "snapshot.sqlite"), *on)
    yield from pages(folder / "snapshot.sqlite")
    yield command("db", "check", *on)


def changing(url: str, folder: Path) -> Iterator[Cost]:
    """Measure what changes a copy of an SQLite file, which ``kiji db backup`` makes."""
    copy = folder / "copy.db"
    yield command("db", "backup", str(copy), "--db", url)
    on = ("--db", f"sqlite:///{copy}")
    yield command("db", "prune", "--fetches", "30d", *on)
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        (address,) = connection.execute("SELECT url FROM articles ORDER BY id DESC LIMIT 1").fetchone()
    yield command("forget", address, *on)
    database = open_database(on[1], create=False)
    for name, milliseconds in take_up(database).items():
        yield Cost(f"{name}, leased and stored", 0.0, milliseconds / 1_000)
    database.close()
    undo_newest(copy)
    yield command("db", "upgrade", *on)


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.archives.measure",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    parts: Sequence[Callable[[str, Path], Iterator[Cost]]] = (reading, changing)
    print("| | seconds | CPU, s | MB |\n|---|---|---|---|")
    for part in parts[: 1 + options.url.startswith("sqlite")]:
        for cost in part(options.url, options.folder.resolve()):
            print(cost.line(), flush=True)
    print(f"\nmost memory of the measuring process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
