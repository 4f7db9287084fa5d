"""The frontier: what it costs to lease from it, and to open a run, where much is known or due."""

import datetime
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import bindparam, text, update
from sqlalchemy.orm import Session

from benchmarks.section import Cell, Chart, Check, Extent, Findings, Section, Table
from pipelines.addresses.place import place
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from storage.frontier.leasing import DueCache, lease
from storage.frontier.polling import find_due_sources
from storage.frontier.sources import open_sources
from storage.scope import Scope
from storage.tables.core import Address, Run
from storage.visit import Lease
from tests.support.postgresql import PostgreSQLServer

KNOWN = (10_000, 100_000, 1_000_000)
DUE, BACKLOG = 2_000, 100_000
"""Addresses that are due in an archive that keeps up, and in one that has been left alone."""

SOURCES = 1_000
LEASES, WINDOW, IN_FLIGHT, STORED = 20, 64, 256, 100
"""What is measured, the spider's own bounds, and how many pages are stored between two leases."""

MOST_GROWTH = 1.5


class _Frontier:
    """An archive of so many addresses, the first of which are due, of so many sources with a host each."""

    def __init__(self, database: Database, known: int, due: int, sources: int) -> None:
        self.database = database
        self.scopes = [
            Scope(f"s{n}", (place(f"https://s{n}.example/"),), domains=frozenset({f"s{n}.example"}))
            for n in range(sources)
        ]
        with database.writing() as session:
            began = time.perf_counter()
            open_sources(session, self.scopes, utc_now())
            self.first_opening = time.perf_counter() - began
            _fill(session, known, due, sources)
        self._analyse()

    def leave_alone(self, due: int) -> None:
        """Have so many addresses due by now."""
        with self.database.writing() as session:
            session.execute(
                update(Address)
                .where(Address.id <= due)
                .values(state="queued", due_at=utc_now() - datetime.timedelta(hours=1), lease_run_id=None)
            )
        self._analyse()

    def _analyse(self) -> None:
        """Have PostgreSQL's statistics up to date, as its own service has them."""
        if not self.database.is_sqlite:
            with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")

    def figures(self) -> tuple[float, float, float]:
        """Milliseconds of a lease, of telling which sources are due, and of opening them."""
        told, opened = self._opening()
        return self._leasing(), told * 1000, opened * 1000

    def _opening(self) -> tuple[float, float]:
        with self.database.writing() as session:
            began = time.perf_counter()
            find_due_sources(session, self.scopes, utc_now())
            told = time.perf_counter()
            open_sources(session, self.scopes, utc_now())
            return told - began, time.perf_counter() - told

    def _leasing(self) -> float:
        outlook, in_flight, costs = DueCache(), list[Lease](), list[float]()
        with self.database.writing() as session:
            run = Run(command="", version="", host="", pid=0, started_at=utc_now(), status="running")
            session.add(run)
            opened = open_sources(session, self.scopes, utc_now())
        while len(costs) < LEASES:
            with self.database.writing() as session:
                began = time.perf_counter()
                in_flight += lease(
                    session,
                    run.id,
                    opened,
                    dict.fromkeys(opened, 10**6),
                    {host: WINDOW - count for host, count in Counter(one.host for one in in_flight).items()},
                    window=WINDOW,
                    limit=IN_FLIGHT - len(in_flight),
                    now=utc_now(),
                    due_cache=outlook,
                )
                costs.append((time.perf_counter() - began) * 1000)
            if not in_flight:
                break
            done, in_flight = in_flight[:STORED], in_flight[STORED:]
            with self.database.writing() as session:
                ids = [one.address_id for one in done]
                session.execute(update(Address).where(Address.id.in_(ids)).values(state="done", due_at=None))
        return statistics.fmean(costs)


