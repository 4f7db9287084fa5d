"""Score the texts of Kiji and of other packages on the same annotated pages, and of an oracle that takes the best.

    python -m benchmarks.text_peers FOLDER ... [--python PEERS/bin/python] [--worst 40]

A folder has ``pages.warc.gz`` and ``truth.jsonl`` or ``text.jsonl`` (``docs/training.md``). trafilatura and resiliparse
are Kiji's own; readability-lxml and newspaper4k run in another Python that has them (``--python``), which is told the
pages as Kiji decodes them. What is not installed is named and left out. ``--worst`` lists the pages on which the oracle
gains most.
"""

import argparse
import collections
import importlib.metadata
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import trafilatura
from resiliparse.extract.html2text import extract_plain_text

from benchmarks.section import ROOT
from benchmarks.training.text_scores import score_page
from benchmarks.training.text_table import KIJI, ScoredPage, table
from benchmarks.training.truths import read_truths
from pipelines.html.charset import decode
from pipelines.raw_page import RawPage
from pipelines.read_page import read_page

PROGRAM = ROOT / "benchmarks" / "peers" / "page_texts_program.py"
OURS = (KIJI, "trafilatura", "resiliparse")
THEIRS = ("readability-lxml", "newspaper4k")

Texts = dict[str, str]


def _by_kiji(raw: RawPage) -> str:
    return read_page(raw).text


def _by_trafilatura(raw: RawPage) -> str:
    return trafilatura.extract(raw.body, url=raw.url) or ""


def _by_resiliparse(raw: RawPage) -> str:
    html = decode(raw.body, raw.content_type).text
    return str(extract_plain_text(html, main_content=True, alt_texts=False, list_bullets=False))


_READERS: dict[str, Callable[[RawPage], str]] = dict(
    zip(OURS, (_by_kiji, _by_trafilatura, _by_resiliparse), strict=True)
)


class Peers:
    """The other packages, in a process of the Python that has them."""

    def __init__(self, python: Path | None) -> None:
        self._process: subprocess.Popen[str] | None = None
        if python is not None:
            self._process = subprocess.Popen(
                [python, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )

    def texts(self, raw: RawPage) -> Texts:
        """Return the text of a page by each of them that is installed, "" where it fails on the page."""
        if self._process is None:
            return {}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        html = decode(raw.body, raw.content_type).text
        self._process.stdin.write(json.dumps({"url": raw.url, "html": html}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{PROGRAM.name} ended with {self._process.wait()} at {raw.url}")
        return {name: text or "" for name, text in json.loads(line).items()}

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()


def read_folder(folder: Path, peers: Peers) -> Iterator[ScoredPage]:
    """Score every article of a folder of which its truth has a text or phrases."""
    for truth in read_truths(folder):
        if truth.page_type not in ("", "article") or not (truth.text or truth.wanted or truth.unwanted):
            continue
        texts, seconds = Texts(), dict[str, float]()
        for name, read in _READERS.items():
            began = time.process_time()
            texts[name] = read(truth.raw)
            seconds[name] = time.process_time() - began
        texts |= peers.texts(truth.raw)
        yield ScoredPage(truth, {name: score_page(text, truth) for name, text in texts.items()}, seconds)


def _print_more(pages: Sequence[ScoredPage], worst: int) -> None:
    """Print the CPU a page, how often an engine is the best, and the pages on which the oracle gains most."""
    for name in OURS:
        print(f"CPU ms a page, {name}: {1_000 * sum(page.seconds[name] for page in pages) / len(pages):.1f}")
    wins = collections.Counter(page.best() for page in pages)
    print("best (Kiji where it is as good): " + ", ".join(f"{name} {number}" for name, number in wins.most_common()))
    for page in sorted(pages, key=lambda page: -page.gain())[:worst]:
        figures = ", ".join(f"{name} {score.f1:.3f}" for name, score in page.scores.items())
        print(f"{page.gain():.3f} {page.truth.name} {page.truth.raw.url}: {figures}")


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.text_peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folders", nargs="+", type=Path, help="with pages.warc.gz, and truth.jsonl or text.jsonl")
    parser.add_argument("--python", type=Path, help="of a virtual environment with readability-lxml and newspaper4k")
    parser.add_argument("--worst", type=int, default=0, help="pages to list, where the best engine gains most")
    args = parser.parse_args()
    peers = Peers(args.python)
    pages = [page for folder in args.folders for page in read_folder(folder, peers)]
    peers.close()
    if not pages:
        parser.error("no page with a text or phrases in " + ", ".join(map(str, args.folders)))
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in OURS[1:])
    print(f"{len(pages)} pages; {versions}")
    if missing := [name for name in THEIRS if name not in pages[0].scores]:
        print(f"not installed, so left out: {', '.join(missing)} (--python names a Python that has them)")
    print(*table(pages), sep="\n")
    _print_more(pages, args.worst)
    return 0


if __name__ == "__main__":
    sys.exit(main())
