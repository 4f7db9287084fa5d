"""Query persons, organisations and places: lists, one with its days, and the articles that name it."""

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

from storage.column_types import UTCDateTime
from storage.reading import json_row

Record = dict[str, Any]

_NAMING = "(SELECT id FROM entity WHERE id = :id OR same_as_id = :id)"
_AT = "coalesce(article.published_at, article.first_seen_at)"


def list_entities(
    connection: Connection, *, name: str = "", kind: str = "", since: datetime.datetime | None = None, limit: int = 50
) -> list[Record]:
    """List entities with their articles by language, those in most articles first.

    ``name`` is a part of a name in either script, in any case. ``since`` counts only articles since then.
    """
    conditions = ["owner.same_as_id IS NULL"]
    values: dict[str, object] = {"limit": limit}
    if name:
        matches = " OR ".join(f"lower({column}) LIKE :name ESCAPE '!'" for column in ("named.name_ja", "named.name_en"))
        conditions.append(
            f"owner.id IN (SELECT coalesce(named.same_as_id, named.id) FROM entity AS named WHERE {matches})"  # noqa: S608 - our own words
        )
        values["name"] = f"%{_escaped(name.lower())}%"
    if kind:
        conditions.append("owner.kind = :kind")
        values["kind"] = kind
    if since is not None:
        conditions.append(f"{_AT} >= :since")
        values["since"] = since
    statement = text(
        "SELECT owner.id, owner.kind, nullif(owner.name_ja, '') AS name_ja, nullif(owner.name_en, '') AS name_en,"  # noqa: S608 - our own words, values are bound
        " count(*) AS articles, sum(CASE WHEN article.language = 'ja' THEN 1 ELSE 0 END) AS articles_ja,"
        " sum(CASE WHEN article.language = 'en' THEN 1 ELSE 0 END) AS articles_en,"
        f" min({_AT}) AS first_at, max({_AT}) AS last_at"
        " FROM article_entity JOIN entity ON entity.id = article_entity.entity_id"
        " JOIN entity AS owner ON owner.id = coalesce(entity.same_as_id, entity.id)"
        " JOIN article ON article.id = article_entity.article_id"
        f" WHERE {' AND '.join(conditions)} GROUP BY owner.id, owner.kind, owner.name_ja, owner.name_en"
        " ORDER BY count(*) DESC, owner.id LIMIT :limit"
    )
    if since is not None:
        statement = statement.bindparams(bindparam("since", type_=UTCDateTime()))
    return [_times(json_row(row)) for row in connection.execute(statement, values).mappings()]


def _escaped(part: str) -> str:
    return part.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _times(row: Record) -> Record:
    """Numbers as integers; PostgreSQL sums to decimals."""
    return {name: int(value) if name.startswith("articles") else value for name, value in row.items()}


def entity_record(connection: Connection, entity_id: int, *, limit: int = 50) -> Record | None:
    """Read one entity: names, forms, days by language (UTC), and the newest articles that name it.

    The id of a family name alone gives the person. None where there is no such entity.
    """
    owner = connection.execute(
        text("SELECT coalesce(same_as_id, id) FROM entity WHERE id = :id"), {"id": entity_id}
    ).scalar()
    if owner is None:
        return None
    row = connection.execute(text("SELECT * FROM entities WHERE id = :id"), {"id": owner}).mappings().first()
    if row is None:
        return None
    forms = connection.execute(
        text(
            f"SELECT form, count(*) AS articles FROM article_entity WHERE entity_id IN {_NAMING}"  # noqa: S608 - our own words
            " GROUP BY form ORDER BY 2 DESC, 1 LIMIT 20"
        ),
        {"id": owner},
    )
    articles = connection.execute(
        text(
            "SELECT articles.id, url, source, language, title, published_at, first_seen_at, form, times, in_title"  # noqa: S608 - our own words
            " FROM articles JOIN article_entity ON article_entity.article_id = articles.id"
            f" WHERE entity_id IN {_NAMING}"
            " ORDER BY coalesce(published_at, first_seen_at) DESC, articles.id DESC LIMIT :limit"
        ),
        {"id": owner, "limit": limit},
    )
    return {
        **json_row(row),
        "forms": [json_row(each) for each in forms.mappings()],
        "days": entity_days(connection, owner),
        "newest": [json_row(each) for each in articles.mappings()],
    }


def entity_days(connection: Connection, entity_id: int) -> list[Record]:
    """Count the articles that name an entity by day (UTC) and language, the newest day first."""
    day = f"substr(CAST({_AT} AS VARCHAR), 1, 10)"
    rows = connection.execute(
        text(
            f"SELECT {day} AS day, article.language, count(*) AS articles FROM article_entity"  # noqa: S608 - our own words
            f" JOIN article ON article.id = article_entity.article_id WHERE entity_id IN {_NAMING}"
            " GROUP BY 1, 2 ORDER BY 1 DESC, 2"
        ),
        {"id": entity_id},
    )
    return [json_row(row) for row in rows.mappings()]


def article_entities(connection: Connection, article_ids: Sequence[int]) -> list[Record]:
    """List the entities that articles name, the most mentioned first."""
    statement = text(
        "SELECT article_entities.article_id, entities.id, entities.kind, entities.name_ja, entities.name_en, form,"
        " times, in_title FROM article_entities JOIN entities ON entities.id = article_entities.entity_id"
        " WHERE article_entities.article_id IN :ids ORDER BY times DESC, entities.id"
    ).bindparams(bindparam("ids", list(article_ids), expanding=True))
    return [json_row(row) for row in connection.execute(statement).mappings()]
