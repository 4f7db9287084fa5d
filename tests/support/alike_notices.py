"""Store notices that differ in a few numbers, and count the rows they take."""

import dataclasses
import statistics
import time
from collections.abc import Sequence

from sqlalchemy import event, text

from pipelines.duplicates.minhash import sign
from storage.articles.minhash_index import add_article, find_postings, read_signatures
from storage.articles.near_duplicates import ESTIMATED, TEMPLATE_SHARE
from storage.database.engine import Database
from storage.database.open import open_database

BATCH = 100
"""Pages a transaction."""

NOTICE = (
    "The page at /{n}/{m} that you asked for, number {n}{m}, is not here any more. It may have been moved on {d} "
    "October to archive {m}, or the address was mistyped. Our editors keep {n} pages of the last {d} years, and the "
    "office at {m} Harbour Street answers letters within {d} days. Please look for the words of the article in our "
    "search, or begin at the front page, where today's reports and the weather for all towns of the county are found."
)
"""What a server says at addresses that are gone, with other numbers each time: alike, and no copies by their facts."""


@dataclasses.dataclass(frozen=True)
class Crowd:
    """With so many pages in nearly the same words: rows of the index, and milliseconds (median) a look-up."""

    pages: int
    rows: int
    lookup: float


def open_without_foreign_keys(url: str) -> Database:
    """Open an archive whose index may speak of articles that are not there."""
    database = open_database(url)
    off = "PRAGMA foreign_keys = OFF" if database.is_sqlite else "SET session_replication_role = replica"
    event.listen(database.engine, "begin", lambda connection: connection.exec_driver_sql(off))  # no articles here
    if database.is_sqlite:
        event.listen(database.engine, "connect", lambda raw, _: raw.execute(off))
    database.engine.dispose()
    return database


def measure_crowd(url: str, sizes: Sequence[int]) -> list[Crowd]:
    """Sign and index such pages one after the other, as the archive's writer does."""
    database = open_without_foreign_keys(url)
    found, done = [], 0
    for size in sizes:
        lookups = []
        for first in range(done, size, BATCH):
            with database.writing() as session:
                for number in range(first, min(first + BATCH, size)):
                    signed = sign(notice(number), "en")
                    began = time.perf_counter()
                    postings = find_postings(session, signed.keys)
                    read_signatures(session, postings.ranked()[:ESTIMATED])
                    lookups.append(time.perf_counter() - began)
                    template = len(postings.full) >= TEMPLATE_SHARE * len(signed.keys)
                    add_article(session, number + 1, signed, postings.full, findable=not template)
        done = size
        with database.engine.connect() as connection:
            rows = int(connection.execute(text("SELECT count(*) FROM band")).scalar_one())
        found.append(Crowd(size, rows, 1e3 * statistics.median(lookups[-BATCH:])))
    database.close()
    return found


def notice(number: int) -> str:
    """The page at one of these addresses."""
    return NOTICE.format(n=1_000 + number, m=7 * number + 3, d=1 + number % 28)
