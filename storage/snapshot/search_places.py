"""Count what is found by language, source and local day, without reading a row for each article.

Of every article a snapshot keeps one number, in blocks by article id: where it is counted. 8 MB for a million articles.
"""

import datetime
import functools
import itertools
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, text

from storage.snapshot.local_time import LocalClock

BLOCK = 65_536
"""Articles of a block; ids that are not used take no more than theirs."""

Place = tuple[str, str, str]
"""Language, source and local day of an article; "" for a day that no calendar has."""

_CREATE = (
    "CREATE TABLE search_place (block INTEGER PRIMARY KEY, places BLOB)",
    "CREATE TABLE search_facet (number INTEGER PRIMARY KEY, language TEXT, source TEXT)",
)
_DAY_BITS = 22  # the year 9999 ends with day 3,652,059
_MINUTE = len("2026-11-30T00:00")


def store_places(target: sqlite3.Connection, clock: LocalClock) -> None:
    """Store the places of all articles of a snapshot's search index."""
    for statement in _CREATE:
        target.execute(statement)
    facets: dict[tuple[str, str], int] = {}
    days = functools.cache(_ordinal)
    rows = target.execute("SELECT article_id, language, source, dated_at FROM search_document ORDER BY article_id")
    for block, some in itertools.groupby(rows, lambda row: row[0] // BLOCK):
        places = array("Q")
        for article_id, language, source, dated_at in some:
            places.extend(itertools.repeat(0, article_id % BLOCK - len(places)))
            facet = facets.setdefault((language, source), len(facets))
            places.append(facet << _DAY_BITS | days(clock.day(dated_at[:_MINUTE] + "Z")))
        target.execute("INSERT INTO search_place VALUES (?, ?)", (block, places.tobytes()))
    target.executemany("INSERT INTO search_facet VALUES (?, ?, ?)", [(n, *facet) for facet, n in facets.items()])


def count_places(connection: Connection, article_ids: Iterable[int]) -> dict[Place, int]:
    """Count articles of a snapshot by their places."""
    blocks = {number: array("Q", places) for number, places in connection.execute(text("SELECT * FROM search_place"))}
    facets = {number: facet for number, *facet in connection.execute(text("SELECT * FROM search_facet"))}
    counted = Counter(blocks[each // BLOCK][each % BLOCK] for each in article_ids)
    days = functools.cache(_day)
    places: dict[Place, int] = {}
    for place, number in counted.items():
        language, source = facets[place >> _DAY_BITS]
        places[language, source, days(place % 2**_DAY_BITS)] = number
    return places


def _ordinal(day: str | None) -> int:
    return datetime.date.fromisoformat(day).toordinal() if day else 0


def _day(ordinal: int) -> str:
    return datetime.date.fromordinal(ordinal).isoformat() if ordinal else ""
