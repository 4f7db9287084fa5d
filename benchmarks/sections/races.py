"""Processes that write the same articles to one database at the same moment."""

import shutil
import tempfile
from pathlib import Path

from benchmarks.section import Check, Extent, Findings, Section, Table
from storage.database.open import open_database
from tests.support.postgresql import PostgreSQLServer
from tests.support.writer_race import Race, run

RACES = 200
WRITERS = (2, 4)


def measure(extent: Extent) -> Findings:
    """Race on both kinds of database."""
    rows, checks = [], []
    races, server, folder = extent.of(RACES), PostgreSQLServer(), Path(tempfile.mkdtemp())
    try:
        for writers in WRITERS:
            urls = {"SQLite": f"sqlite:///{folder}/{writers}.db", "PostgreSQL": server.create(f"race{writers}")}
            for kind, url in urls.items():
                open_database(url).close()
                found = run(Race(url, writers, races))
                counts = (found.missed_copies, found.double_rows, found.lost, found.errors)
                rows.append((writers, kind, races, *counts, found.visits_per_second))
                claim = f"{writers} writers on {kind}: no copy missed, no row double, none lost, no error"
                checks.append(Check(claim, " / ".join(map(str, counts)), found.clean))
    finally:
        server.stop()
        shutil.rmtree(folder)
    columns = ("writers", "database", "races", "copies missed", "rows double", "lost", "errors", "visits a second")
    return Findings((Table(columns, tuple(rows)),), tuple(checks))


SECTION = Section(
    "races",
    50,
    "Writers at once",
    """
Each writer is a process with its own run. In every race all writers store the same things at the same moment, each in
its own order: six articles with the same texts under different addresses, one page at a common address, and ten
related links, which overlap.
""",
    measure,
)
