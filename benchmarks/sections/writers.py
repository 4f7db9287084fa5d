"""New articles from more and more writers of one PostgreSQL database."""

import multiprocessing

from benchmarks.section import Chart, Check, Extent, Findings, Section, Table
from storage.database.open import open_database
from tests.support.postgresql import PostgreSQLServer
from tests.support.writer_race import Race, run

ARTICLES = 1_800  # a source takes 2,000 addresses, the shared pages among them
WRITERS = (1, 3, 6, 12)
_TOGETHER = 50  # pages that a writer is given at once


def measure(extent: Extent) -> Findings:
    """Store the same number of new articles with each number of writers."""
    articles, server, rows, checks = extent.of(ARTICLES), PostgreSQLServer(), [], []
    try:
        for writers in WRITERS:
            url = server.create(f"writers{writers}")
            open_database(url).close()
            races = max(1, articles // writers // _TOGETHER)
            found = run(Race(url, writers, races, texts=_TOGETHER, own_texts=True), multiprocessing.get_context("fork"))
            wrong = (found.missed_copies, found.double_rows, found.lost, found.errors)
            rows.append((writers, writers * races * _TOGETHER, found.visits_per_second))
            claim = f"{writers} writers of new articles: none missed, double or lost, no error"
            checks.append(Check(claim, " / ".join(map(str, wrong)), found.clean))
    finally:
        server.stop()
    return Findings((Table(("writers", "new articles", "pages a second"), tuple(rows)),), tuple(checks))


SECTION = Section(
    "writers",
    55,
    "New articles from several writers",
    """
Each writer is a process with its own run on one PostgreSQL database, on the machine of the server. It is given new
articles of 120 words, each with ten related links, 50 at a time, faster than it can store them. No reading of pages is
in these figures.
""",
    measure,
    charts=(Chart("New articles a second, by writers", 0, "writers", "pages a second"),),
)
