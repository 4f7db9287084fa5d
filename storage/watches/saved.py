"""Add, list and remove saved searches."""

import datetime
import re
from typing import Any

from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.orm import Session

from storage.errors import DatabaseError
from storage.reading import iso_utc
from storage.search.parse import parse_query
from storage.tables.core import Article
from storage.tables.fetches import Fetch
from storage.tables.watches import Watch

MOST = 200
"""Watches of an archive: each is matched after each crawl."""
PER_DAY = 20
"""Notices of a watch a day, where it says nothing else."""

_NAME = re.compile(r"[\w][\w.-]{0,99}")


class WatchRefused(DatabaseError):
    """The watch cannot be added or does not exist; the message says why."""


def add_watch(
    session: Session, name: str, query: str, timezone: str, *, mode: str, per_day: int, now: datetime.datetime
) -> None:
    """Save a search; only what is stored from now on will match.

    Raises WatchRefused for a name that is taken or is none, and QueryError for a query that cannot be answered.
    """
    if not _NAME.fullmatch(name):
        msg = f'"{name}" is no name; allowed: letters, digits, "-", "_" and ".", 100 at most'
        raise WatchRefused(msg)
    if not parse_query(query, timezone, now).parts:
        msg = f"the query of {name} has no word to search for"
        raise WatchRefused(msg)
    if session.scalar(select(Watch.id).where(Watch.name == name)) is not None:
        msg = f"there is a watch {name} already; kiji watch remove {name} removes it"
        raise WatchRefused(msg)
    if (session.scalar(select(func.count()).select_from(Watch)) or 0) >= MOST:
        msg = f"there are {MOST} watches, which is the most; kiji watch remove NAME removes one"
        raise WatchRefused(msg)
    session.add(
        Watch(
            name=name,
            query=query,
            timezone=timezone,
            mode=mode,
            per_day=per_day,
            created_at=now,
            digest_at=None,
            last_article_id=session.scalar(select(func.max(Article.id))) or 0,
            last_fetch_id=session.scalar(select(func.max(Fetch.id))) or 0,
        )
    )


def remove_watch(session: Session, name: str) -> None:
    """Remove a watch with all that it matched. Raises WatchRefused where there is none."""
    removed = session.execute(delete(Watch).where(Watch.name == name).returning(Watch.id)).all()
    if not removed:
        raise _unknown(session.connection(), name)


def list_watches(connection: Connection) -> list[dict[str, Any]]:
    """List the watches by name, with what they matched."""
    rows = connection.execute(text("SELECT * FROM watches ORDER BY name")).mappings()
    return [{name: iso_utc(v) if isinstance(v, datetime.datetime) else v for name, v in row.items()} for row in rows]


def watch_matches(connection: Connection, name: str, limit: int) -> list[dict[str, Any]]:
    """List what a watch matched, the newest first. Raises WatchRefused where there is none of the name."""
    if connection.scalar(select(Watch.id).where(Watch.name == name)) is None:
        raise _unknown(connection, name)
    query = text(
        "SELECT watch_matches.*, articles.title, articles.url, articles.source FROM watch_matches"
        " JOIN articles ON articles.id = watch_matches.article_id WHERE watch = :name"
        " ORDER BY matched_at DESC, article_id DESC, revision DESC LIMIT :limit"
    )
    rows = connection.execute(query, {"name": name, "limit": limit}).mappings()
    return [{key: iso_utc(v) if isinstance(v, datetime.datetime) else v for key, v in row.items()} for row in rows]


def _unknown(connection: Connection, name: str) -> WatchRefused:
    names = connection.scalars(select(Watch.name).order_by(Watch.name)).all()
    return WatchRefused(f"there is no watch {name}; there are: {', '.join(names) or 'none yet'}")
