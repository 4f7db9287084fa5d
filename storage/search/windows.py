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

WINDOW, WIDEST = 1_000, 8_000
"""Articles of the first window, and of any: an article of a window takes 3 µs, and one that the index gives 1 to 2."""

FEW = 20
"""Found in a window, below which the index gives so few articles that all of them are sorted."""

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
        size = _next_size(size, len(found), max(wanted - given, FEW))
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


def _next_size(size: int, found: int, wanted: int) -> int:
    """Make the next window so wide that it has what is wanted, or 0 where all had better be sorted."""
    needed = max(WINDOW, size * wanted * 3 // (2 * max(1, found)))
    return needed if found >= FEW and needed <= WIDEST else 0
