"""The index of near copies at 10,000, 100,000 and 1,000,000 articles, and of 10,000 pages in nearly the same words."""

import dataclasses
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from benchmarks.section import Chart, Check, Extent, Findings, Section, Table
from storage.articles.minhash_index import add_article, find_postings, read_signatures
from storage.database.engine import Database
from storage.signature import Signature
from tests.support.alike_notices import Crowd, measure_crowd, open_without_foreign_keys
from tests.support.postgresql import PostgreSQLServer

SIZES = (10_000, 100_000, 1_000_000)
KEYS, COMMON = 20, 4
"""Keys of an article, and how many of them are phrases that others use too."""
LOOKED_UP, INSERTED, BATCH = 400, 2_000, 100
LARGEST = {"SQLite": (3.0, 4.0), "PostgreSQL": (1.5, 1.5)}
"""How much dearer a look-up and an insert may be at the last size than at the first."""

Keys = NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Figures:
    """Of one size: milliseconds (median) a look-up, milliseconds (mean) an article inserted, bytes an article."""

    lookup: float
    insert: float
    size: float
    loaded: float


def keys_of(articles: int, seed: int) -> Keys:
    """Keys of so many articles: most are their own, some are drawn from phrases of which each has ten users."""
    chance = np.random.default_rng(seed)
    own = chance.integers(-(2**63), 2**63 - 1, size=(articles, KEYS - COMMON), dtype=np.int64)
    phrases = np.random.default_rng(0).integers(
        -(2**63), 2**63 - 1, size=max(1, articles * COMMON // 10), dtype=np.int64
    )
    return np.hstack([own, chance.choice(phrases, size=(articles, COMMON))])


def signature(keys: Keys, number: int) -> Signature:
    """A signature that has these keys, its other fields as large as real ones."""
    minhash = np.random.default_rng(number).bytes(128)
    return Signature(1, 300, minhash, tuple(dict.fromkeys(int(key) for key in keys)))


def load(database: Database, keys: Keys) -> None:
    """Load an index whole: sorted, past the ORM, PostgreSQL's primary key made when all is there."""
    articles = len(keys)
    pairs = np.unique(np.column_stack([keys.ravel(), np.repeat(np.arange(1, articles + 1), KEYS)]), axis=0)
    signatures = ((n + 1, 1, 300, bytes(128), row.astype(">i8").tobytes()) for n, row in enumerate(keys))
    with database.engine.connect() as connection, connection.begin():
        raw = connection.connection.dbapi_connection
        assert raw is not None
        if database.is_sqlite:
            raw.cursor().executemany("INSERT INTO band VALUES (?, ?)", _rows(pairs))  # type: ignore[arg-type]  # sqlite3 takes any iterable
            raw.cursor().executemany("INSERT INTO article_signature VALUES (?, ?, ?, ?, ?)", signatures)  # type: ignore[arg-type]  # the same
            return
        cursor = raw.cursor()
        cursor.execute("ALTER TABLE band DROP CONSTRAINT pk_band")
        with cursor.copy("COPY band FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for first in range(0, len(pairs), 100_000):
                copy.write(_binary(pairs[first : first + 100_000]))
            copy.write(b"\xff\xff")
        cursor.execute("ALTER TABLE band ADD CONSTRAINT pk_band PRIMARY KEY (key, article_id)")
        with cursor.copy("COPY article_signature FROM STDIN") as copy:
            for row in signatures:
                copy.write_row(row)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
            "VACUUM ANALYZE band, article_signature"
        )


def _rows(pairs: Keys) -> Iterator[list[int]]:
    for first in range(0, len(pairs), 100_000):
        yield from pairs[first : first + 100_000].tolist()


def _binary(pairs: Keys) -> bytes:
    """Rows as COPY takes them: number of fields, then length and value of each, big-endian."""
    form = np.dtype([("fields", ">i2"), ("l1", ">i4"), ("key", ">i8"), ("l2", ">i4"), ("article", ">i4")])
    rows = np.empty(len(pairs), dtype=form)
    rows["fields"], rows["l1"], rows["l2"] = 2, 8, 4
    rows["key"], rows["article"] = pairs[:, 0], pairs[:, 1]
    return rows.tobytes()


def measure_one(url: str, articles: int) -> Figures:
    """Load an archive's index, and measure."""
    database = open_without_foreign_keys(url)
    keys = keys_of(articles, 1)
    began = time.perf_counter()
    load(database, keys)
    loaded = time.perf_counter() - began
    size = _bytes(database) / articles
    lookups = []
    with database.writing() as session:
        for number in range(LOOKED_UP + 50):
            asked = signature(keys[number * articles // (LOOKED_UP + 50)], number)
            began = time.perf_counter()
            candidates = find_postings(session, asked.keys).ranked()[:16]
            read_signatures(session, candidates)
            lookups.append(time.perf_counter() - began)
    fresh = keys_of(INSERTED, 2)
    signatures = [signature(row, number) for number, row in enumerate(fresh)]
    began = time.perf_counter()
    for first in range(0, INSERTED, BATCH):
        with database.writing() as session:
            for number in range(first, first + BATCH):
                add_article(session, articles + number + 1, signatures[number], frozenset(), findable=True)
    inserted = time.perf_counter() - began
    database.close()
    return Figures(1e3 * statistics.median(lookups[50:]), 1e3 * inserted / INSERTED, size, loaded)


ALIKE = (100, 1_000, 10_000)


def _bytes(database: Database) -> float:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            return float(connection.exec_driver_sql(pages).scalar_one())
        sizes = "SELECT pg_total_relation_size('band') + pg_total_relation_size('article_signature')"
        return float(connection.execute(text(sizes)).scalar_one())


def measure(extent: Extent) -> Findings:
    """Every size on either database."""
    rows: list[tuple[str | int | float, ...]] = []
    crowded: list[tuple[str | int | float, ...]] = []
    checks: list[Check] = []
    server = PostgreSQLServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name in LARGEST:
                found = []
                for full in SIZES:
                    articles = extent.of(full)
                    at = f"sqlite:///{folder}/{full}.db" if name == "SQLite" else server.create(f"n{full}")
                    figures = measure_one(at, articles)
                    found.append(figures)
                    rows.append((name, articles, figures.lookup, figures.insert, round(figures.size), figures.loaded))
                    Path(folder, f"{full}.db").unlink(missing_ok=True)
                most = LARGEST[name]
                for what, bound, dearer in (
                    ("a look-up", most[0], found[-1].lookup / found[0].lookup),
                    ("an insert", most[1], found[-1].insert / found[0].insert),
                ):
                    claim = f"{name}: {what} at the last size is at most {bound} times as expensive as at the first"
                    checks.append(Check(claim, f"{dearer:.2f} times", dearer <= bound))
                at = f"sqlite:///{folder}/alike.db" if name == "SQLite" else server.create("alike")
                crowds = measure_crowd(at, [extent.of(pages) for pages in ALIKE])
                crowded += [(name, crowd.pages, crowd.rows, crowd.lookup) for crowd in crowds]
                checks += _constant(name, crowds)
    finally:
        server.stop()
    columns = ("database", "articles", "ms a look-up", "ms an insert", "bytes an article", "s to load")
    about = "Pages with nearly the same words and different numbers. Look-ups are the median of the last 100."
    alike = Table(("database", "pages", "rows", "ms a look-up"), tuple(crowded), about)
    return Findings((Table(columns, tuple(rows)), alike), tuple(checks))


def _constant(name: str, crowds: Sequence[Crowd]) -> Iterator[Check]:
    middle, last = crowds[-2], crowds[-1]
    claim = f"{name}: of {middle.pages:,} to {last.pages:,} pages in nearly the same words at most one in 100 has rows"
    added = (last.rows - middle.rows) / KEYS / (last.pages - middle.pages)
    yield Check(claim, f"{added:.4f}", added <= 0.01)
    dearer = last.lookup / middle.lookup
    yield Check(f"{name}: and a look-up is at most 1.5 times as expensive", f"{dearer:.2f} times", dearer <= 1.5)


SECTION = Section(
    "near_index",
    50,
    "The index of near copies as it grows",
    """
Signatures with 20 keys each are loaded in bulk. Then follow 400 look-ups of known texts (index rows, and the
signatures of 16 candidates) and 2,000 inserts, 100 in a transaction, with all other work of the writer for them. Bytes
are those of both tables with their indexes.
""",
    measure,
    charts=(
        Chart(
            "Cost of a look-up by number of articles",
            0,
            "articles",
            "ms a look-up",
            is_line=True,
            is_log=True,
            series="database",
        ),
    ),
)
