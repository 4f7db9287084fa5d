"""List the formats of exports: built-in ones, and those of installed packages."""

import contextlib
import dataclasses
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Protocol, TextIO

from storage.export.excel_file import ExcelLimits, write_xlsx
from storage.export.graphml import write_graphml
from storage.export.parquet_file import write_parquet
from storage.export.text_files import write_csv, write_jsonl
from storage.plugins import load_plugins
from storage.tables.dictionary import Relation


class Rows(Protocol):
    """The rows of an export, one by one or in batches; to be read once."""

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        """Give them in batches, as they are read from the database."""


@dataclasses.dataclass(frozen=True, slots=True)
class Exporter:
    """A format. ``write`` is called with a target, the relation and its rows.

    ``relation.columns`` names the values of a row in their order. Times are aware and in UTC. The target is a file
    that takes bytes where the format ``is_streamed``, so that it can go into a pipe, and else a path. ``needs`` names
    a module that must be installed. What ``write`` gives is how Excel's limits were met, or None.
    """

    write: Callable[[Any, Relation, Rows], ExcelLimits | None]
    is_streamed: bool = False
    needs: str = ""


def _as_text(write: Callable[[TextIO, Sequence[str], Iterable[tuple[Any, ...]]], None]) -> Exporter:
    def write_text(file: BinaryIO, relation: Relation, rows: Rows) -> None:
        with _text(file) as text:
            write(text, list(relation.columns), rows)

    return Exporter(write_text, is_streamed=True)


@contextlib.contextmanager
def _text(raw: BinaryIO) -> Iterator[io.TextIOWrapper]:
    file = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=False)
    try:
        yield file
        file.flush()
    finally:
        file.detach()


BUILT_IN: Mapping[str, Exporter] = {
    "csv": _as_text(write_csv),
    "xlsx": Exporter(write_xlsx, needs="xlsxwriter"),
    "jsonl": _as_text(write_jsonl),
    "graphml": _as_text(write_graphml),
    "parquet": Exporter(lambda path, relation, rows: write_parquet(path, relation, rows.batches()), needs="polars"),
}


def exporters() -> Mapping[str, Exporter]:
    """Give all formats.

    Each entry point of the group kiji.exporters is an :class:`Exporter`.
    """
    return load_plugins("kiji.exporters") | dict(BUILT_IN)


def exporter_of(name: str) -> Exporter | None:
    """Find a format by name; installed packages are asked last."""
    return BUILT_IN.get(name) or exporters().get(name)
