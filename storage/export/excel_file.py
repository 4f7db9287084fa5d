"""Write XLSX row by row, within Excel's limits."""

import contextlib
import dataclasses
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from storage.export.rows import kind_of
from storage.tables.dictionary import Relation

MAX_ROWS = 1_048_576
"""Rows of a sheet in Excel, the header's included. What is more goes on in a further sheet."""

MAX_CELL = 32_767
"""UTF-16 units of a cell in Excel. What is longer is cut, and ends with CUT."""

CUT = "… [cut: Excel holds no more]"

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS: Mapping[str, int] = {"title": 60, "text": 60, "summary": 60, "url": 40, "page_url": 40}


@dataclasses.dataclass(slots=True)
class ExcelLimits:
    """What was cut or split because of Excel's limits."""

    cells_cut: int = 0
    sheets: int = 0


class _Sheets:
    """Write the workbook's sheets, one at a time."""

    def __init__(self, workbook: Any, relation: Relation, limits: ExcelLimits, max_rows: int) -> None:
        self._workbook = workbook
        self._relation = relation
        self._told = limits
        self._max_rows = max_rows
        self._bold = workbook.add_format({"bold": True, "bottom": 1})
        self._time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._kinds = [kind_of(name) for name in relation.columns]
        self._row = max_rows
        self._sheet: Any = None

    def begin(self) -> None:
        """Begin a sheet with its header, and end the sheet before."""
        self.end()
        self._told.sheets += 1
        name = self._relation.name
        self._sheet = self._workbook.add_worksheet(name if self._told.sheets == 1 else f"{name} {self._told.sheets}")
        self._sheet.freeze_panes(1, 0)
        for number, (column, kind) in enumerate(zip(self._relation.columns, self._kinds, strict=True)):
            self._sheet.set_column(number, number, _WIDTHS.get(column, 20 if kind == "time" else 12))
            self._sheet.write_string(0, number, column, self._bold)
        self._row = 1

    def add(self, row: tuple[Any, ...]) -> None:
        """Write a row, on a further sheet where this one is full."""
        if self._row >= self._max_rows:
            self.begin()
        for number, (value, kind) in enumerate(zip(row, self._kinds, strict=True)):
            if value is None:
                continue
            if kind == "time":
                self._sheet.write_datetime(self._row, number, _for_excel(value), self._time)
            elif kind == "truth":
                self._sheet.write_boolean(self._row, number, value)
            elif kind == "text":
                self._sheet.write_string(self._row, number, self._fitting(value))
            else:
                self._sheet.write_number(self._row, number, value)
        self._row += 1

    def end(self) -> None:
        """Add filters over the rows that were written."""
        if self._sheet is not None:
            self._sheet.autofilter(0, 0, max(self._row - 1, 0), len(self._kinds) - 1)

    def describe(self) -> None:
        """Add a sheet that describes the columns."""
        sheet = self._workbook.add_worksheet("columns")
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 110)
        for row, (column, description) in enumerate({"column": "what it is", **self._relation.columns}.items()):
            sheet.write_string(row, 0, column, self._bold if not row else None)
            sheet.write_string(row, 1, f"{description}; in UTC" if kind_of(column) == "time" and row else description)

    def _fitting(self, value: str) -> str:
        value = _NOT_XML.sub("", value)
        if len(value) <= MAX_CELL // 2:
            return value
        units = value.encode("utf-16-le")
        if len(units) <= 2 * MAX_CELL:
            return value
        self._told.cells_cut += 1
        return units[: 2 * (MAX_CELL - len(CUT))].decode("utf-16-le", "ignore") + CUT


class _Target:
    """The workbook's file; after an error it ignores further writes.

    Python's garbage collector closes the zip file in it, where a second failure would print a traceback.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0
        self.has_failed = False

    def write(self, data: bytes) -> int:
        self._do(self._file.write, data)
        self._at += len(data)
        return len(data)

    def seek(self, offset: int) -> int:
        self._do(self._file.seek, offset)
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        self._do(self._file.flush)

    def _do(self, what: Callable[..., object], *given: object) -> None:
        if self.has_failed:
            return
        try:
            what(*given)
        except OSError:
            self.has_failed = True
            raise


def write_xlsx(
    path: Path, relation: Relation, rows: Iterable[tuple[Any, ...]], max_rows: int = MAX_ROWS
) -> ExcelLimits:
    """Write a workbook: the rows, and a sheet that describes the columns.

    Times are UTC.

    It is put together in a folder for temporary files. Raises OSError where the one or the other cannot be written.
    """
    with path.open("wb") as file, tempfile.TemporaryDirectory(prefix="kiji-") as scratch:
        target = _Target(file)
        try:
            limits = _write_workbook(target, scratch, relation, rows, max_rows)
            target.flush()
        except OSError as error:
            if target.has_failed:
                raise
            where = f"{error.strerror or error} in {tempfile.gettempdir()}, where it is put together"
            raise OSError(error.errno, where) from error
    return limits


def _write_workbook(
    target: _Target, scratch: str, relation: Relation, rows: Iterable[tuple[Any, ...]], max_rows: int
) -> ExcelLimits:
    import xlsxwriter  # an extra, see storage.export.export
    from xlsxwriter.exceptions import FileCreateError

    limits = ExcelLimits()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": scratch}
    workbook = xlsxwriter.Workbook(target, options)
    workbook.use_zip64()
    sheets = _Sheets(workbook, relation, limits, max_rows)
    try:
        sheets.begin()
        for row in rows:
            sheets.add(row)
        sheets.end()
        sheets.describe()
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] from None
    finally:
        for sheet in workbook.worksheets():
            with contextlib.suppress(OSError):
                sheet.row_data_fh.close()
    return limits


def _for_excel(moment: datetime) -> datetime:
    """Convert a time: Excel has no zones, and no time before 1900."""
    return max(moment.astimezone(UTC).replace(tzinfo=None), datetime(1900, 1, 1))  # noqa: DTZ001 - Excel's own beginning
