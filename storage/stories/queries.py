"""Query lists of stories, and one story with its articles and evidence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, text

from storage.column_types import UTCDateTime
from storage.reading import json_row

Order = Literal["newest", "biggest"]

_COLUMNS = "id, title, first_at, last_at, articles, copies, sources, articles_ja, articles_en"
_ORDERS: Mapping[Order, str] = {"newest": "last_at DESC, id DESC", "biggest": "articles + copies DESC, last_at DESC"}


def list_stories(
    connection: Connection, *, since: datetime | None, order: Order, limit: int, least: int = 2
) -> list[dict[str, Any]]:
    """Read stories of at least ``least`` articles, active ``since`` then."""
    statement = text(
        f"SELECT {_COLUMNS} FROM stories WHERE articles >= :least"  # noqa: S608 - our own words, values are bound
        f"{' AND last_at >= :since' if since else ''} ORDER BY {_ORDERS[order]} LIMIT :limit"
    )
    values: dict[str, object] = {"least": least, "limit": limit}
    if since is not None:
        statement = statement.bindparams(bindparam("since", type_=UTCDateTime()))
        values["since"] = since
    return [json_row(row) for row in connection.execute(statement, values).mappings()]


def story_record(connection: Connection, story_id: int) -> dict[str, Any] | None:
    """Read one story with its articles in order of time, copies and evidence.

    The id of a story that an older one took over gives that one. None where there never was such a story.
    """
    present_id = connection.execute(
        text("SELECT coalesce(merged_into_id, id) FROM story WHERE id = :id"), {"id": story_id}
    ).scalar()
    if present_id is None:
        return None
    rows = connection.execute(text(f"SELECT {_COLUMNS} FROM stories WHERE id = :id"), {"id": present_id})  # noqa: S608 - our own words
    story = json_row(rows.mappings().one())
    articles = connection.execute(
        text(
            "SELECT id, url, source, language, title, published_at, first_seen_at FROM articles"
            " WHERE story_id = :id ORDER BY coalesce(published_at, first_seen_at), id"
        ),
        {"id": present_id},
    )
    members = {row["id"]: {**json_row(row), "evidence": []} for row in articles.mappings()}
    evidence = connection.execute(
        text(
            "SELECT article_id, other_article_id, other_url, kind, weight, detail FROM story_evidence"
            " WHERE story_id = :id ORDER BY article_id, weight DESC, other_url"
        ),
        {"id": present_id},
    )
    for row in evidence.mappings():
        tie = json_row(row)
        members[tie.pop("article_id")]["evidence"].append(tie)
    return {**story, "members": list(members.values())}
