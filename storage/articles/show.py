"""Read one article with all that is known of it, for ``kiji article``."""

import dataclasses
from typing import Any

from sqlalchemy import Connection, text

from storage.body.html import body_html
from storage.body.markdown import body_markdown
from storage.reading import json_row
from storage.search.like import similar_articles

_ARTICLE = "SELECT * FROM articles WHERE id = :id"
_COPIES = """SELECT url, site, source, kind, similarity, title, published_at, seen_at FROM copies
WHERE article_id = :id ORDER BY seen_at, url"""
_LINKS = """SELECT position, url, title, summary, language, related_article_id, page_url FROM related_links
WHERE article_id = :id ORDER BY page_url, position"""
_LINKED_FROM = """SELECT DISTINCT articles.id, articles.url, articles.title FROM related_links
JOIN articles ON articles.id = related_links.article_id WHERE related_article_id = :id ORDER BY articles.id"""
_REVISIONS = "SELECT revision, seen_at, title, text FROM revisions WHERE article_id = :id ORDER BY revision"
_ALIKE = """SELECT articles.id, articles.url, articles.title, alike.similarity, alike.reason FROM alike
JOIN articles ON articles.id = CASE WHEN alike.article_id = :id THEN alike.other_id ELSE alike.article_id END
WHERE alike.article_id = :id OR alike.other_id = :id ORDER BY articles.id"""
_ENTITIES = """SELECT entities.id, entities.kind, name_ja, name_en, form, times, in_title FROM article_entities
JOIN entities ON entities.id = entity_id WHERE article_id = :id ORDER BY times DESC, entities.id"""
_REFUSED = """SELECT url, canonical_refused AS reason FROM address
WHERE article_id = :id AND canonical_refused <> '' ORDER BY url"""


def find_article(connection: Connection, key: str) -> int | None:
    """Find the article of an address, by the address's key."""
    article_id = connection.execute(text("SELECT article_id FROM address WHERE key = :key"), {"key": key}).scalar()
    return None if article_id is None else int(article_id)


def read_article(connection: Connection, article_id: int) -> dict[str, Any] | None:
    """Read an article with its copies, edges and refused canonical addresses."""
    article = connection.execute(text(_ARTICLE), {"id": article_id}).mappings().first()
    if article is None:
        return None
    parts = {
        "copies": _COPIES,
        "related": _LINKS,
        "linked_from": _LINKED_FROM,
        "alike": _ALIKE,
        "entities": _ENTITIES,
        "canonical_refused": _REFUSED,
    }
    body = {
        "body_html": body_html(article["text"], article["body"]),
        "body_markdown": body_markdown(article["text"], article["body"]),
    }
    return json_row(article) | body | {name: _all(connection, query, article_id) for name, query in parts.items()}


def read_similar(connection: Connection, article_id: int, timezone: str, limit: int = 10) -> list[dict[str, Any]]:
    """Read the articles that are most like one, in any language."""
    return [dataclasses.asdict(each) for each in similar_articles(connection, article_id, timezone, limit)]


def article_revisions(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """Read every revision of an article, the first one first."""
    return _all(connection, _REVISIONS, article_id)


def _all(connection: Connection, query: str, article_id: int) -> list[dict[str, Any]]:
    return [json_row(row) for row in connection.execute(text(query), {"id": article_id}).mappings()]
