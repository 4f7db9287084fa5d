"""Measures commands and searches on an archive: seconds, seconds of CPU, most memory.

    python -m benchmarks.archives.measure sqlite:///large.db FOLDER

FOLDER takes what commands write; it must be empty. What changes the archive is done to a copy: kiji db backup makes it
of an SQLite file; PostgreSQL copies the database under the name of ``--copy``, which must not exist.
"""

import argparse
import contextlib
import dataclasses
import datetime
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, make_url, select, text

from benchmarks.archives.crawl import BATCHES, take_up
from benchmarks.archives.fill import ENDS
from benchmarks.archives.server_cpu import server_cpu
from benchmarks.archives.stories import group
from benchmarks.archives.undo import undo_newest
from benchmarks.section import ROOT
from storage.database.engine import Database, connect
from storage.database.open import open_database
from storage.search.query import search
from storage.tables.core import Article, Run
from storage.writer.batching import BATCH

TERMS = {
    "common word": ("首相", "government"),
    "rare word": ("バテラプモ", "Baterapumo"),
    "one character": ("円", "韓"),
    "phrase": ('"営業利益"', '"net profit"'),
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
TAKEN_UP = BATCHES * BATCH


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """What something took, of what was done so many ``times``; ``server`` is PostgreSQL's CPU."""

    name: str
    seconds: float
    cpu: float
    megabytes: float = 0.0
    failed: bool = False
    server: float = 0.0
    times: int = 1

    def line(self) -> str:
        """Give a row of a table in Markdown."""
        memory = f"{self.megabytes:.0f}" if self.megabytes else ""
        name = f"{self.name}{' FAILED' if self.failed else ''}"
        return f"| {name} | {self.seconds:.3f} | {self.cpu:.4f} | {self.server:.4f} | {memory} |"


class RunCommand(Protocol):
    """Runs a command of Kiji to its end."""

    def __call__(self, *words: str) -> Cost:
        """Tell what it took."""


Serve = Callable[[Path], contextlib.AbstractContextManager[tuple[str, int]]]
"""Serves a snapshot; gives its address and the server's process."""


def command(*words: str) -> Cost:
    """Run a command in a process of its own, below a small one: a process has at least its parent's memory."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        kiji = [sys.executable, "-m", "benchmarks.measured", str(figures), sys.executable, "-m", "crawler", *words]
        done = subprocess.run(kiji, cwd=ROOT, capture_output=True, check=False, text=True)
        found = json.loads(figures.read_text(encoding="utf-8"))
    failed = done.returncode not in (0, 1)
    if failed:
        print(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr}", file=sys.stderr)
    return Cost(name_of(words), found["seconds"], found["cpu"], found["megabytes"], failed)


def name_of(words: Sequence[str]) -> str:
    """Name a command by its first words, without values."""
    told = itertools.takewhile(lambda word: word.isalpha() and word.isascii(), words)
    return f"`kiji {' '.join(list(told)[:2])}`"


def searches(database: Database, repeated: int) -> Iterator[Cost]:
    """Search in this process; the medians."""
    with database.reading() as connection:
        for kind, terms in TERMS.items():
            for newest in (True, False):
                taken = []
                for term in terms * repeated:
                    began, worked = time.perf_counter(), time.process_time()
                    search(connection, term, limit=20, sort="newest" if newest else "relevance", now=ENDS)
                    taken.append((time.perf_counter() - began, time.process_time() - worked))
                seconds, cpu = (statistics.median(values) for values in zip(*taken, strict=True))
                yield Cost(f"search, {kind}, the {'newest' if newest else 'best'} 20", seconds, cpu, times=len(taken))


@contextlib.contextmanager
def serve(snapshot: Path) -> Iterator[tuple[str, int]]:
    """Start ``kiji serve`` in a process of its own."""
    words = [sys.executable, "-m", "crawler", "serve", "--port", "0", "--snapshot", str(snapshot), "--every", "0"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield address_in(process.stdout), process.pid
        finally:
            process.terminate()


def address_in(lines: Iterator[str]) -> str:
    """Read what a server says until it names its address."""
    return next(word for line in lines for word in line.split() if word.startswith("http://")).rstrip("/.")


def pages(snapshot: Path, serving: Serve, repeated: int) -> Iterator[Cost]:
    """Ask ``kiji serve`` for its pages; the CPU is the server's."""
    with serving(snapshot) as (base, pid):
        for page in PAGES:
            taken = []
            for _ in range(repeated):
                began, worked = time.perf_counter(), _cpu_of(pid)
                with urllib.request.urlopen(base + page, timeout=120) as answer:  # noqa: S310 - our own server
                    answer.read()
                taken.append((time.perf_counter() - began, _cpu_of(pid) - worked))
            seconds, cpu = (statistics.median(values) for values in zip(*taken, strict=True))
            yield Cost(f"page {urllib.parse.unquote(page)}", seconds, cpu, _memory_of(pid))


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_of(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def reading(
    url: str, folder: Path, run: RunCommand = command, serving: Serve = serve, repeated: int = REPEATED
) -> Iterator[Cost]:
    """Measure what only reads; searches and pages are ``repeated``."""
    database = open_database(url, create=False)
    with database.reading() as connection:
        articles = connection.execute(select(func.count()).select_from(Article)).scalar_one()
        newest = connection.execute(select(func.max(Run.started_at))).scalar_one()
    yield Cost(f"articles: {articles}", 0.0, 0.0)
    yield from _with_server(_reading(url, database, folder, newest, run, serving, repeated), server_cpu(database))
    database.close()


def _reading(
    url: str,
    database: Database,
    folder: Path,
    newest: datetime.datetime,
    run: RunCommand,
    serving: Serve,
    repeated: int,
) -> Iterator[Cost]:
    yield from searches(database, repeated)
    on = ("--db", url)
    config = folder / "kiji.toml"
    config.write_text('[[source]]\nname = "courier-0"\nstart = ["https://www.courier-0.example/feed.xml"]\n', "utf-8")
    snapshot = folder / "snapshot.sqlite"
    yield run("search", "首相", *on)
    yield run("stories", *on)
    yield run("coverage", *on)
    yield run("health", "--config", str(config), *on)
    yield run("runs", *on)
    yield run("report", "-o", str(folder / "report.html"), "--since", f"{newest:%Y-%m-%d}", *on)
    yield run("export", "articles", "-o", str(folder / "articles.csv"), *on)
    yield run("export", "stories", "-o", str(folder / "stories.csv"), *on)
    yield run("snapshot", "-o", str(snapshot), *on)
    yield from pages(snapshot, serving, repeated)
    yield run("db", "check", *on)


def changing(url: str, folder: Path, copy: str, run: RunCommand = command, articles: int = TAKEN_UP) -> Iterator[Cost]:
    """Measure what changes a copy of the archive, with so many ``articles`` that a crawl takes up."""
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        copied = f"sqlite:///{folder / copy}.db"
        yield run("db", "backup", str(folder / f"{copy}.db"), "--db", url)
    else:
        copied = parsed.set(database=copy).render_as_string(hide_password=False)
        _copy_database(url, str(parsed.database), copy)
    on = ("--db", copied)
    database = open_database(copied, create=False)
    yield from _with_server(_changing(database, run, articles, on), server_cpu(database))
    database.close()
    yield run("db", "upgrade", *on)


def _changing(database: Database, run: RunCommand, articles: int, on: Sequence[str]) -> Iterator[Cost]:
    yield run("db", "prune", "--fetches", "30d", *on)
    with database.reading() as connection:
        address = connection.execute(text("SELECT url FROM articles ORDER BY id DESC LIMIT 1")).scalar_one()
    yield run("forget", address, *on)
    group(database)
    for name, milliseconds, times in take_up(database, articles):
        yield Cost(f"{name}, leased and stored", 0.0, milliseconds / 1_000, times=times)
    undo_newest(database)


def _with_server(costs: Iterator[Cost], clock: Callable[[], float]) -> Iterator[Cost]:
    """Add what the server took meanwhile."""
    before = clock()
    for cost in costs:
        now = clock()
        yield dataclasses.replace(cost, server=(now - before) / cost.times)
        before = clock()


def _copy_database(url: str, name: str, copy: str) -> None:
    """Copy a database of PostgreSQL, to which nobody may be connected."""
    server = connect(make_url(url).set(database="postgres").render_as_string(hide_password=False))
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT", kiji_reading=True) as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    server.close()


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.archives.measure",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copy", default="copy", help="the name of the copy")
    options = parser.parse_args()
    folder = options.folder.resolve()
    print("| | seconds | CPU, s | server's CPU, s | MB |\n|---|---|---|---|---|")
    for cost in itertools.chain(reading(options.url, folder), changing(options.url, folder, options.copy)):
        print(cost.line(), flush=True)
    print(f"\nmost memory of the measuring process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
