"""What is seen of an import: a bar a file on a terminal, one plain line a file at the end else, and what was bad."""

import collections
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from crawler.console.progress import SHOWN
from crawler.imports.records import is_bad
from crawler.sanitize import sanitize_line
from storage.visit import Result
from storage.writer.import_records import ImportedRecord
from storage.writer.import_writer import FileProgress

NAMED = 20
"""Bad records that are named; the rest is counted, and stands in ``kiji runs show``."""


class ImportDisplay:
    """Counts the records of each file by outcome, and shows them on ``console``; bad ones are named on ``errors``."""

    def __init__(self, console: Console, errors: Console) -> None:
        self._console = console
        self._errors = errors
        self._counts: dict[Path, collections.Counter[str]] = {}
        self._gone_on: dict[Path, int] = {}
        self._began: dict[Path, float] = {}
        self._tasks: dict[Path, TaskID] = {}
        self._bad = 0
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[told]}", markup=False),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
        if not self._console.is_terminal:
            for path in self._counts:
                self._console.print(Text(self._line(path)), soft_wrap=True)
        if self._bad > NAMED:
            self._errors.print(Text(f"kiji: {self._bad - NAMED} more records were bad"), soft_wrap=True)

    def started(self, path: Path, size: int, standing: FileProgress) -> None:
        """Begin a file's bar."""
        self._counts[path] = collections.Counter()
        self._gone_on[path] = standing.records
        self._began[path] = time.monotonic()
        self._tasks[path] = self._progress.add_task(sanitize_line(path.name), total=size, told="")

    def read(self, path: Path, position: int) -> None:
        """Move a file's bar."""
        counts = self._counts[path]
        told = f"{counts.total()} records, {counts['new']} new"
        self._progress.update(self._tasks[path], completed=position, told=told)

    def stored(self, path: Path, result: Result, record: ImportedRecord) -> None:
        """Count a record; name it where it was bad."""
        self._counts[path][result.outcome] += 1
        if is_bad(result, record):
            self._bad += 1
            if self._bad <= NAMED:
                told = f"kiji: {path.name}, record {record.number}: {result.reason}"
                where = "" if record.url.startswith("file:") else f" ({record.url[:200]})"
                # Above the bar where both are on one terminal, else where errors belong.
                target = self._progress.console if self._is_one_terminal() else self._errors
                target.print(Text(sanitize_line(told + where)), soft_wrap=True)

    def _is_one_terminal(self) -> bool:
        return self._console.is_terminal and self._errors.is_terminal and not self._console.quiet

    def _line(self, path: Path) -> str:
        counts = self._counts[path]
        seconds = time.monotonic() - self._began[path]
        told = ", ".join(f"{counts[outcome]} {called}" for outcome, called in SHOWN.items() if counts[outcome])
        parts = [f"{counts.total()} records", told, f"{counts.total() / seconds:.1f} records/s" if seconds else ""]
        gone_on = f" (from record {self._gone_on[path] + 1} on)" if self._gone_on[path] else ""
        return f"{sanitize_line(path.name)}{gone_on}: {', '.join(part for part in parts if part)}"
