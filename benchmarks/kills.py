"""Kill crawls at random moments, and compare what they leave with an undisturbed crawl.

    python -m benchmarks.kills --kills 10 [--signal TERM] [--postgresql] [--seed 1]

Crawls of the sample sites are killed after a random time, again and again on the same database; when one ends by
itself, its database is compared and a new one is begun, until so many have been killed. Then a last undisturbed run on
each database, and the comparison: the same articles with the same words, the same groups of copies, the same edges,
none twice. Exit code 1 where anything differs.
"""

import argparse
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
from pathlib import Path

from sqlalchemy import text

from crawler.sample.server import SampleSite
from storage.database import connect
from tests.archive.postgresql import PostgreSQLServer

LONGEST = 5.0
"""Seconds until a kill at most: about what an undisturbed crawl of the sample sites takes."""


@dataclasses.dataclass
class Tally:
    """What was seen: exit codes, crawls that ended before they were killed, seconds from signal to end, differences."""

    killed: int = 0
    ended: int = 0
    codes: collections.Counter[int] = dataclasses.field(default_factory=collections.Counter)
    seconds_to_stop: list[float] = dataclasses.field(default_factory=list)
    different: list[str] = dataclasses.field(default_factory=list)
    databases: int = 0


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
    return dict(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[1])}


def disturb(folder: Path, url: str, number: int, wanted: int, chance: random.Random, tally: Tally) -> None:
    """Kill crawls on one database until one ends by itself or enough have been killed; then let one finish."""
    while tally.killed < wanted:
        process = crawl(folder, url)
        try:
            process.wait(chance.uniform(0.3, LONGEST))
        except subprocess.TimeoutExpired:
            sent = time.monotonic()
            process.send_signal(number)
            tally.codes[process.wait(120)] += 1
            tally.seconds_to_stop.append(time.monotonic() - sent)
            tally.killed += 1
        else:
            tally.ended += 1
            break
    process = crawl(folder, url)
    code = process.wait(300)
    if code != 0:
        tally.different.append(f"the last, undisturbed run on {url} ended with {code}")


def main() -> int:
    """Run it and print the tally."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--signal", choices=("KILL", "TERM", "INT"), default="KILL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own; SQLite else")
    options = parser.parse_args()
    chance, tally = random.Random(options.seed), Tally()  # noqa: S311 - repeatable, not secret
    number = getattr(signal, f"SIG{options.signal}")
    with tempfile.TemporaryDirectory() as name, SampleSite() as site, contextlib.ExitStack() as stack:
        folder = Path(name)
        server = PostgreSQLServer() if options.postgresql else None
        if server is not None:
            stack.callback(server.stop)
        (folder / "kiji.toml").write_text(site.config("sqlite:///unused.db"), encoding="utf-8")
        reference = f"sqlite:///{folder}/undisturbed.db"
        if crawl(folder, reference).wait(300) != 0:
            print("the undisturbed crawl failed")
            return 1
        expected = stored(reference)
        while tally.killed < options.kills:
            tally.databases += 1
            label = f"disturbed-{tally.databases}"
            url = server.create(label) if server is not None else f"sqlite:///{folder}/{label}.db"
            disturb(folder, url, number, options.kills, chance, tally)
            if stored(url) != expected:
                tally.different.append(f"{url} holds something else")
    _report(tally, options.signal)
    return 1 if tally.different else 0


def _report(tally: Tally, name: str) -> None:
    times = sorted(tally.seconds_to_stop)
    print(f"SIG{name}: {tally.killed} over {tally.databases} databases; {tally.ended} crawls ended before their signal")
    print(f"exit codes: {dict(tally.codes)}")
    print(f"seconds to stop: median {times[len(times) // 2]:.2f}, longest {times[-1]:.2f}")
    print(f"databases that differ from an undisturbed crawl: {len(tally.different)}", *tally.different, sep="\n  ")


if __name__ == "__main__":
    sys.exit(main())
