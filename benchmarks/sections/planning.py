"""Planning: what it costs a worker to know many sources, and to find those that have something to do."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text

from benchmarks.section import Cell, Chart, Check, Extent, Findings, Section, Table
from crawler.config.reload import ConfigFile
from crawler.workers.due_groups import Planner
from crawler.workers.job_queue import CRAWL, job_queue, prepare_tables, queue_groups
from storage.database.engine import Database
from storage.database.open import open_database
from tests.support.postgresql import PostgreSQLServer

SIZES = (1_000, 10_000, 100_000)
DUE = 100
"""One in so many sources is due when a minute begins."""

TAKEN = 20
"""Jobs that are taken from the full queue."""

WITHIN = 20.0
"""Seconds: a third of the minute after which the next plan is made."""

COLUMNS = (
    "sources",
    "config read, s",
    "config checked for a job, ms",
    "first plan, s",
    "all queued, s",
    "a job taken, ms",
    "a minute's plan, s",
    "of it CPU, s",
    "jobs queued",
    "queued in, s",
)

T = TypeVar("T")


def _timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """What it gives, its seconds, and its CPU seconds in this process."""
    cpu, began = time.process_time(), time.perf_counter()
    found = work()
    return found, time.perf_counter() - began, time.process_time() - cpu


def _queued(url: str, groups: dict[str, tuple[str, ...]], priorities: dict[str, int]) -> int:
    async def queue() -> int:
        async with job_queue(url).open_async() as opened:
            return len(await queue_groups(opened, groups, priorities))

    return asyncio.run(queue())


def _taken(url: str, number: int) -> None:
    async def take() -> None:
        async with job_queue(url).open_async() as opened:
            worker = await opened.job_manager.register_worker()
            for _ in range(number):
                if await opened.job_manager.fetch_job([CRAWL], worker) is None:
                    raise SystemExit("no job to take")

    asyncio.run(take())


def _know(database: Database, number: int) -> None:
    """Empty the queue, and make the sources known; one in DUE is due, the others tomorrow."""
    statement = text(
        "INSERT INTO source (name, scope, due_at) SELECT 'site' || n, '',"
        " now() + (CASE WHEN n % :due = 0 THEN interval '-1 hour' ELSE interval '1 day' END)"
        " FROM generate_series(0, :last) AS n"
    )
    with database.writing() as session:
        session.execute(text("SET LOCAL search_path = procrastinate, public"))  # for the queue's own triggers
        session.execute(text("DELETE FROM procrastinate_jobs"))
        session.execute(statement, {"due": DUE, "last": number - 1})


def _plan(server: PostgreSQLServer, folder: Path, number: int) -> tuple[Cell, ...]:
    path = folder / f"{number}.toml"
    tables = (f'[[source]]\nname = "site{n}"\nstart = ["https://www.site{n}.example/"]\n' for n in range(number))
    path.write_text("\n".join(tables), encoding="utf-8")
    url = server.create(f"planning{number}")
    database = open_database(url)
    prepare_tables(database)
    file = ConfigFile(path)
    _, read, _ = _timed(file.config)
    _, again, _ = _timed(file.config)
    planner = Planner(file, database)
    (groups, priorities), first, _ = _timed(planner.due_groups)
    all_queued, queueing_all, _ = _timed(lambda: _queued(url, groups, priorities))
    if all_queued != number:
        raise SystemExit(f"{all_queued} of {number} sources are due at first")
    _, taking, _ = _timed(lambda: _taken(url, TAKEN))
    _know(database, number)
    (groups, priorities), plan, cpu = _timed(planner.due_groups)
    queued, queueing, _ = _timed(lambda: _queued(url, groups, priorities))
    database.close()
    taken = taking / TAKEN * 1000
    return number, read, again * 1000, first, queueing_all, taken, plan, cpu, queued, queueing


def measure(extent: Extent) -> Findings:
    """Plan for ever more sources."""
    server = PostgreSQLServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = tuple(_plan(server, Path(folder), extent.of(size)) for size in SIZES)
    finally:
        server.stop()
    number, *_, plan, _, queued, queueing = rows[-1]
    spent = float(plan) + float(queueing)
    return Findings(
        (Table(COLUMNS, rows),),
        (
            Check(
                f"a minute's plan of {number:,} sources made and {queued:,} jobs queued within {WITHIN:g} s",
                f"{spent:.1f} s",
                spent <= WITHIN,
            ),
        ),
    )


SECTION = Section(
    name="planning",
    order=81,
    title="Planning for many sources",
    about=(
        f"""
Once a minute a worker looks for configured sources with due addresses. It reads the config when it has changed, and
checks that for each job. At first all sources are due, and jobs are taken from all of them. Then one source in {DUE}
is due. The database is PostgreSQL. Each source has its own host.
"""
    ),
    measure=measure,
    charts=(
        Chart(
            "A minute's plan",
            0,
            "sources",
            "a minute's plan, s",
            is_line=True,
            is_log=True,
        ),
    ),
)
