"""Writes real_story_pairs.csv, from an archive of real pages and a list of what they report.

    python -m benchmarks.real_story_pairs sqlite:///real.db events.txt

A line of the list is one event: the addresses of its articles, with spaces between. All other pairs are of two events,
but those of a line that begins with ``?``, which are left out. Only the features of pairs are written, since the texts
are their publishers', and only of pairs that the present weights do not rule out. The fold is that of the first
article's site. The file is made anew when features change; then weights are fitted (story_fit.py).
"""

import argparse
import csv
import hashlib
import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select

from benchmarks.story_fit import DIFFERENT, FOLDS, REAL_PAIRS, SHARED, near_pairs
from pipelines.stories.profile import ALGORITHM_VERSION
from storage.database.engine import Database
from storage.database.open import open_database
from storage.story_rules import StoryMember
from storage.tables.core import Address, Article
from storage.tables.stories import StoryProfile

LEAST = 0.001
"""The weight of a pair from which on it is written."""

Pair = frozenset[str]


def members_by_address(database: Database) -> tuple[list[str], list[StoryMember]]:
    """Read the articles that have a profile, as stories see them, with their addresses."""
    columns = (Address.url, Article.id, Article.language, StoryProfile.at, StoryProfile.terms)
    statement = (
        select(*columns)
        .join(Article, Article.address_id == Address.id)
        .join(StoryProfile, StoryProfile.article_id == Article.id)
        .where(StoryProfile.version == ALGORITHM_VERSION)
        .order_by(Article.id)
    )
    with database.reading() as connection:
        rows = connection.execute(statement).all()
    return [row.url for row in rows], [StoryMember(row.id, None, *row[2:]) for row in rows]


def pairs_of(lines: Iterable[str]) -> tuple[set[Pair], set[Pair]]:
    """Return the pairs of one event, and those that are in doubt."""
    right: set[Pair] = set()
    doubtful: set[Pair] = set()
    for line in lines:
        pairs = doubtful if line.startswith("?") else right
        pairs |= {frozenset(both) for both in itertools.combinations(line.removeprefix("?").split(), 2)}
    return right, doubtful


def rows_of(urls: Sequence[str], members: Sequence[StoryMember], lines: Iterable[str]) -> Iterator[Sequence[object]]:
    """Give a row for each pair that is near to being joined, or of one event."""
    right, doubtful = pairs_of(lines)
    for one, other, known in near_pairs(members):
        both = frozenset((urls[one], urls[other]))
        if both in doubtful or (known.weight < LEAST and both not in right):
            continue
        same = members[one].language == members[other].language
        fold = int(hashlib.sha256(urlsplit(urls[one]).netloc.encode()).hexdigest(), 16) % FOLDS
        features = (f"{known.features[name]:.2f}".rstrip("0").rstrip(".") for name in (*SHARED, *DIFFERENT))
        yield fold, int(same), int(both in right), *features


def main() -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.real_story_pairs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url", help="of the archive")
    parser.add_argument("events", type=Path, help="a line for each event")
    parser.add_argument("--output", type=Path, default=REAL_PAIRS)
    options = parser.parse_args()
    database = open_database(options.url, create=False)
    urls, members = members_by_address(database)
    database.close()
    rows = sorted(rows_of(urls, members, options.events.read_text(encoding="utf-8").splitlines()), key=str)
    with options.output.open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("fold", "same_language", "same_event", *SHARED, *DIFFERENT))
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