_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < :last) "
_ADDRESSES = text(
    _NUMBERS + "INSERT INTO address (id, key, url, host, domain, state, due_at, outcome,"
    " attempts, rereads, reason, canonical_refused)"
    " SELECT n + 1, 'https://s' || (n % :sources) || '.example/' || n,"
    " 'https://s' || (n % :sources) || '.example/' || n,"
    " 's' || (n % :sources) || '.example', 's' || (n % :sources) || '.example',"
    " CASE WHEN n < :due THEN 'queued' ELSE 'done' END,"
    " CASE WHEN n < :due THEN :past WHEN n % 2 = 1 THEN :later END,"
    " CASE WHEN n < :due THEN NULL ELSE 'new' END, 0, 0, '', '' FROM numbers"
).bindparams(bindparam("past", type_=Address.due_at.type), bindparam("later", type_=Address.due_at.type))
_CLAIMS = text(
    _NUMBERS + "INSERT INTO claim (source_id, address_id, depth, via, expanded_depth)"
    " SELECT source.id, n + 1, 1, 'related', CASE WHEN n < :due THEN NULL ELSE 1 END"
    " FROM numbers JOIN source ON source.name = 's' || (n % :sources)"
)


def _fill(session: Session, known: int, due: int, sources: int) -> None:
    now = utc_now()
    numbers = {"last": known - 1, "due": due, "sources": sources}
    times = {"past": now - datetime.timedelta(hours=1), "later": now + datetime.timedelta(days=1)}
    session.execute(_ADDRESSES, numbers | times)
    session.execute(_CLAIMS, numbers)


@contextmanager
def _databases() -> Iterator[Iterator[tuple[str, Database]]]:
    """SQLite in a file, and PostgreSQL; a fresh one of each kind every time, by turns."""
    server = PostgreSQLServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield _fresh(server, folder)
    finally:
        server.stop()


def _fresh(server: PostgreSQLServer, folder: str) -> Iterator[tuple[str, Database]]:
    number = 0
    while True:
        number += 1
        yield "SQLite", open_database(f"sqlite:///{folder}/{number}.db")
        yield "PostgreSQL", open_database(server.create(f"frontier{number}"))


def measure(extent: Extent) -> Findings:
    """Lease from small and large archives, that keep up or have been left alone."""
    sources = extent.of(SOURCES)
    due, backlog = extent.of(DUE), extent.of(BACKLOG)
    rows: list[tuple[Cell, ...]] = []
    left_alone: list[tuple[Cell, ...]] = []
    with _databases() as databases:
        for known in map(extent.of, KNOWN):
            for kind, database in (next(databases), next(databases)):
                frontier = _Frontier(database, known, due, sources)
                rows.append((kind, known, due, *frontier.figures(), frontier.first_opening))
                if known == extent.of(KNOWN[-1]):
                    frontier.leave_alone(backlog)
                    left_alone.append((kind, known, backlog, *frontier.figures(), frontier.first_opening))
                database.close()
    rows += left_alone
    return Findings(
        (Table(COLUMNS, tuple(rows), f"Runs of {sources:,} sources, the mean of {LEASES} leases:"),), _checks(rows)
    )


COLUMNS = (
    "database",
    "addresses known",
    "of them due",
    "a lease, ms",
    "query of due sources, ms",
    "opening known sources, ms",
    "opening new sources, s",
)


def _checks(rows: list[tuple[Cell, ...]]) -> tuple[Check, ...]:
    checks = []
    for kind in ("SQLite", "PostgreSQL"):
        costs = [float(row[3]) for row in rows if row[0] == kind]
        growth = costs[2] / costs[0]
        checks.append(
            Check(
                f"{kind}: a lease of {rows[-3][1]:,} known addresses at most {MOST_GROWTH} times one of {rows[0][1]:,},"
                " with as many due",
                f"{growth:.2f}",
                growth <= MOST_GROWTH,
            )
        )
    return tuple(checks)


SECTION = Section(
    "frontier",
    45,
    "Leasing from a large frontier",
    """
These are the queries of a run with many sources: which sources have due addresses, opening the sources, and a lease
after each 100 stored pages. The cost should depend on the number of due addresses, and not on the number of known
ones. If very much is due, the queries take at most a tenth of the writer's time (`storage/frontier/leasing.py`). Times
are wall-clock times, with the database on the same machine.
""",
    measure,
    (Chart("A lease", 0, "addresses known", "a lease, ms", is_line=True, is_log=True, series="database", rows=6),),
)
