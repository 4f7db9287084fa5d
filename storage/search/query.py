"""Search articles: the index gives candidates, their texts decide.

It reads ``articles`` and ``copies`` as analysts do, and the tables of ``storage.tables.search``.
"""

import dataclasses
import datetime
import sys
from collections.abc import Sequence
from typing import Literal, get_args

from sqlalchemy import Connection, column, func, select, table

from storage.search.candidates import Candidate
from storage.search.finder import NO_FILTERS, POOL, Filters, Finder, dated, score_of
from storage.search.nodes import Query
from storage.search.parse import parse_query
from storage.search.snippets import MarkedText, cut_snippet, mark_terms

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = get_args(Sort)

_Copy = table("copies", *(column(name) for name in ("id", "article_id", "url", "site", "source", "kind", "title")))


@dataclasses.dataclass(frozen=True, slots=True)
class HitCopy:
    """Another page with an article's words."""

    url: str
    site: str
    source: str
    kind: str


@dataclasses.dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found; ``dated_at`` is its own date, or its first sight."""

    id: int
    url: str
    source: str
    site: str
    language: str
    dated_at: datetime.datetime
    published_at: datetime.datetime | None
    story_id: int | None
    score: float
    title: MarkedText
    snippet: MarkedText
    copies: tuple[HitCopy, ...]


def search(
    connection: Connection,
    words: str | Query,
    filters: Filters = NO_FILTERS,
    *,
    limit: int = 20,
    offset: int = 0,
    sort: Sort = "relevance",
    now: datetime.datetime,
) -> list[Hit]:
    """Find articles by a query; ``offset`` counts the hits before the first one that is given.

    A query without a word to search for finds nothing; one of exclusions and filters only finds all others, the newest
    first. Raises QueryError, as :func:`parse_query`.
    """
    query = _parsed(words)
    if not query.parts:
        return []
    asked = Finder(connection, query, filters)
    if sort != "relevance" or not query.words:
        hits = [(0.0, each) for each in asked.by_time(limit, offset, oldest_first=sort == "oldest")]
    else:
        ranked = asked.ranked(now)
        hits = ranked[offset : offset + limit]
        if len(hits) < limit:
            known = [each.row.id for _, each in ranked]
            rest = asked.by_time(limit - len(hits), max(0, offset - len(ranked)), without=known)
            hits += [(score_of(query, each, now), each) for each in rest]
    copies = _copies(connection, [each.row.id for _, each in hits])
    return [_hit(each, value, query, copies) for value, each in hits]


def _parsed(words: str | Query) -> Query:
    return parse_query(words) if isinstance(words, str) else words


def find_ids(
    connection: Connection, words: str | Query, filters: Filters = NO_FILTERS, among: Sequence[int] | None = None
) -> list[int]:
    """Find the ids of all articles of a query, or of those ``among`` some, at most ROWS, the newest first."""
    query = _parsed(words)
    if not query.parts:
        return []
    asked = Finder(connection, query, filters, among)
    if not query.undecided:
        return list(connection.scalars(asked.candidates()))
    return [each.row.id for each in asked.by_time(sys.maxsize)]


def newest_candidates(connection: Connection, words: str | Query, filters: Filters, limit: int) -> list[int]:
    """Give the ids of the newest articles that the index gives for a query, as :func:`count_candidates` counts."""
    query = _parsed(words)
    if not query.parts:
        return []
    return Finder(connection, query, filters).newest_ids(limit)


def count_candidates(connection: Connection, words: str | Query, filters: Filters = NO_FILTERS) -> int:
    """Count the articles that the index gives for a query.

    Some of them may not be hits by their own text. That concerns phrases, NEAR, prefixes, and terms of several pieces.
    """
    query = _parsed(words)
    if not query.parts:
        return 0
    candidates = Finder(connection, query, filters).candidates(sort=False)
    counted = candidates.with_only_columns(func.count(), maintain_column_froms=True)
    return connection.execute(counted).scalar_one()


def count_up_to(connection: Connection, words: str | Query, filters: Filters, most: int) -> int:
    """Count as :func:`count_candidates`, and stop at ``most``."""
    query = _parsed(words)
    if not query.parts:
        return 0
    some = Finder(connection, query, filters).candidates(sort=False).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def has_exact_count(words: str | Query) -> bool:
    """Whether the index alone decides a query, so that its candidates are its hits."""
    return not _parsed(words).undecided


def find_countable(connection: Connection, words: str | Query) -> list[int]:
    """Give the ids of the articles by which a query is counted, in no order.

    More than POOL candidates are counted as they are (see ``count_candidates``); fewer are decided by their own words.
    """
    query = _parsed(words)
    if not query.parts:
        return []
    asked = Finder(connection, query, NO_FILTERS)
    ids = list(connection.scalars(asked.candidates(sort=False)).all())  # fetched at once, not row by row
    return [each.row.id for each in asked.by_time(POOL)] if query.undecided and len(ids) <= POOL else ids


def _copies(connection: Connection, ids: Sequence[int]) -> dict[int, list[HitCopy]]:
    copies: dict[int, list[HitCopy]] = {}
    if ids:
        statement = select(_Copy).where(_Copy.c.article_id.in_(ids)).order_by(_Copy.c.id)
        for row in connection.execute(statement):
            copies.setdefault(row.article_id, []).append(HitCopy(row.url, row.site, row.source, row.kind))
    return copies


def _hit(candidate: Candidate, value: float, query: Query, copies: dict[int, list[HitCopy]]) -> Hit:
    row = candidate.row
    terms = query.terms
    in_text = any(map(candidate.text.count, terms))
    shown = candidate.text if in_text or not row.summary else candidate.summary
    return Hit(
        id=row.id,
        url=row.url,
        source=row.source,
        site=row.site,
        language=row.language,
        dated_at=dated(row),
        published_at=row.published_at,
        story_id=row.story_id,
        score=value,
        title=mark_terms(row.title, terms, candidate.title.folded),
        snippet=cut_snippet(row.text if shown is candidate.text else row.summary, terms, folded=shown.folded),
        copies=tuple(copies.get(row.id, ())),
    )
