"""Show the progress of a crawl.

On a terminal it is a live table, else one line a source at the end.
"""

import collections
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from crawler.sanitize import sanitize_line

#: The outcomes in the order of a line, with their words there. Each address has exactly one.
SHOWN: Mapping[str, str] = {
    "new": "new",
    "updated": "updated",
    "copy": "copies",
    "unchanged": "unchanged",
    "not_article": "no article",
    "refused": "refused",
    "failed": "failed",
}
#: Outcomes on every line; the others only if there are any.
ALWAYS = ("new", "copy", "refused", "failed")
#: A refused address is not counted as fetched.
NOT_FETCHED = "refused"
REFRESHES = 4  # a second


class _Progress:
    """A source's counts, and the times of its first and last outcome, in seconds of the display's clock."""

    def __init__(self, now: float) -> None:
        self.counts: collections.Counter[str] = collections.Counter()
        self.first = self.last = now

    @property
    def fetched(self) -> int:
        return self.counts.total() - self.counts[NOT_FETCHED]

    def rate(self, began: float) -> float:
        """Return pages a second, from the display's begin to this source's last page."""
        seconds = self.last - began
        return self.fetched / seconds if seconds > 0 else 0.0


class CrawlDisplay:
    """Counts outcomes by source and shows them.

    Safe to call from any thread; accepts unknown outcomes.

    With ``live`` a table is redrawn REFRESHES times a second. Otherwise :meth:`close` prints one plain line a source.
    """

    def __init__(self, console: Console, live: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()
        self._sources: dict[str, _Progress] = {}
        self._closed = False
        self._live: Live | None = None
        if live:
            self._live = Live(console=console, refresh_per_second=REFRESHES, get_renderable=self._table)
            self._live.start()

    def update(self, source: str, outcome: str) -> None:
        """Count one outcome of a source."""
        now = self._clock()
        with self._lock:
            progress = self._sources.setdefault(source, _Progress(self._began))
            progress.counts[outcome] += 1
            progress.last = now

    def lines(self) -> list[str]:
        """Return one plain line a source, in the order of their first outcomes."""
        with self._lock:
            return [_line(name, progress, self._began) for name, progress in self._sources.items()]

    def close(self) -> None:
        """Draw the table a last time, or print the lines. May be called twice."""
        if self._closed:
            return
        self._closed = True
        if self._live is not None:
            self._live.stop()
            return
        for line in self.lines():
            self._console.print(Text(line), soft_wrap=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _table(self) -> Table:
        with self._lock:
            rows = [(name, _cells(progress, self._began)) for name, progress in self._sources.items()]
            outcomes = [o for o in SHOWN if o in ALWAYS or any(p.counts[o] for p in self._sources.values())]
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("source", overflow="ellipsis", no_wrap=True)
        for name in ("fetched", *(SHOWN[outcome] for outcome in outcomes), "pages/s"):
            table.add_column(name, justify="right", no_wrap=True)
        for name, cells in rows:
            table.add_row(Text(sanitize_line(name)), *(cells[key] for key in ("fetched", *outcomes, "rate")))
        return table


def _cells(progress: _Progress, began: float) -> dict[str, str]:
    counts = {outcome: str(progress.counts[outcome]) for outcome in SHOWN}
    return {"fetched": str(progress.fetched), **counts, "rate": f"{progress.rate(began):.1f}"}


def _line(name: str, progress: _Progress, began: float) -> str:
    parts = [f"{progress.fetched} fetched"]
    for outcome, called in SHOWN.items():
        if outcome in ALWAYS or progress.counts[outcome]:
            parts.append(f"{progress.counts[outcome]} {called}")
    unknown = sorted(set(progress.counts) - set(SHOWN))
    parts.extend(f"{progress.counts[outcome]} {sanitize_line(outcome)}" for outcome in unknown)
    return f"{sanitize_line(name)}: {', '.join(parts)}, {progress.rate(began):.1f} pages/s"
