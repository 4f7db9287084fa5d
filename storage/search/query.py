"""Search articles: the index gives candidates, their texts decide.

It reads ``articles`` and ``copies`` as analysts do, and the tables of ``storage.tables.search``.
"""

import dataclasses
import datetime
import functools
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    cast,
    column,
    func,
    or_,
    select,
    table,
)

from storage.column_types import UTCDateTime
from storage.search.match import matches_all, matches_any
from storage.search.rank import rank_score
from storage.search.snippets import MarkedText, cut_snippet, mark_terms
from storage.search.terms import FoldedText, Lookup, Query, Term, count_occurrences, fold, lookups, parse_query
from storage.tables.search import TEXTS, TITLES, SearchDocument

POOL = 200
"""Articles that compete for the best places: so many of the newest with all terms in their titles, and so many of the
newest with them anywhere. A word of thousands of articles is ranked among the newest of them. Up to so
many hits, a higher limit only adds to the same order."""

PAGE = 50
"""Candidates that are read at once."""

_Article = table(
    "articles",
    *(column(name) for name in ("id", "url", "source", "site", "language", "title", "summary", "text", "authors")),
    column("published_at", UTCDateTime()),
    column("first_seen_at", UTCDateTime()),
    column("story_id"),
)
_Copy = table("copies", *(column(name) for name in ("id", "article_id", "url", "site", "source", "kind", "title")))


@dataclasses.dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must be besides its words.

    ``source`` has the article or a copy of it; ``until`` is not included.
    """

    language: str | None = None
    source: str | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


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


class _Candidate:
    """An article that the index gives; its texts are folded when needed."""

    def __init__(self, row: Row[*tuple[Any, ...]]) -> None:
        self.row = row

    @functools.cached_property
    def title(self) -> FoldedText:
        return FoldedText(fold(self.row.title))

    @functools.cached_property
    def summary(self) -> FoldedText:
        return FoldedText(fold(self.row.summary))

    @functools.cached_property
    def text(self) -> FoldedText:
        return FoldedText(fold(self.row.text))

    def holds(self, term: Term) -> bool:
        return any(count_occurrences(term, field) for field in (self.title, self.text, self.summary))


def search(
    connection: Connection,
    words: str,
    filters: Filters = Filters(),
    *,
    limit: int = 20,
    newest: bool = False,
    now: datetime.datetime,
) -> list[Hit]:
    """Find articles by any string, the best or the newest first.

    A query without a word to search for finds nothing; one of exclusions only finds all others, the newest first.
    """
    query = parse_query(words)
    if not query.wanted and not query.unwanted:
        return []
    if newest or not query.wanted:
        scored = [(0.0, candidates) for candidates in _newest(connection, query, filters, limit)]
    else:
        pool = max(POOL, limit)
        titled = _newest(connection, query, filters, pool, in_titles=True)
        candidates = {each.row.id: each for each in [*titled, *_newest(connection, query, filters, pool)]}
        ranked = [(_score(query, each, now), each) for each in candidates.values()]
        scored = sorted(ranked, key=lambda pair: (-pair[0], -pair[1].row.id))[:limit]
    copies = _copies(connection, [candidates.row.id for _, candidates in scored])
    return [_hit(candidates, value, query, copies) for value, candidates in scored]


def find_ids(connection: Connection, words: str, filters: Filters = Filters()) -> list[int]:
    """Find the ids of all articles of a query, the newest first."""
    query = parse_query(words)
    if not query.wanted and not query.unwanted:
        return []
    if has_exact_count(words):
        return list(connection.scalars(_candidates(connection, query, filters, in_titles=False)))
    return [candidate.row.id for candidate in _newest(connection, query, filters, sys.maxsize)]


def count_candidates(connection: Connection, words: str, filters: Filters = Filters()) -> int:
    """Count the articles that the index gives for a query.

    Some of them may not be hits by their own text.

    That concerns terms of several pieces, which may be apart in the text.
    """
    query = parse_query(words)
    if not query.wanted and not query.unwanted:
        return 0
    candidates = _candidates(connection, query, filters, in_titles=False).with_only_columns(
        func.count(), maintain_column_froms=True
    )
    return connection.execute(candidates.order_by(None)).scalar_one()


def has_exact_count(words: str) -> bool:
    """Whether the index alone decides a query, so that its candidates are its hits."""
    query = parse_query(words)
    return not _uncertain(query.wanted + query.unwanted)


def count_by_facet(connection: Connection, words: str) -> list[tuple[str, str, str, int]]:
    """Count hits by language, source and minute (``2025-10-26?01:30``, UTC).

    More than POOL candidates are counted as they are (see ``count_candidates``); fewer are decided by their own words.
    """
    query = parse_query(words)
    if not query.wanted and not query.unwanted:
        return []
    document = SearchDocument.__table__.c
    minute = func.substr(cast(document.dated_at, String), 1, 16).label("minute")
    candidates = _candidates(connection, query, Filters(), in_titles=False).order_by(None)
    counted = candidates.with_only_columns(
        document.language, document.source, minute, func.count(), maintain_column_froms=True
    ).group_by(document.language, document.source, minute)
    places = [(language, source, moment, number) for language, source, moment, number in connection.execute(counted)]
    if not has_exact_count(words) and sum(number for *_, number in places) <= POOL:
        hits = (candidates.row for candidates in _newest(connection, query, Filters(), POOL))
        return [(row.language, row.source, f"{_dated(row):%Y-%m-%dT%H:%M}", 1) for row in hits]
    return places


def _newest(
    connection: Connection, query: Query, filters: Filters, limit: int, *, in_titles: bool = False
) -> list[_Candidate]:
    """Find the newest articles whose texts fulfil a query."""
    candidates = _candidates(connection, query, filters, in_titles=in_titles)
    wanted = _uncertain(query.wanted)
    # A title's terms do not tell what its text has.
    unwanted = query.unwanted if in_titles else _uncertain(query.unwanted)
    fitting: list[_Candidate] = []
    offset, size = 0, min(PAGE, limit)
    while True:
        ids = connection.scalars(candidates.limit(size).offset(offset)).all()
        for each in _read(connection, ids):
            if all(map(each.holds, wanted)) and not any(map(each.holds, unwanted)):
                fitting.append(each)
                if len(fitting) == limit:
                    return fitting
        if len(ids) < size:
            return fitting
        offset, size = offset + size, min(2 * size, 1_000)


def _candidates(connection: Connection, query: Query, filters: Filters, *, in_titles: bool) -> Select[Any]:
    """Select the ids that the index gives for a query, the newest first."""
    document = SearchDocument.__table__.c
    statement = select(document.article_id).where(*_conditions(filters))
    unwanted = _certain(query.unwanted)
    if query.wanted:
        terms = TITLES if in_titles else TEXTS
        wanted = [lookup for term in query.wanted for lookup in lookups(term)]
        statement = statement.join(terms, terms.c.rowid == document.article_id).where(
            matches_all(connection, terms, wanted, unwanted)
        )
    elif unwanted:
        without = select(TEXTS.c.rowid).where(matches_any(connection, TEXTS, unwanted))
        statement = statement.where(document.article_id.not_in(without))
    return statement.order_by(document.dated_at.desc(), document.article_id.desc())


def _certain(terms: Sequence[Term]) -> list[Lookup]:
    """List lookups of terms that the index alone decides."""
    return [term_lookups[0] for term in terms if len(term_lookups := lookups(term)) == 1]


def _uncertain(terms: Sequence[Term]) -> list[Term]:
    """List the terms that an article's text has to decide."""
    return [term for term in terms if len(lookups(term)) > 1]


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    document = SearchDocument.__table__.c
    if filters.language is not None:
        yield document.language == filters.language
    if filters.source is not None:
        elsewhere = select(_Copy.c.article_id).where(_Copy.c.source == filters.source)
        yield or_(document.source == filters.source, document.article_id.in_(elsewhere))
    if filters.since is not None:
        yield document.dated_at >= filters.since
    if filters.until is not None:
        yield document.dated_at < filters.until


