"""Search on SQLite."""

import tempfile
from pathlib import Path

from benchmarks.searching import measure_on
from benchmarks.section import Extent, Findings, Section

ABOUT = """
The articles consist of made-up words with realistic frequencies. Half of them are Japanese. The terms are 20 of each
length from 1 to 6 characters, cut from random places of the texts, and 100 English words, half of them frequent. Every
hit of every term is compared with a scan of all texts: substrings after NFKC, lower case and the folding of variants
(舉 is 挙), and equal English stems. A timed search includes snippets and copies. Visits are stored like those of a
crawl, up to 100 in a transaction.
"""


def measure(extent: Extent) -> Findings:
    """Measure in a folder that goes with it."""
    with tempfile.TemporaryDirectory() as folder:
        return measure_on("SQLite", lambda name: f"sqlite:///{Path(folder) / name}.db", extent)


SECTION = Section("search-sqlite", 60, "Search on SQLite", ABOUT, measure)
