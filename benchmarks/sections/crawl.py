"""Crawl of generated pages: bare Scrapy, Scrapy with extraction inline, and Kiji."""

import contextlib
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil

from benchmarks.crawl_variants import DATABASE, VARIANTS
from benchmarks.section import ROOT, Cell, Check, Extent, Findings, Section, Table

PAGES = 2000
MOST_CPU, MOST_TIMES_BARE = 0.35, 1.5
"""Kiji's main process against inline extraction's and against bare Scrapy's, in CPU a page."""
MOST_LAG = 5.0
"""Milliseconds that a timer is late in the median."""

_FIGURES = {
    "pages_per_second": "pages a second",
    "main_cpu_ms_per_page": "CPU of the main process, ms a page",
    "writer_cpu_ms_per_page": "CPU of the process that writes, ms a page",
    "lag_p50_ms": "loop lag p50, ms",
    "lag_p99_ms": "loop lag p99, ms",
}


def _run(variant: str, pages: int, *more: str) -> dict[str, float]:
    """One variant in a process of its own, against a fresh server in another."""
    site = [sys.executable, "-m", "tests.support.generated_site", "--pages", str(pages)]
    with subprocess.Popen(site, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdout is None or server.stdin is None:
            raise SystemExit("the generated site has no pipes")
        base = server.stdout.readline().strip()
        command = [sys.executable, "-m", "benchmarks.crawl_variants", variant, base, str(pages), *more]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            writer_seconds = _seconds_of_writer(child)
            told = "" if child.stdout is None else child.stdout.read()
        server.stdin.close()
        server.kill()
    if child.returncode:
        raise SystemExit(f"{variant} failed")
    figures: dict[str, float] = json.loads(told.splitlines()[-1])
    return figures | {"writer_cpu_ms_per_page": writer_seconds / figures["pages"] * 1000}


def _seconds_of_writer(crawl: subprocess.Popen[str]) -> float:
    """CPU seconds of the process that writes to the database, looked at from here until the crawl ends."""
    writer, seconds = None, 0.0
    while crawl.poll() is None:
        with contextlib.suppress(psutil.Error):
            if writer is None:
                writer = next(filter(_writes, psutil.Process(crawl.pid).children(recursive=True)), None)
            else:
                seconds = sum(writer.cpu_times()[:2])
        time.sleep(0.5)
    return seconds


def _writes(process: psutil.Process) -> bool:
    return any(Path(file.path).name == DATABASE for file in process.open_files())


def measure(extent: Extent) -> Findings:
    """Run the variants one after the other."""
    pages = extent.of(PAGES)
    bares = [_run("bare", pages)]
    found = {"inline": _run("inline", pages)}
    bares.append(_run("bare", pages))
    found["kiji"] = _run("kiji", pages)
    found["paced"] = _run("paced", pages, str(found["kiji"]["pages_per_second"]))
    bares.append(_run("bare", pages))
    found["bare"] = {figure: statistics.median(bare[figure] for bare in bares) for figure in bares[0]}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(found[variant][figure] for variant in VARIANTS)) for figure, name in _FIGURES.items()
    )
    kiji, inline, bare = found["kiji"], found["inline"], found["bare"]
    cpu = kiji["main_cpu_ms_per_page"] / inline["main_cpu_ms_per_page"]
    times_bare = kiji["main_cpu_ms_per_page"] / bare["main_cpu_ms_per_page"]
    times_paced = kiji["main_cpu_ms_per_page"] / found["paced"]["main_cpu_ms_per_page"]
    ratios = Table(
        ("kiji against", "pages a second"),
        tuple(
            (name, kiji["pages_per_second"] / other["pages_per_second"])
            for name, other in (("inline", inline), ("bare", bare))
        ),
    )
    return Findings(
        (Table(("", *VARIANTS), rows, f"{pages} pages:"), ratios),
        (
            Check(f"main process at most {MOST_CPU} of inline extraction's CPU a page", f"{cpu:.2f}", cpu <= MOST_CPU),
            Check(
                f"main process at most {MOST_TIMES_BARE} times bare Scrapy's CPU a page",
                f"{times_bare:.2f}",
                times_bare <= MOST_TIMES_BARE,
            ),
            Check(
                f"main process at most {MOST_TIMES_BARE} times the CPU a page of bare Scrapy at Kiji's pace",
                f"{times_paced:.2f}",
                times_paced <= MOST_TIMES_BARE,
            ),
            Check(
                f"loop lag p50 at most {MOST_LAG:g} ms", f"{kiji['lag_p50_ms']:.2f} ms", kiji["lag_p50_ms"] <= MOST_LAG
            ),
        ),
    )


SECTION = Section(
    "crawl",
    20,
    "Crawling a site",
    """
The site is generated and served on loopback by another process. Each variant runs in its own process, one after the
other, with the same Scrapy settings. The clock starts with the first page.

- `bare` fetches pages and drops them. It runs three times; the median counts.
- `inline` calls Kiji's reading in the spider's callback and drops the result.
- `kiji` fetches, reads in worker processes, and stores in SQLite in one more process.
- `paced` is `bare` at the pages a second of `kiji`. A process that waits between pages needs more CPU for each: the
  system wakes it for every answer, and its caches are cold by then.
""",
    measure,
)
