"""What an import joins, against what ``compare`` says of the same pairs, and what published methods find of them.

    python -m benchmarks.duplicate_pairs PAIRS.jsonl.gz

A pair is a line with ``language``, ``kind``, ``label`` (``duplicate`` or ``different``; others are passed over),
``weight`` and the two texts ``a`` and ``b`` with ``title`` and ``text``. All texts go into one new SQLite archive, each
from a host of its own; a pair is joined where both addresses show one article. Where one of them shows a third text,
another pair's, that says nothing of the two (both may be copies of the third, and not of each other): such a pair is
imported once more, into an archive of its own.
"""

import argparse
import collections
import gzip
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from datasketch import MinHash
from sqlalchemy import text
from trafilatura.deduplication import Simhash, content_fingerprint

from crawler.cli import run
from pipelines.duplicates.comparison import compare, shingles, text_hash
from storage.database.open import open_database

Pair = dict[str, Any]
HARSH = ("cut60", "teaser", "words15")  # more was cut or changed than anybody must see through
USUAL = (9, 13)
"""Bands and rows that datasketch's MinHashLSH takes for a threshold of 0.8 and 128 permutations."""


def read_pairs(path: Path) -> list[Pair]:
    """Every labelled pair of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    return [pair for pair in pairs if pair["label"] in ("duplicate", "different")]


def addresses(number: int) -> tuple[str, str]:
    """Where the two texts of a pair stand."""
    return f"https://first{number}.example/news/1000", f"https://second{number}.example/news/1000"


Shown = tuple[int, str]
"""An article that an address shows: its id, and the hash of its words."""


def joined_by_import(pairs: list[Pair]) -> tuple[list[bool], list[bool]]:
    """Tell which pairs one archive of all texts joins, and which are joined where no third text is in the way."""
    shown = imported(pairs)
    together = [first is not None and first == second for first, second in shown]
    alone = list(together)
    for number, (pair, sides) in enumerate(zip(pairs, shown, strict=True)):
        own = {text_hash(pair[side]["text"]) for side in ("a", "b")}
        if any(side is not None and side[1] not in own for side in sides):
            [(first, second)] = imported([pair])
            alone[number] = first is not None and first == second
    return together, alone


def imported(pairs: list[Pair]) -> list[tuple[Shown | None, Shown | None]]:
    """Import the texts of pairs into a new archive; tell what the two addresses of each show."""
    with tempfile.TemporaryDirectory() as folder:
        file, url = Path(folder, "pairs.jsonl"), f"sqlite:///{folder}/k.db"
        with file.open("w", encoding="utf-8") as lines:
            for number, pair in enumerate(pairs):
                for address, side in zip(addresses(number), ("a", "b"), strict=True):
                    said = {"url": address, "title": pair[side]["title"], "text": pair[side]["text"]}
                    lines.write(json.dumps(said, ensure_ascii=False) + "\n")
        if run(["import", str(file), "--db", url, "--quiet"]) not in (0, 1):  # 1: a text without words is no article
            raise SystemExit("the import failed")
        database = open_database(url)
        with database.reading() as connection:
            rows = connection.execute(
                text(
                    "SELECT address.url, article.id, article.text_hash FROM address"
                    " JOIN article ON article.id = address.article_id"
                )
            )
            shown: dict[str, Shown] = {row.url: (row.id, row.text_hash) for row in rows}
        database.close()
    return [(shown.get(first), shown.get(second)) for first, second in map(addresses, range(len(pairs)))]


def by_lsh(pair: Pair) -> bool:
    """The usual bands of datasketch: whether any of them meets."""
    signatures = []
    for side in ("a", "b"):
        minhash = MinHash(num_perm=128)
        minhash.update_batch([shingle.encode() for shingle in shingles(pair[side]["text"], pair["language"])])
        signatures.append(minhash.hashvalues)
    bands, rows = USUAL
    return any(
        (signatures[0][n * rows : (n + 1) * rows] == signatures[1][n * rows : (n + 1) * rows]).all()
        for n in range(bands)
    )


def by_simhash(pair: Pair) -> bool:
    """The SimHash of trafilatura, of 64 bits, at most 3 apart, as it is usually taken."""
    first, second = (Simhash(pair[side]["text"]).hash for side in ("a", "b"))
    return (first ^ second).bit_count() <= 3


METHODS: dict[str, Callable[[Pair], bool]] = {
    "kiji: compare": lambda pair: (
        compare(pair["a"]["text"], pair["b"]["text"], pair["language"]).kind in ("exact", "near")
    ),
    "datasketch LSH, 9 bands of 13": by_lsh,
    "SimHash, 3 bits": by_simhash,
    "trafilatura's content hash": lambda pair: (
        content_fingerprint(pair["a"]["text"]) == content_fingerprint(pair["b"]["text"])
    ),
}


def scores(pairs: list[Pair], joined: list[bool]) -> Iterator[tuple[str, float, float, float]]:
    """Language, recall, false joins and F1 at even classes; weighted, without the harsh kinds."""
    for language in sorted({pair["language"] for pair in pairs}):
        weights: collections.Counter[tuple[str, bool]] = collections.Counter()
        for pair, said in zip(pairs, joined, strict=True):
            if pair["language"] == language and pair["kind"] not in HARSH:
                weights[pair["label"], said] += pair.get("weight", 1.0)

        def rate(label: str, weights: collections.Counter[tuple[str, bool]] = weights) -> float:
            return weights[label, True] / ((weights[label, True] + weights[label, False]) or 1)

        recall, false = rate("duplicate"), rate("different")
        precision = recall / ((recall + false) or 1)
        yield language, recall, false, 2 * precision * recall / ((precision + recall) or 1)


def main() -> int:
    """Print one line a method and language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    pairs = read_pairs(parser.parse_args().pairs)
    together, alone = joined_by_import(pairs)
    told = {"kiji: import, a pair by itself": alone, "kiji: import, all in one archive": together}
    told |= {name: [method(pair) for pair in pairs] for name, method in METHODS.items()}
    for name, joined in told.items():
        for language, recall, false, f1 in scores(pairs, joined):
            sys.stdout.write(f"{name:32} {language}  recall {recall:.4f}  false {false:.4f}  F1 {f1:.4f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