def _read(connection: Connection, ids: Sequence[int]) -> Iterator[_Candidate]:
    """Read articles in the order of the ids given."""
    if not ids:
        return
    rows = {row.id: row for row in connection.execute(select(_Article).where(_Article.c.id.in_(ids)))}
    yield from (_Candidate(rows[id_]) for id_ in ids if id_ in rows)


def _score(query: Query, candidate: _Candidate, now: datetime.datetime) -> float:
    counts = [
        tuple(count_occurrences(term, field) for field in (candidate.title, candidate.summary, candidate.text))
        for term in query.wanted
    ]
    return rank_score(counts, len(candidate.text.text), candidate.row.language, now - _dated(candidate.row))


def _dated(row: Row[Any]) -> datetime.datetime:
    dated: datetime.datetime = row.published_at or row.first_seen_at
    return row.first_seen_at if dated > row.first_seen_at + datetime.timedelta(days=1) else dated


def _copies(connection: Connection, ids: Sequence[int]) -> dict[int, list[HitCopy]]:
    copies: dict[int, list[HitCopy]] = {}
    if ids:
        statement = select(_Copy).where(_Copy.c.article_id.in_(ids)).order_by(_Copy.c.id)
        for row in connection.execute(statement):
            copies.setdefault(row.article_id, []).append(HitCopy(row.url, row.site, row.source, row.kind))
    return copies


def _hit(candidate: _Candidate, value: float, query: Query, copies: dict[int, list[HitCopy]]) -> Hit:
    row = candidate.row
    shown = (
        row.text if any(count_occurrences(term, candidate.text) for term in query.wanted) else row.summary or row.text
    )
    return Hit(
        id=row.id,
        url=row.url,
        source=row.source,
        site=row.site,
        language=row.language,
        dated_at=_dated(row),
        published_at=row.published_at,
        story_id=row.story_id,
        score=value,
        title=mark_terms(row.title, query.wanted),
        snippet=cut_snippet(shown, query.wanted),
        copies=tuple(copies.get(row.id, ())),
    )
