"""Writes an archive of made-up bilingual news, as large as a benchmark needs.

    python -m benchmarks.archives sqlite:///large.db --articles 100000

Two languages, 60 sites, stories of both, copies, revisions, related links, fetches; a day holds 1,700 articles at most,
so that 100,000 articles are 60 days. All is in the tables and indexes that a crawl fills, and kiji db check is content.
The same for the same seed. If it is stopped, the same command goes on. Afterwards kiji db stories groups the articles.
"""

import argparse
import sys
import time
from pathlib import Path

from benchmarks.archives.fill import SEED, days_for, fill
from benchmarks.archives.news import event_days, written_events
from benchmarks.archives.prepare import DISTINCT, PARTS
from storage.database.open import open_database


def main() -> int:
    """Write what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.archives", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="of a new database: sqlite:///FILE or postgresql+psycopg://…")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--events", action="store_true", help="the days and articles of the tests' written events, too")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="what is written beside the articles")
    parser.add_argument(
        "--processes", type=int, default=0, help="that prepare the next days beside the one that writes"
    )
    parser.add_argument("--distinct", type=int, default=DISTINCT, help="days with texts that others repeat")
    parser.add_argument(
        "--grouped", action="store_true", help="each event is a story; else articles wait to be grouped"
    )
    parser.add_argument("--folder", type=Path, help="keeps what was computed of texts, for later calls")
    options = parser.parse_args()
    database = open_database(options.url)
    began, written = time.monotonic(), 0

    def progress(articles: int) -> None:
        nonlocal written
        written += articles
        print(f"\r{written} articles in {time.monotonic() - began:.0f} s", end="", file=sys.stderr, flush=True)

    others = written_events() if options.events else ()
    fill(
        database,
        options.articles,
        seed=options.seed,
        parts=options.parts,
        others=others,
        distinct=options.distinct,
        grouped=options.grouped,
        processes=options.processes,
        folder=options.folder,
        days=event_days(others, days_for(options.articles)) if others else (),
        progress=progress,
    )
    database.close()
    print(f"\n{written} articles written", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
