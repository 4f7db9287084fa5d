"""Add articles to collections, and read them with their notes and tags.

A collection holds an article's id, which a re-crawl, a re-reading or a move never changes. So notes and tags last until
the article is taken out, or forgotten.
"""

import datetime
import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.orm import Session

from storage.database.upsert import upsert_rows
from storage.errors import DatabaseError
from storage.reading import json_row
from storage.tables.collections import CollectedArticle, Collection
from storage.tables.core import Address, Article

_NAME = re.compile(r"[\w][\w.-]{0,99}")
_TAG = re.compile(r"[\w][\w.-]{0,49}")
MOST_TAGS = 20
LONGEST_NOTE = 10_000
LONGEST_ID = 9

_COLLECTED = """
SELECT collection_articles.note, collection_articles.tags, collection_articles.added_at, articles.*
FROM collection_articles JOIN articles ON articles.id = collection_articles.article_id
WHERE collection_articles.collection = :name ORDER BY collection_articles.added_at, articles.id"""


class CollectionRefused(DatabaseError):
    """The collection or its change is not possible; the message says why."""


def collect(
    session: Session,
    name: str,
    article_ids: Sequence[int],
    now: datetime.datetime,
    *,
    note: str | None = None,
    tags: Sequence[str] | None = None,
) -> int:
    """Add articles to a collection, which is made where it is missing; return how many are new in it.

    A ``note`` and ``tags`` replace those of articles that are in it already; None leaves them. Raises
    CollectionRefused for a name, tag or note that is none, and for an unknown article.
    """
    _check(name, note, tags)
    known = set(session.scalars(select(Article.id).where(Article.id.in_(article_ids))))
    unknown = [article_id for article_id in article_ids if article_id not in known]
    if unknown:
        msg = f"no article {unknown[0]}; kiji search finds articles by their words"
        raise CollectionRefused(msg)
    collection = session.scalars(select(Collection).where(Collection.name == name)).first()
    if collection is None:
        collection = Collection(name=name, created_at=now)
        session.add(collection)
        session.flush()
    inside = select(CollectedArticle.article_id).where(CollectedArticle.collection_id == collection.id)
    before = set(session.scalars(inside))
    rows = [
        {
            "collection_id": collection.id,
            "article_id": article_id,
            "note": note or "",
            "tags": " ".join(sorted(set(tags or ()))),
            "added_at": now,
        }
        for article_id in dict.fromkeys(article_ids)
    ]
    new = [row for row in rows if row["article_id"] not in before]
    old = [row for row in rows if row["article_id"] in before]
    changed = tuple(column for column, value in (("note", note), ("tags", tags)) if value is not None)
    upsert_rows(session, CollectedArticle, new, keys=("collection_id", "article_id"), changed=("note", "tags"))
    if changed:
        upsert_rows(session, CollectedArticle, old, keys=("collection_id", "article_id"), changed=changed)
    return len(new)


def article_ids(session: Session, given: Sequence[str], key_of: Callable[[str], str]) -> list[int]:
    """Find articles by id or address; ``key_of`` gives an address's key. Raises CollectionRefused for unknown ones."""
    ids = []
    for each in given:
        if each.isdecimal() and len(each) <= LONGEST_ID:
            ids.append(int(each))
            continue
        number = session.scalar(select(Address.article_id).where(Address.key == key_of(each)))
        if number is None:
            msg = f"no article {each[:200]}; kiji search finds articles by their words"
            raise CollectionRefused(msg)
        ids.append(number)
    return ids


def _check(name: str, note: str | None, tags: Sequence[str] | None) -> None:
    if not _NAME.fullmatch(name):
        msg = f'"{name[:120]}" is no name; allowed: letters, digits, "-", "_" and ".", 100 at most'
        raise CollectionRefused(msg)
    if note is not None and len(note) > LONGEST_NOTE:
        msg = f"the note has {len(note):,} characters; allowed: at most {LONGEST_NOTE:,}"
        raise CollectionRefused(msg)
    wrong = next((tag for tag in tags or () if not _TAG.fullmatch(tag)), None)
    if wrong is not None:
        msg = f'"{wrong[:80]}" is no tag; allowed: letters, digits, "-", "_" and ".", 50 at most'
        raise CollectionRefused(msg)
    if len(tags or ()) > MOST_TAGS:
        msg = f"there are {len(tags or ())} tags; allowed: at most {MOST_TAGS} for an article"
        raise CollectionRefused(msg)


def take_out(session: Session, name: str, article_ids: Sequence[int]) -> int:
    """Take articles out of a collection; return how many were in it. Raises CollectionRefused for an unknown one."""
    number = _number(session, name)
    statement = delete(CollectedArticle).where(
        CollectedArticle.collection_id == number, CollectedArticle.article_id.in_(article_ids)
    )
    return len(session.execute(statement.returning(CollectedArticle.article_id)).all())


def remove_collection(session: Session, name: str) -> None:
    """Remove a collection with its notes and tags; its articles stay. Raises CollectionRefused for an unknown one."""
    number = _number(session, name)
    session.execute(delete(CollectedArticle).where(CollectedArticle.collection_id == number))
    session.execute(delete(Collection).where(Collection.id == number))


def _number(session: Session, name: str) -> int:
    number = session.scalar(select(Collection.id).where(Collection.name == name))
    if number is None:
        raise _unknown(session.connection(), name)
    return number


def list_collections(connection: Connection) -> list[dict[str, Any]]:
    """List the collections by name, with the number of their articles."""
    return [json_row(row) for row in connection.execute(text("SELECT * FROM collections ORDER BY name")).mappings()]


def collected_articles(connection: Connection, name: str) -> list[dict[str, Any]]:
    """Read the articles of a collection with note and tags, in the order in which they were added.

    Raises CollectionRefused for an unknown one.
    """
    if connection.scalar(select(Collection.id).where(Collection.name == name)) is None:
        raise _unknown(connection, name)
    return [json_row(row) for row in connection.execute(text(_COLLECTED), {"name": name}).mappings()]


def collections_of(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """List the collections that hold an article: ``collection``, ``note`` and ``tags``, by name."""
    query = text(
        "SELECT collection, note, tags FROM collection_articles WHERE article_id = :article_id ORDER BY collection"
    )
    return [dict(row) for row in connection.execute(query, {"article_id": article_id}).mappings()]


def notes_of(connection: Connection, name: str) -> dict[int, dict[str, Any]]:
    """Read ``note``, ``tags`` and ``added_at`` of a collection's articles, in the order in which they were added.

    Raises CollectionRefused for an unknown one.
    """
    if connection.scalar(select(Collection.id).where(Collection.name == name)) is None:
        raise _unknown(connection, name)
    query = text(
        "SELECT article_id, note, tags, added_at FROM collection_articles WHERE collection = :name"
        " ORDER BY added_at, article_id"
    )
    rows = map(json_row, connection.execute(query, {"name": name}).mappings())
    return {row.pop("article_id"): row for row in rows}


def _unknown(connection: Connection, name: str) -> CollectionRefused:
    names = connection.scalars(select(Collection.name).order_by(Collection.name)).all()
    return CollectionRefused(f"there is no collection {name}; there are: {', '.join(names) or 'none yet'}")
