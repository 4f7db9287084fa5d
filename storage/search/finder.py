"""Find the articles of a query: the index gives candidates, their texts decide."""

import dataclasses
import datetime
import itertools
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, TableClause, any_, column, func, or_, select, table

from storage.column_types import UTCDateTime
from storage.search.candidates import Candidate, fitting
from storage.search.folding import TEXT_LIMIT
from storage.search.match import filter_condition, is_looked_up, looked_up, matches, possible, written
from storage.search.nodes import All, Filter, Node, Query
from storage.search.rank import rank_score
from storage.search.windows import WINDOW, ids_in_windows, sort_by_time
from storage.tables.search import TEXTS, TITLES, SearchDocument

POOL = 200
"""Articles that compete for the best places: so many of the newest with all terms in their titles, and so many of the
newest with them anywhere. A word of thousands of articles is ranked among the newest of them. All further hits
follow, the newest first."""

CHECKED = 500
"""Newest candidates of each kind whose texts are looked at for those 200, where the index alone does not decide: a
phrase of two frequent words can be in one of a thousand candidates, and 10,000 texts take a second."""

PAGE, MORE = 50, 8
"""Candidates that the index is asked for first, and how many times as many it is asked for each time after that: it
sorts all of them each time."""

READ = 100
"""Articles that are read at once."""

COMMON = 2_000
"""Candidates from which on SQLite looks among the newest articles first, and then tries one after the other."""

