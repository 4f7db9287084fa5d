"""CPU a page of Kiji's reading against trafilatura alone, on the same pages in the same run.

    python -m benchmarks.reading [FILE.warc.gz] [--pages 300]

Kiji's reading is everything that ``kiji inspect`` shows: decoding, related cards, furniture, text, metadata, dates,
language. trafilatura is called twice: for the text alone, and with its metadata. Without a file, generated pages. The
three take turns page by page, so that whatever else the machine does falls on all of them.
"""

import argparse
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import trafilatura

from benchmarks.generated_site import page, path_of
from crawler.sample.content import JST
from pipelines.page import read_page
from pipelines.raw_page import RawPage
from pipelines.warc import read_warc
from storage.archive import utc_now

WARM_UP = 5
"""Pages before the clock runs: rules are compiled and lists read on the first ones."""


def pages_of(file: Path | None, most: int) -> Iterator[RawPage]:
    """The pages of a WARC file, or generated ones."""
    if file is not None:
        found = (record for record in read_warc(file) if isinstance(record, RawPage))
        yield from itertools.islice(found, most)
        return
    now = utc_now().astimezone(JST)
    for number in range(most):
        url = f"https://benchmark.example{path_of(number)}"
        yield RawPage(url, url, page(number, most), 200, now, (("content-type", "text/html; charset=utf-8"),))


def _text(raw: RawPage) -> None:
    trafilatura.extract(raw.body, url=raw.url)


def _text_and_metadata(raw: RawPage) -> None:
    trafilatura.bare_extraction(raw.body, url=raw.url, with_metadata=True)


READERS: dict[str, Callable[[RawPage], object]] = {
    "trafilatura, text": _text,
    "trafilatura, text and metadata": _text_and_metadata,
    "kiji": read_page,
}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--pages", type=int, default=400)
    options = parser.parse_args()
    milliseconds: dict[str, list[float]] = {name: [] for name in READERS}
    for number, raw in enumerate(pages_of(options.file, options.pages)):
        for name, reader in READERS.items():
            before = time.process_time()
            reader(raw)
            if number >= WARM_UP:
                milliseconds[name].append((time.process_time() - before) * 1000)
    alone = statistics.fmean(milliseconds["trafilatura, text"])
    print(f"{'CPU ms a page':<32}{'mean':>8}{'median':>8}{'p99':>8}{'ratio':>8}")
    for name, values in milliseconds.items():
        mean, tail = statistics.fmean(values), sorted(values)[int(len(values) * 0.99)]
        print(f"{name:<32}{mean:>8.1f}{statistics.median(values):>8.1f}{tail:>8.1f}{mean / alone:>8.2f}")


if __name__ == "__main__":
    main()
