"""Kill crawls at random moments, and compare what they leave with an undisturbed crawl."""

import collections
import contextlib
import dataclasses
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from benchmarks.section import ROOT, Check, Extent, Findings, Section, Table
from crawler.sample.server import SampleSite
from storage.database.engine import connect
from tests.support.postgresql import PostgreSQLServer

SEED = 1
AMOUNTS = {"KILL": 50, "TERM": 20}
"""Signals on each kind of database."""

EXPECTED = {"SIGKILL": 137, "SIGTERM": 143}
BUSY = 3
"""Exit code of a crawl that finds another one on its database."""

MOST_REQUESTS = 60
"""Requests until the signal at most; an undisturbed crawl of the sample sites makes 86."""

LATEST = 0.4
"""Seconds from the last of them to the signal at most: what was fetched is read and stored meanwhile."""


@dataclasses.dataclass
class Tally:
    """What was seen: exit codes, crawls that ended before they were killed, seconds from signal to end, differences.

    ``locked`` counts crawls that found the dead one's lock in the way.
    """

    killed: int = 0
    ended: int = 0
    codes: collections.Counter[int] = dataclasses.field(default_factory=collections.Counter)
    seconds_to_stop: list[float] = dataclasses.field(default_factory=list)
    different: list[str] = dataclasses.field(default_factory=list)
    databases: int = 0
    locked: int = 0

    def ended_with(self, code: int, url: str) -> None:
        """Note a crawl that ended by itself."""
        self.locked += code == BUSY
        if code != 0:
            self.different.append(f"a crawl that was left alone ended with {code} on {url}")


def stored(url: str) -> tuple[object, ...]:
    """What must not hang on when a crawl died."""
    database = connect(url)
    with database.reading() as connection:
        articles = connection.execute(text("SELECT id, url, language, text FROM articles")).fetchall()
        copies = connection.execute(text("SELECT article_id, url FROM copies")).fetchall()
        edges = connection.execute(text("SELECT page_url, url, title FROM related_links")).fetchall()
        revisions = connection.execute(text("SELECT count(*) FROM superseded_revision")).scalar()
        leased = connection.execute(text("SELECT count(*) FROM address WHERE state = 'leased'")).scalar()
    database.close()
    addresses: dict[int, set[str]] = collections.defaultdict(set)
    for article_id, address in copies:
        addresses[article_id].add(address)
    groups = sorted((sorted({a.url, *addresses[a.id]}), a.language, a.text) for a in articles)
    return groups, sorted(map(tuple, edges)), revisions, leased


def crawl(folder: Path, url: str) -> subprocess.Popen[bytes]:
    """Start a crawl as cron would."""
    command = [sys.executable, "-m", "crawler", "crawl", "--quiet", "--db", url]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=folder, env=_environment(), **quiet)  # type: ignore[call-overload,no-any-return]


def _environment() -> dict[str, str]:
    return dict(os.environ) | {"PYTHONPATH": str(ROOT)}


@dataclasses.dataclass(frozen=True)
class Disturbance:
    """Which signal, how often, and where."""

    name: str
    wanted: int
    folder: Path
    site: SampleSite

    def disturb(self, url: str, chance: random.Random, tally: Tally) -> None:
        """Signal crawls on one database until one ends by itself or enough were signalled; then let one finish."""
        while tally.killed < self.wanted:
            process = crawl(self.folder, url)
            self._wait(process, chance)
            if process.poll() is not None:
                tally.ended += 1
                tally.ended_with(process.returncode, url)
                break
            sent = time.monotonic()
            process.send_signal(getattr(signal, f"SIG{self.name}"))
            code = process.wait(120)
            if self.name == "KILL" and code >= 0:  # a kill leaves no code of its own: it came a moment too late
                tally.ended += 1
                tally.ended_with(code, url)
                break
            tally.codes[shown(code)] += 1
            tally.seconds_to_stop.append(time.monotonic() - sent)
            tally.killed += 1
        tally.ended_with(crawl(self.folder, url).wait(300), url)

    def _wait(self, process: subprocess.Popen[bytes], chance: random.Random) -> None:
        """Wait for a random number of requests and a little longer, or until the crawl has ended.

        By requests and not by time alone: how far a crawl comes in a second hangs on the machine.
        """
        last = len(self.site.requests) + chance.randrange(MOST_REQUESTS)
        while process.poll() is None and len(self.site.requests) < last:
            time.sleep(0.005)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, LATEST))

    def run(self, create: Callable[[str], str], expected: tuple[object, ...]) -> Tally:
        """Take database after database until enough crawls were signalled; each must end as the expected one."""
        chance, tally = random.Random(SEED), Tally()  # noqa: S311 - repeatable, not secret
        while tally.killed < self.wanted:
            tally.databases += 1
            url = create(f"{self.name.lower()}{tally.databases}")
            self.disturb(url, chance, tally)
            if stored(url) != expected:
                tally.different.append(f"{url} holds something else")
        return tally


def shown(code: int) -> int:
    """An exit code as a shell shows it: a process that a signal ended has 128 and the signal's number."""
    return code if code >= 0 else 128 - code


def measure(extent: Extent) -> Findings:
    """Disturb crawls with each signal on each kind of database."""
    rows, checks = [], []
    with tempfile.TemporaryDirectory() as name, SampleSite() as site, contextlib.ExitStack() as stack:
        folder, server = Path(name), PostgreSQLServer()
        stack.callback(server.stop)
        (folder / "kiji.toml").write_text(site.config("sqlite:///unused.db"), encoding="utf-8")
        reference = f"sqlite:///{folder}/undisturbed.db"
        if crawl(folder, reference).wait(300) != 0:
            raise SystemExit("the undisturbed crawl failed")
        expected = stored(reference)
        makers = {"SQLite": lambda label: f"sqlite:///{folder}/{label}.db", "PostgreSQL": server.create}
        for signal_name, number in AMOUNTS.items():
            for kind, create in makers.items():
                tally = Disturbance(signal_name, extent.of(number), folder, site).run(create, expected)
                rows.append(_row(f"SIG{signal_name}", kind, tally))
                checks.append(_check(f"SIG{signal_name}", kind, tally))
    signalled = ("signal", "database", "signalled", "databases", "ended before it")
    columns = (*signalled, "exit codes", "s to stop, median", "longest", "lock in the way")
    return Findings((Table(columns, tuple(rows)),), tuple(checks))


def _row(signal_name: str, kind: str, tally: Tally) -> tuple[str | int | float, ...]:
    times = sorted(tally.seconds_to_stop)
    codes = ", ".join(f"{code}: {number}" for code, number in sorted(tally.codes.items()))
    middle = times[len(times) // 2]
    return signal_name, kind, tally.killed, tally.databases, tally.ended, codes, middle, times[-1], tally.locked


def _check(signal_name: str, kind: str, tally: Tally) -> Check:
    wrong = [*tally.different, *(f"exit code {code}" for code in tally.codes if code != EXPECTED[signal_name])]
    found = "; ".join(wrong) or f"{tally.databases} of {tally.databases} databases the same"
    claim = f"{signal_name} on {kind}: nothing lost, nothing double, every other crawl ends with 0"
    return Check(claim, found, not wrong)


SECTION = Section(
    "kills",
    40,
    "Killed crawls",
    """
Crawls of the sample sites get a signal after a random number of requests, again and again on the same database. When a
crawl ends by itself, one last crawl finishes the work. Its database is compared with that of an undisturbed crawl.
Then a new database is begun, until the given number of crawls was signalled. The comparison covers articles with their
texts, groups of copies, edges, revisions, and leases left behind.
""",
    measure,
)
