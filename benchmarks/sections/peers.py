"""Kiji beside what people use instead: the same pages in one run, end to end, with quality beside speed."""

import contextlib
import dataclasses
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks.peer_site import CAPTION, CONSENT, card_titles, paths, truth
from benchmarks.section import ROOT, Cell, Chart, Check, Extent, Findings, Section, Table
from pipelines.duplicates.comparison import shingles

ARTICLES = 1_500
PEERS = ROOT / "benchmarks" / "peers"
PEER_VENV = ROOT / "benchmarks" / ".peers"
"""A virtual environment of their own, made at the first run: their dependencies are not ours."""

OWN, THEIRS = "own", "theirs"
PROGRAMS = {
    "news-please 1.6.16": ("news_please_program.py", THEIRS),
    "newspaper4k 0.9.6 and SQLite": ("newspaper4k_program.py", THEIRS),
    "Scrapy, trafilatura, langdetect, SQLAlchemy": ("plain_spider_program.py", OWN),
    "bare Scrapy": ("bare_scrapy_program.py", OWN),
    "bare aiohttp": ("bare_aiohttp_program.py", OWN),
}
KIJI = "Kiji"
LEAST = {
    "news-please 1.6.16": 3.0,
    "newspaper4k 0.9.6 and SQLite": 3.0,
    "Scrapy, trafilatura, langdetect, SQLAlchemy": 1.5,
}
"""Times their pages a second."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One run: seconds and CPU seconds of all its processes, start-up included, and what it stored."""

    seconds: float
    cpu: float
    rows: list[dict[str, str]]


@dataclasses.dataclass(frozen=True)
class Quality:
    """How good the rows are: F1 of shingles at the mean (0 for what is missing), and shares of the articles."""

    f1: float
    leaking: float
    languages: float
    surplus: int


@contextlib.contextmanager
def served(articles: int) -> Iterator[str]:
    """Serve the site from a process of its own; give its address."""
    command = [sys.executable, "-m", "benchmarks.peer_site", "--articles", str(articles)]
    site = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert site.stdout is not None
    try:
        yield site.stdout.readline().strip()
    finally:
        site.communicate()


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a program to its end; give its seconds and the CPU seconds of all its processes."""
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    figures = folder / "figures.json"
    measured = [sys.executable, "-m", "benchmarks.measured", str(figures), *command]
    with (folder / "log").open("ab") as log:
        code = subprocess.run(measured, cwd=folder, env=environment, stdout=log, stderr=log, check=False).returncode
    if code != 0:
        raise SystemExit(f"{command} ended with {code}: {(folder / 'log').read_text()[-2000:]}")
    found = json.loads(figures.read_text(encoding="utf-8"))
    return found["seconds"], found["cpu"]


def run_kiji(base: str, folder: Path) -> Outcome:
    """Crawl the sitemap into SQLite, as an operator would."""
    source = f'[[source]]\nname = "site"\nstart = ["{base}/sitemap.xml"]\ndelay = 0.0\nmax_pages = 100000\n'
    (folder / "kiji.toml").write_text(source + "allow_private_addresses = true\n")
    seconds, cpu = timed([sys.executable, "-m", "crawler", "crawl", "--quiet"], folder)
    with contextlib.closing(sqlite3.connect(folder / "kiji.db")) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT url, title, text, language FROM articles")]
    return Outcome(seconds, cpu, rows)


def run_program(program: str, python: str, urls: Path, folder: Path) -> Outcome:
    """Run one of the others on the list of addresses."""
    out = folder / "out.jsonl"
    seconds, cpu = timed([python, str(PEERS / program), str(urls), str(out)], folder)
    lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    return Outcome(seconds, cpu, [json.loads(line) for line in lines])


def peers_python() -> str:
    """The Python of the peers' own virtual environment."""
    python, wanted = PEER_VENV / "bin" / "python", (PEERS / "requirements.txt").read_text()
    mark = PEER_VENV / "installed.txt"
    if not mark.exists() or mark.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", PEER_VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", PEERS / "requirements.txt"], check=True)
        mark.write_text(wanted)
    return str(python)


