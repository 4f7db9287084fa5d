"""Find what the index gives by time: among the newest articles first, then in wider windows.

For a word of half of the articles the index gives half of them, and sorting them by time takes 100 times as long as
finding a page of hits among the newest thousand: there PostgreSQL joins two bitmaps of its indexes, and SQLite reads
the part of its index that has the ids of the window.
"""

import json
from collections.abc import Collection, Generator, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Select,
    TableClause,
    bindparam,
    func,
    literal_column,
    select,
    text,
)

from storage.search.match import matches
from storage.tables.search import SearchDocument

WINDOW, WIDEST = 1_000, 20_000
"""Articles of the first window, and of all together."""

LEAST = 20
"""Found articles that a further window is made for, however few are wanted."""

NEVER_COUNTED = 100_000
"""Articles that a table is taken to have before PostgreSQL first counts it."""

GAP = 1_000
"""Ids between two articles of a window, from which on SQLite's index is read in two parts: a part takes as long as some
hundred ids."""


def sort_by_time(statement: Select[Any], *, oldest_first: bool = False) -> Select[Any]:
    """Sort articles of ``search_document``, the newest first."""
    document = SearchDocument.__table__.c
    order = (document.dated_at, document.article_id)
    return statement.order_by(*(order if oldest_first else (each.desc() for each in order)))


def ids_in_windows(
    connection: Connection,
    terms: TableClause,
    asked: str,
    wanted: int,
    *,
    oldest_first: bool = False,
    without: Collection[int] = (),
) -> Generator[int, None, int | None]:
    """Give the ids of articles with the terms ``asked`` for, window by window, while that pays.

    ``wanted`` is how many are needed as a rule. Returns how many were given, or None where no others remain.
    """
    given, start, size = 0, 0, WINDOW
    everything = sort_by_time(select(SearchDocument.__table__.c.article_id), oldest_first=oldest_first)
    while size:
        window = connection.scalars(everything.limit(size).offset(start)).all()
        among = _with_terms(connection, terms, window).where(matches(connection, terms, asked))
        found = set(connection.scalars(among)).intersection(window).difference(without)
        yield from (article_id for article_id in window if article_id in found)
        if len(window) < size:
            return None
        given, start = given + len(found), start + size
        pays = min(WIDEST, given * _articles(connection) // start) - start
        size = _next_size(size, len(found), max(wanted - given, LEAST), pays)
    return given


def _with_terms(connection: Connection, terms: TableClause, window: Sequence[int]) -> Select[Any]:
    """Select the ids of a window in a table of terms; on SQLite with others among them."""
    if connection.dialect.name == "sqlite":
        # SQLite does not turn a CROSS JOIN round: it would read all that the terms give, for each span.
        spans = text(f"json_each(:spans) AS span CROSS JOIN {terms.name}").bindparams(spans=json.dumps(_spans(window)))
        rowid = literal_column(f"{terms.name}.rowid", Integer())
        first, last = (func.json_extract(literal_column("span.value"), path) for path in ("$[0]", "$[1]"))
        return select(rowid).select_from(spans).where(rowid.between(first, last))
    # Written out, the planner knows how many they are, and does not make the terms of each to compare them.
    ids: BindParameter[int] = bindparam("ids", window, expanding=True, literal_execute=True)
    return select(terms.c.rowid).where(terms.c.rowid.in_(ids))


def _spans(window: Sequence[int]) -> list[tuple[int, int]]:
    """Give the first and last of ids that lie together."""
    ids = sorted(window)
    ends = [place for place in range(1, len(ids)) if ids[place] - ids[place - 1] > GAP]
    return [(ids[start], ids[end - 1]) for start, end in zip([0, *ends], [*ends, len(ids)], strict=True) if ids]


def _next_size(size: int, found: int, wanted: int, most: int) -> int:
    """Make the next window so wide that it has what is wanted, or 0 where all had better be sorted.

    An article of a window takes some 3 µs on PostgreSQL, and so does one that the index gives and that is sorted: so
    windows pay that are smaller than what the index gives in all, by the share that it has had in them.
    """
    needed = max(WINDOW, size * wanted * 3 // (2 * max(1, found)))
    return needed if needed <= most else 0


def _articles(connection: Connection) -> int:
    """Estimate the number of articles: exactly is a second in a large archive."""
    if connection.dialect.name == "sqlite":
        return connection.scalar(text("SELECT max(article_id) FROM search_document")) or 0
    rows = connection.scalar(text("SELECT reltuples FROM pg_class WHERE oid = 'search_document'::regclass"))
    return max(int(rows or 0), NEVER_COUNTED)
