"""Open an archive in Python, for notebooks: searches, views and SQL as data frames.

``from storage.api import open_archive``. Nothing here writes. Frames are polars', or pandas' where asked for.
"""

import dataclasses
import datetime
import importlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, get_args

from sqlalchemy import Connection, bindparam, text

from storage.chunks import chunks_of
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from storage.distribution import install_extra
from storage.entities.queries import list_entities
from storage.errors import DatabaseError
from storage.search.across import other_words
from storage.search.finder import Filters
from storage.search.like import Similar, similar_articles
from storage.search.names import check_names
from storage.search.nodes import Query
from storage.search.parse import parse_query
from storage.search.query import Sort, find_ids, search
from storage.sql.read_only import run_query
from storage.stories.coverage import active_stories, story_coverage, takings

Frame = Any
"""A ``polars.DataFrame`` or a ``pandas.DataFrame``."""
Frames = Literal["polars", "pandas"]
Period = Literal["day", "month", "year"]
PERIODS: tuple[Period, ...] = get_args(Period)
When = datetime.datetime | datetime.date | str | None
"""A moment in UTC or with its zone, a day of the archive's zone, or either in ISO 8601."""

MOST = 100_000
"""Rows of a frame, unless a method is given another ``limit``."""
SECONDS = 60.0

_LENGTHS: Mapping[Period, int] = {"day": 10, "month": 7, "year": 4}


def open_archive(url: str, *, timezone: str = "Asia/Tokyo", frames: Frames = "polars") -> "Archive":
    """Open an archive by its URL, such as ``sqlite:///kiji.db``; days are those of ``timezone``.

    Raises DatabaseError where there is no archive, or its schema is another one.
    """
    return Archive(open_database(url, create=False), timezone, frames)


class Archive:
    """An archive that is open for reading. It is a context manager; ``close`` ends it."""

    def __init__(self, database: Database, timezone: str, frames: Frames) -> None:
        self._database = database
        self._timezone = timezone
        self._frames: Frames = frames

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def search(self, query: str, *, sort: Sort = "relevance", limit: int = 1_000, **filters: Any) -> Frame:
        """Search as ``kiji search``: a row for each hit, in order.

        ``filters`` are ``language``, ``source`` (a name or several), ``since`` and ``until`` (not included). Raises
        QueryError for a query that cannot be answered, and for a source or language that does not exist.
        """
        now = utc_now()
        with self._database.reading() as connection:
            parsed, wanted = self._checked(connection, query, filters)
            hits = search(connection, parsed, wanted, limit=limit, sort=sort, now=now)
        columns = ("id", "url", "source", "site", "language", "dated_at", "published_at", "story_id", "score")
        rows = [
            (*(getattr(hit, name) for name in columns), hit.title.text, hit.snippet.text, len(hit.copies))
            for hit in hits
        ]
        return self._frame([*columns, "title", "snippet", "copies"], rows)

    def articles(self, query: str = "", *, limit: int = MOST, **filters: Any) -> Frame:
        """Read the view ``articles``, the newest first; all columns. With a ``query``, only what it finds."""
        with self._database.reading() as connection:
            parsed, wanted = self._checked(connection, query or "after:1000-01-01", filters)
            ids = find_ids(connection, parsed, wanted)[:limit]
            return self._frame(*_rows(connection, "articles", "id", ids))

    def stories(self, query: str = "", *, limit: int = MOST, **filters: Any) -> Frame:
        """Read the view ``stories``: those of the articles that fit, the newest first."""
        with self._database.reading() as connection:
            parsed, wanted = self._checked(connection, query or "after:1000-01-01", filters)
            ids = find_ids(connection, parsed, wanted)
            _, rows = _rows(connection, "articles", "id", ids, "id, story_id")
            stories = list(dict.fromkeys(row[1] for row in rows if row[1] is not None))[:limit]
            return self._frame(*_rows(connection, "stories", "id", stories))

    def timeline(self, query: str, by: Period = "day", **filters: Any) -> Frame:
        """Count the articles of a search by local day, month or year, and by language."""
        with self._database.reading() as connection:
            parsed, wanted = self._checked(connection, query, filters)
            counts = timeline(connection, parsed, wanted, self._timezone, by)
        rows = [(period, language, number) for (period, language), number in sorted(counts.items())]
        return self._frame([by, "language", "articles"], rows)

    def coverage(self, *, since: When = None, until: When = None) -> Frame:
        """Read the stories with several articles: their articles by language, which was first, and the lead in hours.

        By the publishers' own dates; a lead is null where it cannot be told.
        """
        begin, end = (_moment(when, self._timezone) for when in (since, until))
        with self._database.reading() as connection:
            stories = list(story_coverage(connection, active_stories(connection, begin, end)))
        columns = (
            "id", "title", "articles_ja", "articles_en", "sources", "first_source", "first_language", "lead_hours",
        )  # fmt: skip
        rows = [
            (*(getattr(each, name) for name in columns[:-1]), each.lead.total_seconds() / 3600 if each.lead else None)
            for each in stories
        ]
        return self._frame(columns, rows)

    def takings(self, *, since: When = None, until: When = None) -> Frame:
        """Count who has texts of whom, and how much later in hours (a median)."""
        begin, end = (_moment(when, self._timezone) for when in (since, until))
        with self._database.reading() as connection:
            found = takings(connection, begin, end)
        rows = [
            (each.giver, each.taker, each.texts, None if each.delay is None else each.delay.total_seconds() / 3600)
            for each in found
        ]
        return self._frame(("giver", "taker", "texts", "delay_hours"), rows)

    def also(self, query: str) -> Frame:
        """Give words of the other language for a query, from stories and declared links across languages."""
        with self._database.reading() as connection:
            found = other_words(connection, parse_query(query, self._timezone), self._timezone)
        columns = ("words", "language", "articles", "stories", "overlap", "origin")
        return self._frame(columns, [dataclasses.astuple(word) for word in found])

    def similar(self, article_id: int, *, limit: int = 20) -> Frame:
        """Give the articles that are most like one, in any language."""
        with self._database.reading() as connection:
            found = similar_articles(connection, article_id, self._timezone, limit)
        columns = [field.name for field in dataclasses.fields(Similar)]
        rows = [(*dataclasses.astuple(each)[:-1], ", ".join(each.shared)) for each in found]
        return self._frame(columns, rows)

    def entities(self, name: str = "", *, kind: str = "", since: When = None, limit: int = 1_000) -> Frame:
        """List persons, organisations and places, those in most articles first, with their articles by language."""
        with self._database.reading() as connection:
            rows = list_entities(connection, name=name, kind=kind, since=_moment(since, self._timezone), limit=limit)
        columns = ("id", "kind", "name_ja", "name_en", "articles", "articles_ja", "articles_en", "first_at", "last_at")
        return self._frame(columns, [tuple(row[column] for column in columns) for row in rows])

    def sql(self, text: str, *, limit: int = MOST) -> Frame:
        """Run one SELECT on the views. Raises QueryRefused for all else, and after a minute."""
        with self._database.reading() as connection:
            return self._frame(*run_query(connection, text, rows=limit, seconds=SECONDS))

    def _checked(self, connection: Connection, query: str, filters: Mapping[str, Any]) -> tuple[Query, Filters]:
        parsed = parse_query(query, self._timezone)
        wanted = filters_of(self._timezone, **filters)
        check_names(connection, parsed, wanted.sources, wanted.language)
        return parsed, wanted

    def _frame(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Frame:
        try:
            library: Any = importlib.import_module(self._frames)
        except ModuleNotFoundError as error:
            msg = f"data frames need {self._frames}: {install_extra('exports')}"
            raise DatabaseError(msg) from error
        if self._frames == "pandas":
            return library.DataFrame(rows, columns=list(columns))
        return library.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)


