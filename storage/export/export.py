"""One export: from the database into one file, whole or not at all, or into a stream."""

import contextlib
import dataclasses
import importlib.util
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, get_args

from storage.atomic_file import replacing
from storage.database.engine import Database
from storage.distribution import install_extra
from storage.errors import DatabaseError
from storage.export.excel_file import ExcelTold, write_xlsx
from storage.export.parquet_file import write_parquet
from storage.export.rows import SUBJECTS, batches, count_rows, relation_of
from storage.export.text_files import write_csv, write_jsonl
from storage.search.query import Filters

Format = Literal["csv", "xlsx", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
STREAMED: tuple[Format, ...] = ("csv", "jsonl")
"""Formats that can be written to a pipe: the others are put together at their end."""

_NEEDS = {"xlsx": "xlsxwriter", "parquet": "polars"}

Begun = Callable[[int], None]
"""Told how many rows there will be."""
Progress = Callable[[int], None]
"""Told how many rows were read since the last call."""


class ExportRefused(DatabaseError):
    """The export cannot be written; nothing was replaced."""


@dataclasses.dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and what Excel's limits did to it."""

    rows: int
    excel: ExcelTold = dataclasses.field(default_factory=ExcelTold)


@dataclasses.dataclass(frozen=True, slots=True)
class Export:
    """What to export, in which format; ``subject`` is a name in SUBJECTS."""

    subject: str
    format: Format
    filters: Filters = dataclasses.field(default_factory=Filters)


def export(
    database: Database,
    wanted: Export,
    target: Path | BinaryIO,
    begun: Begun = lambda _rows: None,
    progress: Progress = lambda _rows: None,
) -> Exported:
    """Write an export of one moment of the database; a file takes its target's place when it is whole.

    Raises ExportRefused where a library is not installed or the file cannot be written.
    """
    needed = _NEEDS.get(wanted.format)
    if needed is not None and importlib.util.find_spec(needed) is None:
        msg = f"--format {wanted.format} needs {needed}, which is not installed: {install_extra('exports')}"
        raise ExportRefused(msg)
    rows = _Rows(database, wanted, begun, progress)
    if not isinstance(target, Path):
        with _text(target) as file:
            return _write_text(wanted, rows, file)
    try:
        with replacing(target) as partial:
            return _write_file(wanted, rows, partial)
    except OSError as error:
        msg = f"export {target}: {error.strerror or error}; nothing was replaced"
        raise ExportRefused(msg) from error


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
            self._begun(count_rows(connection, subject, filters))
            for batch in batches(connection, subject, filters):
                yield batch
                self.read += len(batch)
                self._progress(len(batch))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for batch in self.batches():
            yield from batch


def _write_file(wanted: Export, rows: _Rows, path: Path) -> Exported:
    relation = relation_of(SUBJECTS[wanted.subject])
    if wanted.format == "parquet":
        write_parquet(path, relation, rows.batches())
        return Exported(rows.read)
    if wanted.format == "xlsx":
        told = write_xlsx(path, relation, rows)
        return Exported(rows.read, told)
    with path.open("wb") as raw, _text(raw) as file:
        return _write_text(wanted, rows, file)


@contextlib.contextmanager
def _text(raw: BinaryIO) -> Iterator[io.TextIOWrapper]:
    file = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=False)
    try:
        yield file
        file.flush()
    finally:
        file.detach()


def _write_text(wanted: Export, rows: _Rows, file: io.TextIOWrapper) -> Exported:
    columns = list(relation_of(SUBJECTS[wanted.subject]).columns)
    if wanted.format == "csv":
        write_csv(file, columns, rows)
    else:
        write_jsonl(file, columns, rows)
    return Exported(rows.read)
