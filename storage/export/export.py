"""Export a view to a file, whole or not at all, or to a stream."""

import dataclasses
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, get_args

from storage.atomic_file import replace_file
from storage.database.engine import Database
from storage.distribution import install_extra
from storage.errors import DatabaseError
from storage.export.excel_file import ExcelLimits
from storage.export.exporters import BUILT_IN, Exporter, exporter_of, exporters
from storage.export.rows import SUBJECTS, count_rows, read_batches, relation_of, with_body
from storage.search.finder import Filters
from storage.search.names import check_names
from storage.search.nodes import Query
from storage.search.query import find_ids

Format = Literal["csv", "xlsx", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
"""The built-in formats; installed packages may add further ones (:mod:`storage.export.exporters`)."""

Begun = Callable[[int], None]
"""Told how many rows there will be."""
Progress = Callable[[int], None]
"""Told how many rows were read since the last call."""


class ExportRefused(DatabaseError):
    """The export cannot be written; nothing was replaced."""


@dataclasses.dataclass(frozen=True, slots=True)
class ExportResult:
    """How many rows were written, and what Excel's limits cut."""

    rows: int
    excel: ExcelLimits = dataclasses.field(default_factory=ExcelLimits)


@dataclasses.dataclass(frozen=True, slots=True)
class Export:
    """The view to export, in which format, and its filters.

    ``format`` is a name in ``exporters()``, ``subject`` one in SUBJECTS. Of a ``query``, what belongs to the articles
    that it finds is exported: all of them, however many.
    ``body`` is one in RENDERED where articles get a column with their body in that form, else "".
    """

    subject: str
    format: str
    filters: Filters = dataclasses.field(default_factory=Filters)
    query: Query | None = None
    body: str = ""


def export(
    database: Database,
    wanted: Export,
    target: Path | BinaryIO,
    begun: Begun = lambda _rows: None,
    progress: Progress = lambda _rows: None,
) -> ExportResult:
    """Export one snapshot of the database; a file is replaced when it is whole.

    Raises ExportRefused where a library is not installed or the file cannot be written.
    """
    exporter = exporter_of(wanted.format)
    if exporter is None:
        msg = f"--format {wanted.format}: no such format; allowed: {', '.join(exporters())}"
        raise ExportRefused(msg)
    if exporter.needs and importlib.util.find_spec(exporter.needs) is None:
        msg = f"--format {wanted.format} needs {exporter.needs}, which is not installed: {install_extra('exports')}"
        raise ExportRefused(msg)
    rows = _Rows(database, wanted, begun, progress)
    if not isinstance(target, Path):
        return _written(wanted, exporter, rows, target)
    try:
        with replace_file(target) as partial:
            if not exporter.is_streamed:
                return _written(wanted, exporter, rows, partial)
            with partial.open("wb") as file:
                return _written(wanted, exporter, rows, file)
    except OSError as error:
        msg = f"export {target}: {error.strerror or error}; nothing was replaced"
        raise ExportRefused(msg) from error


def _written(wanted: Export, exporter: Exporter, rows: "_Rows", target: Path | BinaryIO) -> ExportResult:
    try:
        excel = exporter.write(target, relation_of(SUBJECTS[wanted.subject], wanted.body), rows)
    except (OSError, DatabaseError):
        raise
    except Exception as error:
        if wanted.format in BUILT_IN:
            raise
        msg = f"--format {wanted.format}: its plugin failed: {type(error).__name__}: {error}; nothing was replaced"
        raise ExportRefused(msg) from error
    return ExportResult(rows.read, excel or ExcelLimits())


class _Rows:
    """The rows of an export, read in one transaction and counted."""

    def __init__(self, database: Database, wanted: Export, begun: Begun, progress: Progress) -> None:
        self._database = database
        self._wanted = wanted
        self._begun = begun
        self._progress = progress
        self.read = 0

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        subject, filters = SUBJECTS[self._wanted.subject], self._wanted.filters
        with self._database.reading() as connection:
            check_names(connection, self._wanted.query, filters.sources, filters.language)
            ids = None if self._wanted.query is None else find_ids(connection, self._wanted.query)
            self._begun(count_rows(connection, subject, filters, ids))
            for batch in read_batches(connection, subject, filters, ids):
                yield with_body(batch, subject, self._wanted.body) if self._wanted.body else batch
                self.read += len(batch)
                self._progress(len(batch))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for batch in self.batches():
            yield from batch
