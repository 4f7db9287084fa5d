"""What a section of the results page is, and where its modules are found.

A new section is a new module in ``benchmarks/sections/`` with a ``SECTION``; nothing else names it.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import benchmarks.sections

ROOT = Path(__file__).parents[1]

Cell = str | int | float


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows under column names; a float is shown with two places. ``about`` stands above it, in Markdown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: str = ""


@dataclasses.dataclass(frozen=True)
class Check:
    """A bound that a figure is held to: ``claim`` says what and within which bound, ``found`` what came out."""

    claim: str
    found: str
    holds: bool


@dataclasses.dataclass(frozen=True)
class Findings:
    """What one measurement found."""

    tables: tuple[Table, ...]
    checks: tuple[Check, ...] = ()


@dataclasses.dataclass(frozen=True)
class Extent:
    """How much is measured: ``share`` of a section's full size, above 0 and 1 in full.

    ``warc`` is a WARC file of real pages, which are not ours to ship: measured beside the generated ones.
    """

    share: float = 1.0
    warc: Path | None = None

    def of(self, full: int) -> int:
        """The share of a full number, and 2 at least."""
        return max(2, round(full * self.share))


@dataclasses.dataclass(frozen=True)
class Chart:
    """A drawing of a table: the column ``value`` against the column ``of``, of the first ``rows``, None for all.

    Bars have a name for each row; a line's ``of`` is a number, ``is_log`` on a logarithmic scale, and with ``series``
    it is one for each word in that column. ``unit`` says what the values are, where their column does not.
    """

    title: str
    table: int
    of: str
    value: str
    is_line: bool = False
    is_log: bool = False
    series: str = ""
    rows: int | None = None
    unit: str = ""


@dataclasses.dataclass(frozen=True)
class Section:
    """One section: ``about`` tells, in Markdown, what is measured and how; ``order`` is its place on the page."""

    name: str
    order: int
    title: str
    about: str
    measure: Callable[[Extent], Findings]
    charts: tuple[Chart, ...] = ()


def sections() -> list[Section]:
    """Every section there is, in the order of the page."""
    modules = (info.name for info in pkgutil.iter_modules(benchmarks.sections.__path__))
    found: list[Section] = [importlib.import_module(f"benchmarks.sections.{name}").SECTION for name in modules]
    return sorted(found, key=lambda section: (section.order, section.name))