def filters_of(
    timezone: str,
    *,
    language: str | None = None,
    source: str | Sequence[str] = (),
    since: When = None,
    until: When = None,
) -> Filters:
    """Give the filters of a search; a day begins in ``timezone``."""
    sources = (source,) if isinstance(source, str) else tuple(source)
    return Filters(language, sources, _moment(since, timezone), _moment(until, timezone))


def _moment(when: When, timezone: str) -> datetime.datetime | None:
    if when is None:
        return None
    if isinstance(when, str):
        when = datetime.datetime.fromisoformat(when)
    if not isinstance(when, datetime.datetime):
        when = datetime.datetime.combine(when, datetime.time())
    if when.tzinfo is None:
        import zoneinfo  # only for days and times without a zone

        when = when.replace(tzinfo=zoneinfo.ZoneInfo(timezone))
    return when.astimezone(datetime.UTC)


def timeline(
    connection: Connection, query: Query, filters: Filters, timezone: str, by: Period
) -> dict[tuple[str, str], int]:
    """Count what a query finds by local period (``2026-10-05``, ``2026-10`` or ``2026``) and language."""
    import zoneinfo

    zone = zoneinfo.ZoneInfo(timezone)
    ids = find_ids(connection, query, filters)
    counts: dict[tuple[str, str], int] = {}
    statement = text("SELECT dated_at, language FROM search_document WHERE article_id IN :ids").bindparams(
        bindparam("ids", expanding=True)
    )
    for some in chunks_of(ids):
        for dated, language in connection.execute(statement, {"ids": list(some)}):
            moment = datetime.datetime.fromisoformat(dated) if isinstance(dated, str) else dated
            key = moment.astimezone(zone).isoformat()[: _LENGTHS[by]], language
            counts[key] = counts.get(key, 0) + 1
    return counts


def _rows(
    connection: Connection, view: str, key: str, ids: Sequence[int], columns: str = "*"
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Read rows of a view by their keys, in the order of these."""
    statement = text(f"SELECT {columns} FROM {view} WHERE {key} IN :ids")  # noqa: S608 - names of our own
    statement = statement.bindparams(bindparam("ids", expanding=True))
    found: dict[int, tuple[Any, ...]] = {}
    names: list[str] = []
    for some in chunks_of(list(ids)) if ids else [[-1]]:
        result = connection.execute(statement, {"ids": list(some)})
        names = list(result.keys())
        place = names.index(key)
        found |= {row[place]: tuple(row) for row in result}
    return names, [found[each] for each in ids if each in found]
