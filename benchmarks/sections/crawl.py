"""Crawl of generated pages: bare Scrapy, Scrapy with extraction inline, and Kiji."""

import json
import subprocess
import sys

from benchmarks.crawl_variants import VARIANTS
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


def _run(variant: str, pages: int) -> dict[str, float]:
    """One variant in a process of its own, against a fresh server in another."""
    site = [sys.executable, "-m", "benchmarks.generated_site", "--pages", str(pages)]
    with subprocess.Popen(site, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdout is None or server.stdin is None:
            raise SystemExit("the generated site has no pipes")
        base = server.stdout.readline().strip()
        child = [sys.executable, "-m", "benchmarks.crawl_variants", variant, base, str(pages)]
        done = subprocess.run(child, cwd=ROOT, capture_output=True, text=True, check=False)
        server.stdin.close()
        server.kill()
    if done.returncode:
        raise SystemExit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure(extent: Extent) -> Findings:
    """Run the variants one after the other."""
    pages = extent.of(PAGES)
    found = {variant: _run(variant, pages) for variant in VARIANTS}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(found[variant][figure] for variant in VARIANTS)) for figure, name in _FIGURES.items()
    )
    kiji, inline, bare = found["kiji"], found["inline"], found["bare"]
    cpu = kiji["main_cpu_ms_per_page"] / inline["main_cpu_ms_per_page"]
    times_bare = kiji["main_cpu_ms_per_page"] / bare["main_cpu_ms_per_page"]
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
                f"loop lag p50 at most {MOST_LAG:g} ms", f"{kiji['lag_p50_ms']:.2f} ms", kiji["lag_p50_ms"] <= MOST_LAG
            ),
        ),
    )


SECTION = Section(
    "crawl",
    20,
    "Crawling a site",
    """
A generated site on loopback, served by another process; each variant in a process of its own, one after the other,
under the same Scrapy settings. `bare` fetches and forgets. `inline` calls the same reading in the spider's
callback, and forgets. `kiji` fetches, reads in worker processes, and stores in SQLite, in one more process. Clocks
start with the first page.
""",
    measure,
)
