"""Search articles: the index gives candidates, their texts decide.

It reads ``articles`` and ``copies`` as analysts do, and the tables of ``storage.tables.search``.
"""

import dataclasses
import datetime
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args

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
from storage.search.candidates import Candidate, fitting
from storage.search.match import filter_condition, is_looked_up, matches, possible, written
from storage.search.nodes import All, Filter, Node, Query
from storage.search.parse import parse_query
from storage.search.rank import rank_score
from storage.search.snippets import MarkedText, cut_snippet, mark_terms
from storage.search.terms import count_occurrences
from storage.tables.search import TEXTS, TITLES, SearchDocument

POOL = 200
"""Articles that compete for the best places: so many of the newest with all terms in their titles, and so many of the
newest with them anywhere. A word of thousands of articles is ranked among the newest of them. All further hits
follow, the newest first."""

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = get_args(Sort)

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

    One of ``sources`` has the article or a copy of it; ``until`` is not included.
    """

    language: str | None = None
    sources: tuple[str, ...] = ()
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


def search(
    connection: Connection,
    words: str | Query,
    filters: Filters = Filters(),
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
    asked = _Search(connection, query, filters)
    if sort != "relevance" or not query.words:
        hits = [(0.0, each) for each in asked.by_time(limit, offset, oldest_first=sort == "oldest")]
    else:
        ranked = asked.ranked(now)
        hits = ranked[offset : offset + limit]
        if len(hits) < limit:
            known = [each.row.id for _, each in ranked]
            rest = asked.by_time(limit - len(hits), max(0, offset - len(ranked)), without=known)
            hits += [(_score(query, each, now), each) for each in rest]
    copies = _copies(connection, [each.row.id for _, each in hits])
    return [_hit(each, value, query, copies) for value, each in hits]


def _parsed(words: str | Query) -> Query:
    return parse_query(words) if isinstance(words, str) else words


def find_ids(
    connection: Connection, words: str | Query, filters: Filters = Filters(), among: Sequence[int] | None = None
) -> list[int]:
    """Find the ids of all articles of a query, or of those ``among`` some, at most ROWS, the newest first."""
    query = _parsed(words)
    if not query.parts:
        return []
    asked = _Search(connection, query, filters, among)
    if not query.undecided:
        return list(connection.scalars(asked.candidates()))
    return [each.row.id for each in asked.by_time(sys.maxsize)]


def newest_candidates(connection: Connection, words: str | Query, filters: Filters, limit: int) -> list[int]:
    """Give the ids of the newest articles that the index gives for a query, as :func:`count_candidates` counts."""
    query = _parsed(words)
    if not query.parts:
        return []
    return list(connection.scalars(_Search(connection, query, filters).candidates().limit(limit)))


def count_candidates(connection: Connection, words: str | Query, filters: Filters = Filters()) -> int:
    """Count the articles that the index gives for a query.

    Some of them may not be hits by their own text. That concerns phrases, NEAR, prefixes, and terms of several pieces.
    """
    query = _parsed(words)
    if not query.parts:
        return 0
    candidates = _Search(connection, query, filters).candidates()
    counted = candidates.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return connection.execute(counted).scalar_one()


def count_up_to(connection: Connection, words: str | Query, filters: Filters, most: int) -> int:
    """Count as :func:`count_candidates`, and stop at ``most``."""
    query = _parsed(words)
    if not query.parts:
        return 0
    some = _Search(connection, query, filters).candidates().order_by(None).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def has_exact_count(words: str | Query) -> bool:
    """Whether the index alone decides a query, so that its candidates are its hits."""
    return not _parsed(words).undecided


def count_by_facet(connection: Connection, words: str | Query) -> list[tuple[str, str, str, int]]:
    """Count hits by language, source and minute (``2025-10-26?01:30``, UTC).

    More than POOL candidates are counted as they are (see ``count_candidates``); fewer are decided by their own words.
    """
    query = _parsed(words)
    if not query.parts:
        return []
    document = SearchDocument.__table__.c
    minute = func.substr(cast(document.dated_at, String), 1, 16).label("minute")
    asked = _Search(connection, query, Filters())
    counted = (
        asked.candidates()
        .order_by(None)
        .with_only_columns(document.language, document.source, minute, func.count(), maintain_column_froms=True)
        .group_by(document.language, document.source, minute)
    )
    places = [(language, source, moment, number) for language, source, moment, number in connection.execute(counted)]
    if query.undecided and sum(number for *_, number in places) <= POOL:
        hits = (each.row for each in asked.by_time(POOL))
        return [(row.language, row.source, f"{_dated(row):%Y-%m-%dT%H:%M}", 1) for row in hits]
    return places


class _Search:
    """One query with its filters on one connection."""

    def __init__(
        self, connection: Connection, query: Query, filters: Filters, among: Sequence[int] | None = None
    ) -> None:
        self._connection = connection
        self._among = among
        self._query = query
        self._filters = filters

    def ranked(self, now: datetime.datetime) -> list[tuple[float, Candidate]]:
        """Score the articles that compete for the best places, the best first."""
        titled = self.by_time(POOL, in_titles=True)
        pool = {each.row.id: each for each in [*titled, *self.by_time(POOL)]}
        scored = [(_score(self._query, each, now), each) for each in pool.values()]
        return sorted(scored, key=lambda pair: (-pair[0], -pair[1].row.id))

    def by_time(
        self,
        limit: int,
        offset: int = 0,
        *,
        in_titles: bool = False,
        oldest_first: bool = False,
        without: Sequence[int] = (),
    ) -> list[Candidate]:
        """Find the newest or oldest articles whose texts fit; ``in_titles``, with all words in their titles."""
        candidates = self.candidates(in_titles=in_titles, oldest_first=oldest_first)
        if without:
            candidates = candidates.where(SearchDocument.__table__.c.article_id.not_in(without))
        undecided = self._query.undecided
        start, passed = (0, offset) if undecided else (offset, 0)
        found: list[Candidate] = []
        size = min(PAGE, limit + passed)
        while True:
            ids = self._connection.scalars(candidates.limit(size).offset(start)).all()
            for each in fitting(self._connection, undecided, self._read(ids)):
                passed -= 1
                if passed < 0:
                    found.append(each)
                if len(found) == limit:
                    return found
            if len(ids) < size:
                return found
            start, size = start + size, min(2 * size, 1_000)

    def candidates(self, *, in_titles: bool = False, oldest_first: bool = False) -> Select[Any]:
        """Select the ids that the index gives, by time."""
        document = SearchDocument.__table__.c
        statement = select(document.article_id).where(*_conditions(self._filters))
        if self._among is not None:
            statement = statement.where(document.article_id.in_(self._among))
        terms = TITLES if in_titles else TEXTS
        parts: list[Node] = list(self._query.parts)
        # Looked up together and joined: the databases begin with the rarest word, and sort what is left.
        joined = [part for part in parts if is_looked_up(part, terms)]
        if joined:
            asked = written(self._connection, All(tuple(joined)))
            statement = statement.join(terms, terms.c.rowid == document.article_id).where(
                matches(self._connection, terms, asked)
            )
        statement = statement.where(*(possible(self._connection, part, terms) for part in parts if part not in joined))
        order = (document.dated_at, document.article_id)
        return statement.order_by(*(order if oldest_first else (each.desc() for each in order)))

    def _read(self, ids: Sequence[int]) -> list[Candidate]:
        """Read articles in the order of the ids given."""
        if not ids:
            return []
        rows = {row.id: row for row in self._connection.execute(select(_Article).where(_Article.c.id.in_(ids)))}
        return [Candidate(rows[id_]) for id_ in ids if id_ in rows]


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    document = SearchDocument.__table__.c
    if filters.language is not None:
        yield document.language == filters.language
    if filters.sources:
        yield or_(*(filter_condition(Filter("source", source)) for source in filters.sources))
    if filters.since is not None:
        yield document.dated_at >= filters.since
    if filters.until is not None:
        yield document.dated_at < filters.until


def _score(query: Query, candidate: Candidate, now: datetime.datetime) -> float:
    return rank_score(
        candidate.count(query), len(candidate.text.text), candidate.row.language, now - _dated(candidate.row)
    )


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


def _hit(candidate: Candidate, value: float, query: Query, copies: dict[int, list[HitCopy]]) -> Hit:
    row = candidate.row
    terms = query.terms
    shown = row.text if any(count_occurrences(term, candidate.text) for term in terms) else row.summary or row.text
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
        title=mark_terms(row.title, terms),
        snippet=cut_snippet(shown, terms),
        copies=tuple(copies.get(row.id, ())),
    )
