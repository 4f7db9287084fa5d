"""Memory of a long crawl: resident size of the main process and its workers, early and at the end."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.section import ROOT, Check, Extent, Findings, Section, Table
from tests.incremental.living_site import LivingSite

PAGES = 20_000
EARLY = 0.1
"""Share of the pages after which the early size is taken."""

WINDOW = 0.05
"""Of all pages, on both sides: workers are replaced every 500 pages, so one moment tells little."""

MOST_GROWTH = 1.10
_TICK = 0.25  # seconds
_MB = 1e6


def _sizes(main: psutil.Process) -> tuple[float, float]:
    """Resident megabytes of the main process, and of everything that it has started together."""
    children = 0
    for child in main.children(recursive=True):
        try:
            children += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return main.memory_info().rss / _MB, children / _MB


def measure(extent: Extent) -> Findings:
    """Crawl, and look at the sizes all the while."""
    pages = extent.of(PAGES)
    seen: list[tuple[int, float, float]] = []
    with tempfile.TemporaryDirectory() as name, LivingSite(pages) as site:
        folder = Path(name)
        (folder / "kiji.toml").write_text(site.config())
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KIJI_")}
        command = [sys.executable, "-m", "crawler", "crawl", "--quiet"]
        began = time.perf_counter()
        with subprocess.Popen(command, cwd=folder, env=kept | {"PYTHONPATH": str(ROOT)}) as crawl:
            main = psutil.Process(crawl.pid)
            while crawl.poll() is None:
                try:
                    seen.append((len(site.log), *_sizes(main)))
                except psutil.NoSuchProcess:
                    break
                time.sleep(_TICK)
        seconds = time.perf_counter() - began
        if crawl.returncode:
            raise SystemExit(f"the crawl ended with {crawl.returncode}")
        served = len(site.log)
    early = _around(seen, served * EARLY, served * WINDOW)
    late = _around(seen, served * (1 - WINDOW), served * WINDOW)
    rows = tuple(
        (name, early[index], late[index], late[index] / early[index])
        for index, name in enumerate(("main process", "workers and their server", "together"))
    )
    growth = late[2] / early[2]
    table = Table(
        ("megabytes", f"at {round(served * EARLY):,} requests", "at the end", "ratio"),
        rows,
        f"{pages:,} small pages in {seconds:.0f} s:",
    )
    checks = tuple(
        Check(f"{name}: at most {MOST_GROWTH:g} times the early size", f"{ratio:.3f}", ratio <= MOST_GROWTH)
        for name, _, _, ratio in rows[:2]
    )
    return Findings((table,), (*checks, Check("together, likewise", f"{growth:.3f}", growth <= MOST_GROWTH)))


def _around(seen: list[tuple[int, float, float]], served: float, width: float) -> tuple[float, float, float]:
    """The medians of the sizes while about so many requests had been served."""
    near = [(main, workers) for number, main, workers in seen if abs(number - served) <= width]
    main, workers = (statistics.median(sizes) for sizes in zip(*near, strict=True))
    return main, workers, main + workers


SECTION = Section(
    "memory",
    50,
    "Memory of a long crawl",
    """
One crawl of generated pages on loopback; resident sizes are looked at four times a second. The early figure is the
median around a tenth of the requests, the late one around the last tenth.
""",
    measure,
)
