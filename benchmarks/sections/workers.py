"""Workers on one PostgreSQL: how one, two and three share hosts with delays, and what kills and restarts do to them."""

import contextlib
import dataclasses
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from benchmarks.section import ROOT, Cell, Chart, Check, Extent, Findings, Section, Table
from storage.database.engine import Database, connect
from storage.database.open import open_database
from tests.support.many_hosts import HostLog, ManyHosts
from tests.support.postgresql import PostgreSQLServer

HOSTS, PAGES, DELAY, CONCURRENCY = 30, 12, 1.0, 5
"""The load: 15 hosts at once for three workers, so that each number of workers has whole rounds of hosts."""

KILLS, BETWEEN, WORKERS = 20, 8.0, 3
"""Kills of one of three workers, seconds before each; the worker is replaced, as a service manager does."""
PAGES_BY_KILLS = {"once its hosts have gone on": 200, f"{BETWEEN:g} s later": 60}
"""When the next worker is killed, and for how many pages a host the work lasts."""

RESTARTS = 3
SEED = 1
RESUMED_WITHIN = 60.0
"""Seconds."""

KILLS_COLUMNS = (
    "kills",
    "the next one",
    "hosts cut off",
    "lost",
    "double",
    "resumed, median s",
    "at most, s",
    "cut off again before",
    "those at most, s",
    "least gap, s",
    "overlaps",
)
RESTARTS_COLUMNS = (
    "crashes of PostgreSQL",
    "lost",
    "double",
    "workers that lived on",
    "crawls cut off",
    "hosts go on, median s",
    "at most, s",
    "least gap, s",
    "overlaps",
)


