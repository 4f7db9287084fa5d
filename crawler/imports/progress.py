"""Show the progress of an import.

On a terminal it is a bar a file, else one line a file at the end.
"""

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
"""Bad records that are printed. The others are counted here, and listed by ``kiji runs show``."""


class ImportDisplay:
    """Shows each file's records by outcome on ``console``, bad ones on ``errors``."""

    def __init__(self, console: Console, errors: Console) -> None:
        self._console = console
        self._errors = errors
        self._counts: dict[Path, collections.Counter[str]] = {}
        self._first_record: dict[Path, int] = {}
        self._began: dict[Path, float] = {}
        self._tasks: dict[Path, TaskID] = {}
        self._bad = 0
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[summary]}", markup=False),
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

    def started(self, path: Path, size: int, progress: FileProgress) -> None:
        """Add a bar for a file."""
        self._counts[path] = collections.Counter()
        self._first_record[path] = progress.records
        self._began[path] = time.monotonic()
        self._tasks[path] = self._progress.add_task(sanitize_line(path.name), total=size, summary="")

    def read(self, path: Path, position: int) -> None:
        """Move a file's bar."""
        counts = self._counts[path]
        summary = f"{counts.total()} records, {counts['new']} new"
        self._progress.update(self._tasks[path], completed=position, summary=summary)

    def stored(self, path: Path, result: Result, record: ImportedRecord) -> None:
        """Count a record; print it if it was bad."""
        self._counts[path][result.outcome] += 1
        if is_bad(result, record):
            self._bad += 1
            if self._bad <= NAMED:
                message = f"kiji: {path.name}, record {record.number}: {result.reason}"
                where = "" if record.url.startswith("file:") else f" ({record.url[:200]})"
                # Above the bar if both are on one terminal, else to the error console.
                target = self._progress.console if self._is_one_terminal() else self._errors
                target.print(Text(sanitize_line(message + where)), soft_wrap=True)

    def _is_one_terminal(self) -> bool:
        return self._console.is_terminal and self._errors.is_terminal and not self._console.quiet

    def _line(self, path: Path) -> str:
        counts = self._counts[path]
        seconds = time.monotonic() - self._began[path]
        outcomes = ", ".join(f"{counts[outcome]} {words}" for outcome, words in SHOWN.items() if counts[outcome])
        parts = [f"{counts.total()} records", outcomes, f"{counts.total() / seconds:.1f} records/s" if seconds else ""]
        resumed = f" (from record {self._first_record[path] + 1} on)" if self._first_record[path] else ""
        return f"{sanitize_line(path.name)}{resumed}: {', '.join(part for part in parts if part)}"
