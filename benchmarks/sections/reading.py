"""CPU a page of Kiji's reading against trafilatura alone, on the same pages in the same run."""

import importlib
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import trafilatura

from benchmarks.section import Chart, Check, Extent, Findings, Section, Table
from crawler.sample.content import JST
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from pipelines.warc.read import read_warc
from storage.column_types import utc_now
from tests.support.generated_site import page, path_of

WARM_UP = 5
"""Pages before the clock runs, after what every worker starts with (``pipelines.workers.preload``)."""

PAGES = 400


def generated(number_of_pages: int) -> Iterator[RawPage]:
    """Pages of the generated site, as they are fetched."""
    now = utc_now().astimezone(JST)
    for number in range(number_of_pages):
        url = f"https://benchmark.example{path_of(number)}"
        body = page(number, number_of_pages)
        yield RawPage(url, url, body, 200, now, (("content-type", "text/html; charset=utf-8"),))


def _recorded(file: Path) -> Iterator[RawPage]:
    return (record for record in read_warc(file) if isinstance(record, RawPage))


def _text(raw: RawPage) -> None:
    trafilatura.extract(raw.body, url=raw.url)


def _text_and_metadata(raw: RawPage) -> None:
    trafilatura.bare_extraction(raw.body, url=raw.url, with_metadata=True)


MOST = 1.25
"""Kiji's CPU a page against that of trafilatura's text."""

READERS: dict[str, Callable[[RawPage], object]] = {
    "trafilatura, text": _text,
    "trafilatura, text and metadata": _text_and_metadata,
    "kiji": read_page,
}


def _compare(pages: Iterator[RawPage], about: str) -> Table:
    """The readers take turns page by page, so that whatever else the machine does falls on all of them."""
    milliseconds: dict[str, list[float]] = {name: [] for name in READERS}
    read = 0
    for read, raw in enumerate(pages, 1):
        for name, reader in READERS.items():
            before = time.process_time()
            reader(raw)
            if read > WARM_UP:
                milliseconds[name].append((time.process_time() - before) * 1000)
    alone = statistics.fmean(milliseconds["trafilatura, text"])
    rows = []
    for name, values in milliseconds.items():
        mean, tail = statistics.fmean(values), sorted(values)[int(len(values) * 0.99)]
        rows.append((name, mean, statistics.median(values), tail, mean / alone))
    columns = ("CPU ms a page", "mean", "median", "p99", "against trafilatura's text")
    return Table(columns, tuple(rows), f"{read} {about}:")


def measure(extent: Extent) -> Findings:
    """Compare the readers on generated pages, and on real ones where they are given."""
    importlib.import_module("pipelines.workers.preload")
    number = WARM_UP + extent.of(PAGES)
    tables = [_compare(generated(number), "generated pages of 40 kB")]
    if extent.warc is not None:
        real = itertools.islice(_recorded(extent.warc), number)
        tables.append(_compare(real, "real pages of news sites (`--warc`; not shipped)"))
    checks = [
        Check(f"{what} pages: at most {MOST} of trafilatura's text", f"{ratio:.2f}", ratio <= MOST)
        for what, ratio in zip(("generated", "real"), (float(table.rows[-1][-1]) for table in tables), strict=False)
    ]
    return Findings(tuple(tables), tuple(checks))


SECTION = Section(
    "reading",
    10,
    "Reading a page",
    """
Kiji's reading is everything that `kiji inspect` shows: decoding, related cards, boilerplate, text, metadata, dates,
language. trafilatura runs twice: for the text alone, and with its metadata. One process reads one page after the
other.
""",
    measure,
    charts=(
        Chart("Generated pages", 0, "CPU ms a page", "mean", unit="CPU ms a page, mean"),
        Chart("Real pages", 1, "CPU ms a page", "mean", unit="CPU ms a page, mean"),
    ),
)