def quality(rows: list[dict[str, str]], articles: int) -> Quality:
    """Compare what was stored with the truth."""
    known = paths(articles)
    scores: dict[int, list[float]] = {}
    leaking, right = 0, set()
    for row in rows:
        parts = urlsplit(row["url"])
        number, _ = known[urlunsplit(("", "", parts.path, parts.query, ""))]
        article, text = truth(number), row["text"] or ""
        own, found = shingles(article.text, article.language), shingles(text, article.language)
        common = len(own & found)
        scores.setdefault(number, []).append(2 * common / (len(own) + len(found)) if found else 0.0)
        foreign = [CAPTION, *(sentence[:30] for sentence in CONSENT.values()), *card_titles(number, articles)]
        leaking += any(words in text for words in foreign if words not in article.text)
        if (row["language"] or "")[:2] == article.language:
            right.add(number)
    means = [sum(found) / len(found) for found in scores.values()]
    return Quality(sum(means) / articles, leaking / max(1, len(rows)), len(right) / articles, len(rows) - len(scores))


def measure(extent: Extent) -> Findings:
    """Run each on the same pages, one after the other."""
    articles = extent.of(ARTICLES)
    pythons = {OWN: sys.executable, THEIRS: peers_python()}
    outcomes: dict[str, Outcome] = {}
    with served(articles) as base, tempfile.TemporaryDirectory() as name:
        urls = Path(name) / "urls.json"
        with urllib.request.urlopen(f"{base}/urls.json") as answer:  # noqa: S310 - our own, on loopback
            urls.write_bytes(answer.read())
        for label, run in {KIJI: None, **PROGRAMS}.items():
            folder = Path(name) / f"run{len(outcomes)}"
            folder.mkdir()
            outcomes[label] = (
                run_kiji(base, folder) if run is None else run_program(run[0], pythons[run[1]], urls, folder)
            )
    return _findings(outcomes, articles)


def _findings(outcomes: Mapping[str, Outcome], articles: int) -> Findings:
    pages = len(paths(articles))
    found = {label: quality(outcome.rows, articles) for label, outcome in outcomes.items() if outcome.rows}
    own, best = outcomes[KIJI], found[KIJI]
    rows: list[tuple[Cell, ...]] = []
    for label, outcome in outcomes.items():
        rate = pages / outcome.seconds
        cpu = outcome.cpu / pages * 1000
        speed = (label, rate, outcome.seconds / own.seconds, cpu)
        if label in found:
            q = found[label]
            rows.append((*speed, f"{q.f1:.3f}", f"{q.leaking:.1%}", f"{q.languages:.1%}", len(outcome.rows), q.surplus))
        else:
            rows.append((*speed, "–", "–", "–", "–", "–"))
    checks = [
        Check(
            f"at least {least:g} times the pages a second of {label}, at no lower F1",
            f"{outcomes[label].seconds / own.seconds:.2f} times; F1 {best.f1:.3f} to {found[label].f1:.3f}",
            outcomes[label].seconds / own.seconds >= least and best.f1 >= found[label].f1,
        )
        for label, least in LEAST.items()
    ]
    speeds = ("what", "pages a second", "Kiji's rate to it", "CPU ms a page")
    columns = (*speeds, "F1", "rows that leak", "languages right", "rows", "of them surplus")
    about = f"{pages} pages with {articles} articles: addresses with trackers and copies of the same words beside them."
    return Findings((Table(columns, tuple(rows), about),), tuple(checks))


SECTION = Section(
    name="peers",
    order=60,
    title="Beside the peers",
    about=(
        """
Each program runs from start to end on the same pages, served by another process, with storage. No program waits
between requests. *Leaks* are rows whose text contains the title of a related card, the caption of a generated picture
or a cookie banner. *Surplus* are rows beyond one for each article. Fundus is left out: it has no parser for these
pages.
"""
    ),
    measure=measure,
    charts=(
        Chart("Pages a second, stored", 0, "what", "pages a second", rows=4),
        Chart("F1 of the words that were stored", 0, "what", "F1", rows=4),
    ),
)
