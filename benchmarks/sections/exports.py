"""Exports of an archive: seconds and peak memory of each format, and what other programs read back."""

import contextlib
import csv
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pandas
import polars
import psutil

from benchmarks.section import ROOT, Check, Extent, Findings, Section, Table
from storage.database.open import open_database
from storage.export.export import FORMATS
from tests.support.generated_words import Vocabulary, store, write
from tests.support.postgresql import PostgreSQLServer

ARTICLES = 100_000
MOST_MEMORY = 400.0
"""Megabytes of any format, whatever the number of articles."""
FORMULA = ("=", "+", "-", "@", "|", "%", "\t", "\r", "＝", "＋", "－", "＠")
HOSTILE = '=HYPERLINK("http://evil.example","韓国")'


@dataclasses.dataclass(frozen=True)
class Figures:
    """One export: wall and CPU seconds of ``kiji export``, its peak of resident megabytes, the file's size."""

    seconds: float
    cpu: float
    peak: float
    size: float


def run(url: str, path: Path) -> Figures:
    """Export all articles in a process of its own."""
    command = [sys.executable, "-m", "crawler", "export", "articles", "-o", str(path), "--db", url]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    watched, peak, ended = psutil.Process(process.pid), 0, 0
    while not ended:  # the system's own peak of a child begins with what its parent had before exec
        with contextlib.suppress(psutil.Error):
            peak = max(peak, watched.memory_info().rss)
        time.sleep(0.02)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    seconds = time.monotonic() - began
    return Figures(seconds, usage.ru_utime + usage.ru_stime, peak / 1e6, path.stat().st_size / 1e6)


def measure(extent: Extent) -> Findings:
    """Export the same archive from both kinds of database."""
    articles = list(write(extent.of(ARTICLES), Vocabulary()))
    articles[0] = dataclasses.replace(articles[0], title=HOSTILE)
    titles = [each.title for each in articles]
    rows, checks = [], []
    server = PostgreSQLServer()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for kind, url in (("SQLite", f"sqlite:///{folder}/kiji.db"), ("PostgreSQL", server.create("exports"))):
                database = open_database(url)
                with database.writing() as session:
                    store(session, articles)
                database.close()
                for file_format in FORMATS:
                    found = run(url, folder / f"articles.{file_format}")
                    rows.append((kind, file_format, found.seconds, found.cpu, found.peak, found.size))
                    claim = f"{file_format} from {kind}: at most {MOST_MEMORY:g} MB at its peak"
                    checks.append(Check(claim, f"{found.peak:.0f} MB", found.peak <= MOST_MEMORY))
                checks += _read_back(kind, folder, titles)
    finally:
        server.stop()
    columns = ("from", "format", "seconds", "CPU, s", "peak, MB", "size, MB")
    return Findings((Table(columns, tuple(rows), f"{len(articles)} articles:"),), tuple(checks))


def _read_back(kind: str, folder: Path, titles: list[str]) -> list[Check]:
    """Whether pandas, polars and DuckDB see every title as it is."""
    frame = pandas.read_csv(folder / "articles.csv", usecols=["title"])
    same = list(frame["title"]) == [f"'{title}" if title == HOSTILE else title for title in titles]
    formulas = _formulas(folder / "articles.csv")
    parquet = folder / "articles.parquet"
    by_polars = polars.read_parquet(parquet, columns=["title"])["title"].to_list() == titles
    found = duckdb.connect().execute(f"SELECT title FROM '{parquet}' ORDER BY id").fetchall()
    lines = (folder / "articles.jsonl").open(encoding="utf-8")
    with lines:
        by_json = [json.loads(line)["title"] for line in lines] == titles
    return [
        Check(f"CSV from {kind}: pandas reads every title back", str(same), same),
        Check(f"CSV from {kind}: no cell that Excel would run", f"{formulas} cells", not formulas),
        Check(f"Parquet from {kind}: polars reads every title back", str(by_polars), by_polars),
        Check(f"Parquet from {kind}: DuckDB reads every title back", str(len(found)), [t for (t,) in found] == titles),
        Check(f"JSON lines from {kind}: every title is there", str(by_json), by_json),
    ]


def _formulas(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(cell.startswith(FORMULA) for row in csv.reader(file) for cell in row)


SECTION = Section(
    "exports",
    62,
    "Exports",
    """
`kiji export articles` writes each format in its own process. The figures are wall and CPU seconds and the peak of
resident memory. Then pandas, polars and DuckDB read the files, and the result is compared with the database.
""",
    measure,
)
