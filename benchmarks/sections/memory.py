"""Memory of a long crawl: resident size of its processes, early and at the end."""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.section import ROOT, Check, Extent, Findings, Section, Table
from tests.support.changing_site import LivingSite

PAGES = 20_000
EARLY = 0.1
"""Share of the pages after which the early size is taken."""

WINDOW = 0.05
"""Of all pages, on both sides: workers are replaced every 500 pages, so one moment tells little."""

MOST_GROWTH = 1.10
_TICK = 0.25  # seconds
_MB = 1e6


KINDS = ("main process", "writer", "workers and their server")


class _Crawl:
    """A crawl's processes: its own, the one that has the database open, and all others that it has started."""

    def __init__(self, pid: int, database: Path) -> None:
        self._main, self._database = psutil.Process(pid), database
        self._writer = 0

    def sizes(self) -> tuple[float, ...]:
        """Resident megabytes of each of the kinds. Raises NoSuchProcess after the end."""
        writer = workers = 0.0
        for child in self._main.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if not self._writer and any(file.path == str(self._database) for file in child.open_files()):
                    self._writer = child.pid
                if child.pid == self._writer:
                    writer = child.memory_info().rss / _MB
                else:
                    workers += child.memory_info().rss / _MB
        return self._main.memory_info().rss / _MB, writer, workers


def measure(extent: Extent) -> Findings:
    """Crawl, and look at the sizes all the while."""
    pages = extent.of(PAGES)
    seen: list[tuple[int, tuple[float, ...]]] = []
    with tempfile.TemporaryDirectory() as name, LivingSite(pages) as site:
        folder = Path(name)
        (folder / "kiji.toml").write_text(site.config())
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KIJI_")}
        command = [sys.executable, "-m", "crawler", "crawl", "--quiet"]
        began = time.perf_counter()
        with subprocess.Popen(command, cwd=folder, env=kept | {"PYTHONPATH": str(ROOT)}) as crawl:
            processes = _Crawl(crawl.pid, folder / "kiji.db")
            while crawl.poll() is None:
                try:
                    seen.append((len(site.log), processes.sizes()))
                except psutil.NoSuchProcess:
                    break
                time.sleep(_TICK)
        seconds = time.perf_counter() - began
        if crawl.returncode:
            raise SystemExit(f"the crawl ended with {crawl.returncode}")
        served = len(site.log)
    early = _around(seen, served * EARLY, served * WINDOW)
    late = _around(seen, served * (1 - WINDOW), served * WINDOW)
    rows = [(name, before, after, after / before) for name, before, after in zip(KINDS, early, late, strict=True)]
    rows.append(("together", sum(early), sum(late), sum(late) / sum(early)))
    table = Table(
        ("megabytes", f"at {round(served * EARLY):,} requests", "at the end", "ratio"),
        tuple(rows),
        f"{pages:,} small pages in {seconds:.0f} s:",
    )
    checks = tuple(
        Check(f"{name}: at most {MOST_GROWTH:g} times the early size", f"{ratio:.3f}", ratio <= MOST_GROWTH)
        for name, _, _, ratio in rows
    )
    return Findings((table,), checks)


def _around(seen: list[tuple[int, tuple[float, ...]]], served: float, width: float) -> tuple[float, ...]:
    """The medians of the sizes while about so many requests had been served."""
    near = [sizes for number, sizes in seen if abs(number - served) <= width]
    return tuple(statistics.median(sizes) for sizes in zip(*near, strict=True))


SECTION = Section(
    "memory",
    50,
    "Memory of a long crawl",
    """
One crawl reads generated pages on loopback. Resident sizes are measured four times a second. The early figure is the
median around a tenth of the requests. The late figure is the median of the last tenth.
""",
    measure,
)
