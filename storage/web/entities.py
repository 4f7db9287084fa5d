"""Query what the pages about persons, organisations and places show."""

import datetime
import sqlite3
from urllib.parse import urlencode

from storage.entity_rules import KINDS
from storage.snapshot.local_time import days_until
from storage.web.article_list import LISTED, Context, count_rows, query_rows, read_metadata
from storage.web.svg import day_bars

SHOWN = 100
"""Entities of a page of a list."""

NEWEST = 60
"""Articles of an entity."""

DAYS, HEIGHT = 28, 132


def list_page(connection: sqlite3.Connection, name: str, kind: str, page: int = 1) -> Context:
    """List entities by a part of a name in either script, those in most articles first."""
    kind = kind if kind in KINDS else ""
    name = name[:100]
    conditions, values = ["articles > 0"], []
    if kind:
        conditions.append("kind = ?")
        values.append(kind)
    if name:
        conditions.append("(instr(lower(name_ja), ?) > 0 OR instr(lower(name_en), ?) > 0)")
        values += [name.lower(), name.lower()]
    where = " AND ".join(conditions)
    total = count_rows(connection, f"SELECT count(*) FROM entities WHERE {where}", *values)  # noqa: S608 - conditions of our own
    return {
        "entities": query_rows(
            connection,
            f"SELECT id, kind, name_ja, name_en, articles FROM entities WHERE {where}"  # noqa: S608 - conditions of our own
            f" ORDER BY articles DESC, id LIMIT {SHOWN} OFFSET {(page - 1) * SHOWN}",
            *values,
        ),
        "total": total,
        "page": page,
        "more": total > page * SHOWN,
        "link": lambda number: "/entities?" + urlencode({"name": name, "kind": kind, "page": number}),
        "name": name,
        "kind": kind,
        "kinds": KINDS,
    }


def entity_page(connection: sqlite3.Connection, entity_id: int) -> Context | None:
    """Show one entity: its forms, days, neighbours and newest articles; None for an unknown id."""
    rows = query_rows(connection, "SELECT * FROM entities WHERE id = ?", entity_id)
    if not rows:
        return None
    naming = "articles.id IN (SELECT article_id FROM article_entities WHERE entity_id = ?)"
    window = days_until(datetime.date.fromisoformat(read_metadata(connection)["last_day"]), DAYS)
    by_day = connection.execute(
        "SELECT day, sum(language = 'ja'), sum(language = 'en'), sum(language NOT IN ('ja', 'en')) FROM articles"  # noqa: S608 - a condition of our own
        f" WHERE {naming} AND day >= ? GROUP BY day",
        (entity_id, window[0]),
    )
    counts = {day: (int(ja), int(en), int(other)) for day, ja, en, other in by_day}
    [languages] = query_rows(
        connection,
        "SELECT coalesce(sum(language = 'ja'), 0) AS ja, coalesce(sum(language = 'en'), 0) AS en"  # noqa: S608 - a condition of our own
        f" FROM articles WHERE {naming}",
        entity_id,
    )
    return {
        "entity": rows[0],
        "languages_of": languages,
        "forms": query_rows(
            connection,
            "SELECT form, count(*) AS articles FROM article_entities WHERE entity_id = ? GROUP BY form"
            " ORDER BY 2 DESC, 1 LIMIT 12",
            entity_id,
        ),
        "chart": day_bars(window, counts, HEIGHT),
        "named_with": query_rows(
            connection,
            "SELECT entities.id, kind, name_ja, name_en, counted.articles FROM (SELECT other.entity_id AS id,"
            " count(*) AS articles FROM article_entities AS own JOIN article_entities AS other"
            " ON other.article_id = own.article_id AND other.entity_id <> own.entity_id WHERE own.entity_id = ?"
            " GROUP BY other.entity_id ORDER BY 2 DESC, 1 LIMIT 20) AS counted"
            " JOIN entities ON entities.id = counted.id ORDER BY counted.articles DESC, entities.id",
            entity_id,
        ),
        "newest": query_rows(
            connection,
            f"SELECT {LISTED} FROM articles WHERE {naming} ORDER BY coalesce(published_at, first_seen_at) DESC, id DESC"  # noqa: S608 - columns of our own
            f" LIMIT {NEWEST}",
            entity_id,
        ),
        "newest_shown": NEWEST,
    }


def entities_of_article(connection: sqlite3.Connection, article_id: int) -> list[Context]:
    """List the entities that an article names, the most mentioned first."""
    return query_rows(
        connection,
        "SELECT entities.id, entities.kind, name_ja, name_en, form, times FROM article_entities"
        " JOIN entities ON entities.id = entity_id WHERE article_id = ? ORDER BY in_title DESC, times DESC, entities.id"
        " LIMIT 24",
        article_id,
    )
