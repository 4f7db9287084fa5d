"""Give what a search finds as CSV, JSON or an Atom feed, an article's citation, and a collection."""

import io
import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urljoin

from sqlalchemy import Connection, bindparam, text

from storage.export.citations import STYLES, cite
from storage.export.collection_files import COLUMNS as COLLECTED
from storage.export.collection_files import FORMATS, collection_text
from storage.export.feeds import Entry, Feed, atom, json_feed
from storage.export.text_files import write_csv
from storage.search.names import check_names
from storage.search.parse import parse_query
from storage.search.query import find_ids, search
from storage.web.article_list import Choice, query_rows
from storage.web.search import MOST_DOWNLOADED, filters_of

MOST_IN_FEED = 100
MOST_LOOKED_AT = 300
"""Hits of which a watch's feed takes the first of each story."""

COLUMNS = (
    *("id", "url", "source", "site", "language", "title", "summary", "authors", "published_at", "published_local"),
    *("first_seen_at", "story_id", "copies"),
)
TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "wacz": "application/wacz",
}
CITATIONS = dict(zip(("bib", "ris", "json"), STYLES, strict=True))
_NOTED = ("note", "tags", "added_at")

Notes = Mapping[int, Mapping[str, Any]]
"""``note``, ``tags`` and ``added_at`` by article id."""


def download(
    connection: Connection, choice: Choice, snapshot: Mapping[str, str], kind: str, address: str
) -> tuple[bytes, dict[str, str]]:
    """Give the bytes and headers of a file; ``kind`` is a key of TYPES.

    Raises QueryError where the query cannot be answered.
    """
    query = parse_query(choice.q, snapshot["timezone"], _time(snapshot["made_at"]))
    check_names(connection, query)
    filters = filters_of(choice, snapshot["timezone"])
    if kind == "atom":
        hits = search(connection, query, filters, limit=MOST_IN_FEED, sort="newest", now=_time(snapshot["made_at"]))
        entries = _entries(connection, [hit.id for hit in hits])
        feed = Feed(f"{choice.q} — Kiji", address, urljoin(address, choice.address()), _time(snapshot["made_at"]))
        return atom(feed, entries), {}
    ids = find_ids(connection, query, filters)
    rows = _rows(connection, ids[:MOST_DOWNLOADED])
    headers = {"content-disposition": f'attachment; filename="kiji-articles.{kind}"'}
    if kind == "csv":
        file = io.StringIO(newline="")
        write_csv(file, COLUMNS, [tuple(row.values()) for row in rows])
        return file.getvalue().encode(), headers
    whole = {"query": choice.q, "total": len(ids), "is_complete": len(ids) <= MOST_DOWNLOADED, "articles": rows}
    return json.dumps(whole, ensure_ascii=False).encode(), headers


def watch_query(connection: Connection, name: str) -> str | None:
    """Read the query of a watch; None where there is no such watch."""
    query: str | None = connection.execute(
        text("SELECT query FROM watches WHERE name = :name"), {"name": name}
    ).scalar()
    return query


def watch_feed(
    connection: Connection, name: str, query: str, snapshot: Mapping[str, str], kind: str, address: str
) -> bytes:
    """Write the Atom or JSON feed of a watch with its query: the first article of each story."""
    made = _time(snapshot["made_at"])
    parsed = parse_query(query, snapshot["timezone"], made)
    hits = search(connection, parsed, limit=MOST_LOOKED_AT, sort="newest", now=made)
    first: dict[tuple[str, int], int] = {}
    for hit in hits:  # the newest first, so that the oldest of a story stays
        first[("story", hit.story_id) if hit.story_id is not None else ("article", hit.id)] = hit.id
    kept = set(first.values())
    ids = [hit.id for hit in hits if hit.id in kept][:MOST_IN_FEED]
    entries = _entries(connection, ids)
    feed = Feed(f"{name} — Kiji", address, urljoin(address, Choice(q=query).address()), made)
    return atom(feed, entries) if kind == "atom" else json_feed(feed, entries)


def citation(connection: sqlite3.Connection, article_id: int, kind: str) -> str | None:
    """Cite an article; ``kind`` is a key of CITATIONS. None for an unknown article."""
    rows = query_rows(connection, "SELECT * FROM articles WHERE id = ?", article_id)
    return cite(rows[0], CITATIONS[kind]) if rows else None


def collection_download(connection: sqlite3.Connection, name: str, live: Notes | None, kind: str) -> str | None:
    """Write a collection with its ``live`` notes, or those of the snapshot; None where it has none.

    Articles that the snapshot has not are left out.
    """
    notes = live
    if notes is None:
        query = "SELECT * FROM collection_articles WHERE collection = ? ORDER BY added_at, article_id"
        notes = {row["article_id"]: row for row in query_rows(connection, query, name)}
        if not notes:
            return None
    columns = ", ".join(column for column in COLLECTED if column not in _NOTED)
    query = f"SELECT {columns} FROM articles WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608 - columns of our own
    rows = {row["id"]: row for row in query_rows(connection, query, json.dumps(list(notes)))}
    noted = [
        {**rows[article_id], **{column: note[column] for column in _NOTED}}
        for article_id, note in notes.items()
        if article_id in rows
    ]
    return collection_text(noted, next(each for each in FORMATS if each == kind))


def attached(name: str) -> dict[str, str]:
    """Give the headers of a file that the browser saves under a name."""
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}", "cache-control": "no-cache"}


def _rows(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    listed = ", ".join(COLUMNS)
    query = text(f"SELECT {listed} FROM articles WHERE id IN :ids")  # noqa: S608 - columns of our own
    rows: dict[int, dict[str, Any]] = {}
    for begin in range(0, len(ids), 500):
        asked = query.bindparams(bindparam("ids", list(ids[begin : begin + 500]), expanding=True))
        rows |= {row.id: dict(row._mapping) for row in connection.execute(asked)}
    return [rows[article_id] for article_id in ids if article_id in rows]


def _entries(connection: Connection, ids: Sequence[int]) -> list[Entry]:
    """Give the entries of articles; a revision by the publisher is an update of its entry."""
    query = text("SELECT article_id, max(seen_at) FROM revisions WHERE article_id IN :ids AND revision > 1 GROUP BY 1")
    rows = connection.execute(query.bindparams(bindparam("ids", list(ids), expanding=True)))
    changed = {article_id: seen_at for article_id, seen_at in rows}  # noqa: C416 - a result has keys()
    return [_entry(row | {"changed_at": changed.get(row["id"])}) for row in _rows(connection, ids)]


def _entry(row: Mapping[str, Any]) -> Entry:
    published = _time(row["published_at"] or row["first_seen_at"])
    updated = max(published, _time(row["changed_at"])) if row["changed_at"] else published
    return Entry(
        key=row["url"], url=row["url"], title=row["title"], summary=row["summary"], source=row["source"],
        language=row["language"], authors=row["authors"], published_at=published, updated_at=updated,
    )  # fmt: skip


def _time(written: str) -> datetime:
    return datetime.fromisoformat(written)