@dataclasses.dataclass
class Load:
    """Sites, an archive, and workers on them."""

    folder: Path
    server: PostgreSQLServer
    url: str
    site: ManyHosts

    def worker(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start one."""
        command = [sys.executable, "-m", "crawler", "worker", "--quiet", "--readers", "1", "--db", self.url]
        command += ["--concurrency", str(CONCURRENCY), *options]
        environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
        with (self.folder / "workers.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, env=environment, stderr=log)

    def wait_until_done(self, database: Database, seconds: float) -> None:
        """Wait until every page is stored and no job is left."""
        until = time.monotonic() + seconds
        wanted = len(self.site.fronts) * self.site.pages
        while time.monotonic() < until:
            with contextlib.suppress(Exception), database.reading() as connection:  # PostgreSQL may be restarting
                stored = connection.scalar(text("SELECT count(*) FROM articles"))
                jobs = connection.scalar(
                    text("SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE task_name = 'crawl'")
                )
                if stored == wanted and not jobs:
                    return
            time.sleep(0.5)

    def losses(self, database: Database) -> tuple[int, int]:
        """Pages that are missing, and pages that are stored twice."""
        with database.reading() as connection:
            stored = connection.scalars(text("SELECT count(*) FROM articles GROUP BY url")).all()
        return len(self.site.fronts) * self.site.pages - len(stored), sum(stored) - len(stored)

    def killed(self, database: Database) -> int:
        """Runs that were called dead."""
        with database.reading() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM runs WHERE status = 'killed'")) or 0)


@contextlib.contextmanager
def load(server: PostgreSQLServer, name: str, hosts: int, pages: int, delay: float) -> Iterator[Load]:
    """Set up sites and an archive."""
    with tempfile.TemporaryDirectory() as folder, ManyHosts(hosts, pages) as site:
        (Path(folder) / "kiji.toml").write_text(site.config(delay=delay), encoding="utf-8")
        url = server.create(name)
        open_database(url).close()
        yield Load(Path(folder), server, url, site)


def pace(log: list[HostLog]) -> tuple[float, int]:
    """The least gap on any host, and requests that came while another to the same host was under way."""
    return min(host.least_gap for host in log), sum(host.overlaps for host in log)


def share(server: PostgreSQLServer, extent: Extent) -> tuple[Table, list[Check]]:
    """Crawl the same sites with one, two and three workers."""
    hosts, rows, rates = extent.of(HOSTS), [], {}
    checks = []
    for number in (1, 2, 3):
        with load(server, f"share{number}", hosts, PAGES, DELAY) as work:
            workers = [work.worker("--once") for _ in range(number)]
            codes = [worker.wait(600) for worker in workers]
        requests = sum(len(host.came) for host in work.site.log)
        seconds = max(host.came[-1] for host in work.site.log) - min(host.came[0] for host in work.site.log)
        rates[number] = requests / seconds
        gap, overlaps = pace(work.site.log)
        rows.append((number, requests, seconds, rates[number], rates[number] / rates[1], gap, overlaps))
        polite = gap >= DELAY and not overlaps and codes == [0] * number
        checks.append(
            Check(f"{number} workers: no host gets a request sooner than after {DELAY:g} s", f"{gap:.3f} s", polite)
        )
    for number, least in ((2, 1.6), (3, 2.2)):
        ratio = rates[number] / rates[1]
        checks.append(Check(f"{number} workers at least {least} times one", f"{ratio:.2f}", ratio >= least))
    columns = ("workers", "requests", "seconds", "requests a second", "to one worker", "least gap, s", "overlaps")
    about = f"{hosts} hosts, {PAGES} pages each, {DELAY:g} s between requests, {CONCURRENCY} hosts at once a worker."
    return Table(columns, tuple(rows), about), checks


def cut_off(work: Load, pids: list[int], least: int) -> list[int]:
    """The hosts that these workers are crawling, once they are so many or half a minute has passed."""
    running = text("SELECT command FROM run WHERE status = 'running' AND pid = ANY(:pids)")
    database, until = connect(work.url), time.monotonic() + 30
    while True:
        with database.reading() as connection:
            commands = connection.scalars(running, {"pids": pids}).all()
        if len(commands) >= least or time.monotonic() > until:
            database.close()
            return [int(command.rpartition("host")[2]) for command in commands]
        time.sleep(0.2)


def resumed(log: list[HostLog], held: list[tuple[float, int]]) -> tuple[list[float], int, float]:
    """Seconds from each cut to the host's next request, sorted; how many hosts were cut off again before, and the most.

    Those are not among the first: whoever had taken them up was killed as well, and they count from there.
    """
    once: list[float] = []
    again: list[float] = []
    for when, host in held:
        came = next((came for came in log[host].came if came > when), None)
        if came is not None:
            twice = any(host == other and when < then < came for then, other in held)
            (again if twice else once).append(came - when)
    return sorted(once) or [0.0], len(again), max(again, default=0.0)


def have_gone_on(work: Load, hosts: list[int], after: int) -> bool:
    """Whether each of these hosts has been asked by a run later than ``after``, or such a run found nothing to ask."""
    gone_on = text(
        "SELECT count(DISTINCT command) FROM run WHERE id > :after AND command = ANY(:commands)"
        " AND (status = 'done' OR EXISTS (SELECT 1 FROM \"fetch\" WHERE run_id = run.id))"
    )
    commands = [f"kiji worker: host{host}" for host in hosts]
    with contextlib.closing(connect(work.url)) as database, database.reading() as connection:
        return int(connection.scalar(gone_on, {"after": after, "commands": commands}) or 0) == len(hosts)


def last_run(work: Load) -> int:
    """The number of the newest run."""
    with contextlib.closing(connect(work.url)) as database, database.reading() as connection:
        return int(connection.scalar(text("SELECT max(id) FROM run")) or 0)


def kill_again_and_again(server: PostgreSQLServer, extent: Extent, next_one: str) -> tuple[tuple[Cell, ...], list[int]]:
    """Kill one of three workers; give the table's row, and the codes with which the last ones end."""
    chance, wanted = random.Random(SEED), extent.of(KILLS)  # noqa: S311 - repeatable, not secret
    pages, waits = extent.of(PAGES_BY_KILLS[next_one]), next_one == next(iter(PAGES_BY_KILLS))
    held: list[tuple[float, int]] = []
    with load(server, f"kills{pages}", HOSTS, pages, DELAY) as work:
        workers = [work.worker() for _ in range(WORKERS)]
        for _ in range(wanted):
            time.sleep(BETWEEN)
            victim = chance.randrange(WORKERS)
            hosts = cut_off(work, [workers[victim].pid], 1)
            workers[victim].kill()
            killed, newest = time.monotonic(), last_run(work)
            held += [(killed, host) for host in hosts]
            workers[victim].wait()
            workers[victim] = work.worker()
            while waits and time.monotonic() < killed + RESUMED_WITHIN and not have_gone_on(work, hosts, newest):
                time.sleep(0.2)
        with contextlib.closing(connect(work.url)) as database:
            work.wait_until_done(database, 600)
            lost, double = work.losses(database)
        for worker in workers:
            worker.terminate()
        codes = [worker.wait(60) for worker in workers]
    seconds, again, longest = resumed(work.site.log, held)
    median = seconds[len(seconds) // 2]
    paced = pace(work.site.log)
    return (wanted, next_one, len(held), lost, double, median, seconds[-1], again, longest, *paced), codes


def kills(server: PostgreSQLServer, extent: Extent) -> tuple[Table, list[Check]]:
    """Kill one worker after the other: each when all goes well again, and then whether or not it does."""
    rows, codes = zip(*(kill_again_and_again(server, extent, next_one) for next_one in PAGES_BY_KILLS), strict=True)
    losses = [(row[3], row[4]) for row in rows]
    most = max(float(rows[0][6]), float(rows[0][8]))
    checks = [
        Check(
            "pages lost or stored twice by kills: none",
            "; ".join(f"{lost}, {double}" for lost, double in losses),
            all(found == (0, 0) for found in losses),
        ),
        Check(f"hosts resumed within {RESUMED_WITHIN:g} s", f"{most:.1f} s", 0 < most <= RESUMED_WITHIN),
        Check("workers that are stopped end with 143", str(codes), all(code == 143 for last in codes for code in last)),
    ]
    about = (
        f"One of {WORKERS} workers is killed as soon as it crawls, and replaced. The next one is killed {BETWEEN:g} s "
        "later, or when all of its hosts have got a request again. If the next worker of a host is killed too before "
        "its first request, the time counts from that kill. The time from the first kill is shown beside it."
    )
    return Table(KILLS_COLUMNS, tuple(rows), about), checks


def restarts(server: PostgreSQLServer, extent: Extent) -> tuple[Table, list[Check]]:
    """Crash and start PostgreSQL under three workers."""
    held: list[tuple[float, int]] = []
    with load(server, "restarts", HOSTS, extent.of(PAGES * 2), DELAY) as work:
        workers = [work.worker() for _ in range(WORKERS)]
        for _ in range(RESTARTS):
            time.sleep(BETWEEN)
            hosts = cut_off(work, [worker.pid for worker in workers], WORKERS * CONCURRENCY)
            server.crash()
            held += [(time.monotonic(), host) for host in hosts]
            server.start()
        database = connect(work.url)
        work.wait_until_done(database, 600)
        lost, double = work.losses(database)
        killed = work.killed(database)
        database.close()
        alive = sum(worker.poll() is None for worker in workers)
        for worker in workers:
            worker.terminate()
            worker.wait(60)
    seconds, _, longest = resumed(work.site.log, held)
    longest = max(longest, seconds[-1])
    gap, overlaps = pace(work.site.log)
    row = (
        RESTARTS,
        lost,
        double,
        f"{alive} of {WORKERS}",
        killed,
        seconds[len(seconds) // 2],
        longest,
        gap,
        overlaps,
    )
    checks = [
        Check("pages lost or stored twice by restarts: none", f"{lost}, {double}", lost == double == 0),
        Check(
            f"hosts go on within {RESUMED_WITHIN:g} s of a crash of PostgreSQL",
            f"{longest:.1f} s",
            0 < longest <= RESUMED_WITHIN,
        ),
    ]
    return Table(RESTARTS_COLUMNS, (row,)), checks


def measure(extent: Extent) -> Findings:
    """All three."""
    server = PostgreSQLServer()
    try:
        measured = [part(server, extent) for part in (share, kills, restarts)]
    finally:
        server.stop()
    return Findings(tuple(table for table, _ in measured), tuple(check for _, checks in measured for check in checks))


SECTION = Section(
    name="workers",
    order=80,
    title="Several workers on one PostgreSQL",
    about=(
        """
Each `kiji worker` crawls its own hosts on loopback. All processes run on this machine. The hosts' own log gives the
times between requests. After a kill, a host counts as resumed at its next request.
"""
    ),
    measure=measure,
    charts=(Chart("One, two and three workers on the same hosts", 0, "workers", "requests a second", is_line=True),),
)
