"""Read a view's rows for an export, filtered and in a fixed order."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text

from storage.article_fields import FIELD_KINDS, Kind
from storage.body.html import body_html
from storage.body.markdown import body_markdown
from storage.column_types import UTCDateTime
from storage.search.finder import Filters
from storage.tables.dictionary import Relation, relations

BATCH = 500
"""Rows in memory at once: of 3 KB as a rule, of a megabyte at worst."""

_KINDS: Mapping[str, Kind] = {
    "position": "integer",
    "event": "integer",
    "revision": "integer",
    "articles": "integer",
    "articles_ja": "integer",
    "articles_en": "integer",
    "copies": "integer",
    "sources": "integer",
    "line": "integer",
    "width": "integer",
    "height": "integer",
    "own_site": "truth",
    "similarity": "number",
    **FIELD_KINDS,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """A view to export, with SQL conditions for its filters.

    Parameters are ``language``, ``sources``, ``since`` and ``until``; ``found`` is the condition on the ids of articles
    that a search found.
    """

    view: str
    order: str
    language: str
    source: str
    first: str
    last: str
    found: str = "article_id IN ({})"


_OF_ARTICLE = "article_id IN (SELECT id FROM articles WHERE {})"
_OF_STORY = "id IN (SELECT story_id FROM articles WHERE {})"
_SOURCE = "(source IN :sources OR id IN (SELECT article_id FROM copies WHERE source IN :sources))"

_MOMENT = "(SELECT coalesce(published_at, first_seen_at) FROM articles WHERE id = article_id)"


def _of_body(view: str) -> Subject:
    """Export what stands in the texts of articles, by the articles' own filters."""
    language = _OF_ARTICLE.format("language = :language")
    return Subject(view, "article_id, position", language, _OF_ARTICLE.format(_SOURCE), _MOMENT, _MOMENT)


SUBJECTS: Mapping[str, Subject] = {
    "articles": Subject(
        "articles",
        "id",
        "language = :language",
        _SOURCE,
        "coalesce(published_at, first_seen_at)",
        "coalesce(published_at, first_seen_at)",
        "id IN ({})",
    ),
    "related": Subject(
        "related_links",
        "article_id, page_url, position",
        "language = :language",
        _OF_ARTICLE.format(_SOURCE),
        "first_seen_at",
        "first_seen_at",
    ),
    "lists": Subject(
        "page_lists",
        "article_id, page_url, kind, heading, first_seen_at, position, url",
        _OF_ARTICLE.format("language = :language"),
        _OF_ARTICLE.format(_SOURCE),
        "first_seen_at",
        "last_seen_at",
    ),
    "links": _of_body("article_links"),
    "images": _of_body("article_images"),
    "stories": Subject(
        "stories",
        "id",
        _OF_STORY.format("language = :language"),
        _OF_STORY.format(_SOURCE),
        "first_at",
        "last_at",
        _OF_STORY.format("id IN ({})"),
    ),
    "copies": Subject(
        "copies",
        "id",
        _OF_ARTICLE.format("language = :language"),
        "source IN :sources",
        "coalesce(published_at, seen_at)",
        "coalesce(published_at, seen_at)",
    ),
}
"""A row is within ``since`` and ``until`` where its last moment is not before the one nor its first after the other."""


RENDERED: Mapping[str, tuple[str, str, Callable[[str, str], str]]] = {
    "html": ("body_html", "`text` as HTML with its headings, lists, quotations, tables, links and pictures", body_html),
    "markdown": ("body_markdown", "`text` as Markdown, likewise", body_markdown),
}
"""Of each form of a body the column's name, its description, and the function of text and structure."""


def relation_of(subject: Subject, body: str = "") -> Relation:
    """Give the exported view with its columns and their descriptions.

    ``body`` is a key of :data:`RENDERED` whose column is added, or "".
    """
    relation = relations()[subject.view]
    if not body:
        return relation
    name, description, _ = RENDERED[body]
    return dataclasses.replace(relation, columns={**relation.columns, name: description})


def with_body(rows: list[tuple[Any, ...]], subject: Subject, body: str) -> list[tuple[Any, ...]]:
    """Add the column of :data:`RENDERED` to rows of articles."""
    names = list(relations()[subject.view].columns)
    text_at, body_at, write = names.index("text"), names.index("body"), RENDERED[body][2]
    return [(*row, write(row[text_at], row[body_at])) for row in rows]


def kind_of(column_name: str) -> Kind:
    """Tell a column's type by its name, which SQLite does not know."""
    if column_name in _KINDS:
        return _KINDS[column_name]
    if column_name == "id" or column_name.endswith("_id"):
        return "integer"
    return "time" if column_name.endswith("_at") else "text"


def count_rows(connection: Connection, subject: Subject, filters: Filters, ids: Sequence[int] | None = None) -> int:
    """Count the rows of an export; ``ids`` are those of the articles that a search found."""
    statement = _query(connection, subject, filters, ids, "count(*)", "")
    return int(connection.execute(statement, _parameters(filters, ids)).scalar_one())


def read_batches(
    connection: Connection, subject: Subject, filters: Filters, ids: Sequence[int] | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """Read the rows of an export, BATCH at a time.

    Times are aware, in UTC; truths are bool.
    """
    names = list(relation_of(subject).columns)
    listed = ", ".join(f'"{name}"' for name in names)
    types = {name: UTCDateTime() for name in names if kind_of(name) == "time"}
    statement = _query(connection, subject, filters, ids, listed, f"ORDER BY {subject.order}").columns(**types)
    truths = [number for number, name in enumerate(names) if kind_of(name) == "truth"]
    with connection.execute(statement, _parameters(filters, ids), execution_options={"yield_per": BATCH}) as result:
        for rows in result.partitions(BATCH):
            yield [_with_truths(tuple(row), truths) for row in rows]


def _with_truths(row: tuple[Any, ...], truths: list[int]) -> tuple[Any, ...]:
    if not truths:
        return row
    values = list(row)
    for number in truths:
        values[number] = None if values[number] is None else bool(values[number])
    return tuple(values)


def _query(
    connection: Connection, subject: Subject, filters: Filters, ids: Sequence[int] | None, selected: str, order: str
) -> TextClause:
    is_sqlite = connection.dialect.name == "sqlite"
    listed = (
        "value FROM json_each(:ids)"
        if is_sqlite
        else "CAST(value AS bigint) FROM json_array_elements_text(CAST(:ids AS json))"
    )
    conditions = [
        condition
        for condition, is_asked in (
            (subject.language, filters.language is not None),
            (subject.source, bool(filters.sources)),
            (f"{subject.last} >= :since", filters.since is not None),
            (f"{subject.first} < :until", filters.until is not None),
            (subject.found.format(f"SELECT {listed}"), ids is not None),
        )
        if is_asked
    ]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = text(f"SELECT {selected} FROM {subject.view}{where} {order}")  # noqa: S608 - names and conditions of our own
    if filters.sources:
        statement = statement.bindparams(bindparam("sources", expanding=True))
    times = [name for name in ("since", "until") if getattr(filters, name) is not None]
    return statement.bindparams(*(bindparam(name, type_=UTCDateTime()) for name in times))


def _parameters(filters: Filters, ids: Sequence[int] | None) -> dict[str, object]:
    given = {"language": filters.language, "since": filters.since, "until": filters.until}
    values: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if filters.sources:
        values["sources"] = list(filters.sources)
    if ids is not None:
        values["ids"] = json.dumps(ids)
    return values