_Article = table(
    "articles",
    *(column(name) for name in ("id", "url", "source", "site", "language", "title", "summary", "text", "authors")),
    column("published_at", UTCDateTime()),
    column("first_seen_at", UTCDateTime()),
    column("story_id"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must be besides its words.

    One of ``sources`` has the article or a copy of it; ``until`` is not included.
    """

    language: str | None = None
    sources: tuple[str, ...] = ()
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


NO_FILTERS = Filters()


class Finder:
    """One query with its filters on one connection."""

    def __init__(
        self, connection: Connection, query: Query, filters: Filters, among: Sequence[int] | None = None
    ) -> None:
        self._connection = connection
        self._among = among
        self._query = query
        self._filters = filters
        self._decided: dict[int, Candidate | None] = {}
        self._common: dict[tuple[str, str], bool] = {}

    def ranked(self, now: datetime.datetime) -> list[tuple[float, Candidate]]:
        """Score the articles that compete for the best places, the best first."""
        titled = self.by_time(POOL, in_titles=True, most=CHECKED)
        pool = {each.row.id: each for each in [*titled, *self.by_time(POOL, most=CHECKED)]}
        scored = [(score_of(self._query, each, now), each) for each in pool.values()]
        return sorted(scored, key=lambda pair: (-pair[0], -pair[1].row.id))

    def by_time(
        self,
        limit: int,
        offset: int = 0,
        *,
        in_titles: bool = False,
        oldest_first: bool = False,
        without: Sequence[int] = (),
        most: int | None = None,
    ) -> list[Candidate]:
        """Find the newest or oldest articles whose texts fit; ``in_titles``, with all words in their titles.

        At most so many candidates are looked at where the index does not decide.
        """
        candidates = self.candidates(in_titles=in_titles, oldest_first=oldest_first)
        if without:
            candidates = candidates.where(SearchDocument.__table__.c.article_id.not_in(without))
        wanted = limit + offset
        windows = self._windows(most or wanted, in_titles=in_titles, oldest_first=oldest_first, without=without)
        if not self._query.undecided:
            if windows is None:
                return self._read(self._connection.scalars(candidates.limit(limit).offset(offset)).all())
            return self._read(list(itertools.islice(self._ids(candidates, wanted, windows), offset, wanted)))
        first = min(PAGE, wanted)
        fitting_ones = self._fitting(itertools.islice(self._ids(candidates, first, windows), most), first)
        return list(itertools.islice(fitting_ones, offset, wanted))

    def newest_ids(self, limit: int) -> list[int]:
        """Give the ids of the newest articles that the index gives, whether their texts fit or not."""
        windows = self._windows(limit, in_titles=False, oldest_first=False, without=())
        return list(itertools.islice(self._ids(self.candidates(), limit, windows), limit))

    def _windows(
        self, wanted: int, *, in_titles: bool, oldest_first: bool, without: Sequence[int]
    ) -> Generator[int, None, int | None] | None:
        """Look among the newest first where few articles are wanted and words alone narrow; on SQLite, common words."""
        terms = TITLES if in_titles else TEXTS
        parts = self._query.parts
        if self._is_narrowed or wanted > WINDOW or not all(is_looked_up(part, terms) for part in parts):
            return None
        asked = written(self._connection, All(parts))
        if self._connection.dialect.name == "sqlite" and not self._is_common(terms, asked):
            return None
        return ids_in_windows(self._connection, terms, asked, wanted, oldest_first=oldest_first, without=without)

    def _ids(
        self, candidates: Select[Any], size: int, windows: Generator[int, None, int | None] | None
    ) -> Iterator[int]:
        """Give the ids of candidates, further ones only when they are asked for.

        First those of ``windows``. SQLite gives all others one by one: it goes through all articles by time, or sorts
        fewer than COMMON.
        """
        given = 0 if windows is None else (yield from windows)
        if given is None:
            return
        if self._connection.dialect.name == "sqlite" and not self._is_narrowed:
            yield from self._connection.scalars(candidates.offset(given) if given else candidates)
            return
        start = given
        while ids := self._connection.scalars(candidates.limit(size).offset(start)).all():
            yield from ids
            if len(ids) < size:
                return
            start, size = start + size, MORE * size

    def _fitting(self, ids: Iterator[int], size: int) -> Iterator[Candidate]:
        """Give the articles that fit; each is decided once, however often it is asked for."""
        while some_ids := list(itertools.islice(ids, size)):
            unknown = [id_ for id_ in some_ids if id_ not in self._decided]
            self._decided |= dict.fromkeys(unknown)
            for each in fitting(self._connection, self._query.undecided, self._read(unknown)):
                self._decided[each.row.id] = each
            yield from filter(None, map(self._decided.__getitem__, some_ids))
            size = READ

    def candidates(self, *, in_titles: bool = False, oldest_first: bool = False, sort: bool = True) -> Select[Any]:
        """Select the ids that the index gives, by time; in no order where they are all wanted, and not to be sorted."""
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
            found = looked_up(self._connection, terms, asked)
            is_sqlite = self._connection.dialect.name == "sqlite"
            whole = len(joined) == len(parts) and "*" not in asked and not self._is_narrowed
            if is_sqlite and sort and whole and self._is_common(terms, asked):
                # The sum keeps SQLite from looking each up by its id.
                return sort_by_time(statement.where((document.article_id + 0).in_(found)), oldest_first=oldest_first)
            if is_sqlite:
                matching = matches(self._connection, terms, asked)
                statement = statement.join(terms, terms.c.rowid == document.article_id).where(matching)
            else:  # an array, because PostgreSQL compared each article with each that is found
                statement = statement.where(document.article_id == any_(func.array(found.scalar_subquery())))
        statement = statement.where(*(possible(self._connection, part, terms) for part in parts if part not in joined))
        return sort_by_time(statement, oldest_first=oldest_first) if sort else statement

    @property
    def _is_narrowed(self) -> bool:
        """Whether something besides words narrows the query."""
        return self._among is not None or self._filters != NO_FILTERS

    def _is_common(self, terms: TableClause, asked: str) -> bool:
        """Tell whether SQLite had better go through the articles by time: many have the words."""
        place = (terms.name, asked)
        if place not in self._common:
            some = select(terms.c.rowid).where(matches(self._connection, terms, asked)).limit(COMMON).subquery()
            number = self._connection.execute(select(func.count()).select_from(some)).scalar_one()
            self._common[place] = number == COMMON
        return self._common[place]

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


def score_of(query: Query, candidate: Candidate, now: datetime.datetime) -> float:
    """Score a hit by its words and age."""
    return rank_score(
        candidate.count(query),
        min(len(candidate.row.text), TEXT_LIMIT),
        candidate.row.language,
        now - dated(candidate.row),
    )


def dated(row: Row[Any]) -> datetime.datetime:
    """Give an article's own date, or its first sight where it has none or one in the future."""
    own: datetime.datetime = row.published_at or row.first_seen_at
    return row.first_seen_at if own > row.first_seen_at + datetime.timedelta(days=1) else own
