"""Search on SQLite."""

import tempfile
from pathlib import Path

from benchmarks.searching import measure_on
from benchmarks.section import Extent, Findings, Section

ABOUT = """
Articles of made-up words, as frequent as in a language; half of them are Japanese. The terms are 20 of each length
from 1 to 6 characters, cut out of the texts anywhere, and 100 English words, half of them frequent. Every hit of every
term is compared with a scan of all texts: substrings after NFKC and lower case, and equal English stems. A timed
search is a whole one, with snippets and copies. Visits are stored as a crawl stores them, up to 100 a transaction.
"""


def measure(extent: Extent) -> Findings:
    """Measure in a folder that goes with it."""
    with tempfile.TemporaryDirectory() as folder:
        return measure_on("SQLite", lambda name: f"sqlite:///{Path(folder) / name}.db", extent)


SECTION = Section("search-sqlite", 60, "Search on SQLite", ABOUT, measure)
