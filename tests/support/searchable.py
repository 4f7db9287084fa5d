"""Store made-up articles and search them."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from storage.database.engine import Database
from storage.search.finder import Filters
from storage.search.nodes import Query
from storage.search.query import Hit, search
from storage.tables.core import Address, Article, Copy, Source

NOW = datetime.datetime(2026, 10, 10, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True)
class Given:
    """An article to be stored; ``age`` in days before NOW, ``copies`` as (source, kind)."""

    title: str
    text: str = ""
    summary: str = ""
    language: str = "en"
    source: str = "harbor"
    age: float | None = 1.0
    copies: Sequence[tuple[str, str]] = ()
    authors: str = ""


def store(database: Database, *given: Given) -> list[int]:
    """Store articles as a writer of the house does; return their ids."""
    with database.writing() as session:
        numbers = iter(range(session.query(Address).count(), 10_000))
        sources = {row.name: row for row in session.scalars(select(Source))}

        def source(name: str) -> Source:
            if name not in sources:
                sources[name] = Source(name=name)
                session.add(sources[name])
                session.flush()
            return sources[name]

        def address() -> Address:
            number = next(numbers)
            page = Address(
                key=f"n.example/{number}", url=f"https://n.example/{number}", host="n.example", domain="n.example"
            )
            session.add(page)
            session.flush()
            return page

        stored = []
        for each in given:
            page = address()
            article = Article(
                address_id=page.id, read_from_id=page.id, source_id=source(each.source).id, **_fields(each)
            )
            session.add(article)
            session.flush()
            page.article_id = article.id
            for name, kind in each.copies:
                session.add(
                    Copy(
                        address_id=address().id,
                        article_id=article.id,
                        source_id=source(name).id,
                        kind=kind,
                        similarity=1.0,
                        title=each.title,
                        text=each.text,
                        text_hash="",
                        extractor_version="1",
                        seen_at=NOW,
                        last_seen_at=NOW,
                    )
                )
            stored.append(article.id)
    return stored


def _fields(given: Given) -> dict[str, Any]:
    published = None if given.age is None else NOW - datetime.timedelta(days=given.age)
    seen = NOW if published is None else min(published, NOW)
    return {
        "language": given.language, "language_confidence": 1.0, "title": given.title, "text": given.text,
        "text_hash": "", "summary": given.summary, "authors": given.authors, "published_at": published,
        "published_precision": None, "machine_generated": False, "extractor_version": "1",
        "first_seen_at": seen, "last_seen_at": seen, "revised_at": seen,
    }  # fmt: skip


def found(
    database: Database,
    words: str | Query,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    **options: Any,
) -> list[Hit]:
    """Search at NOW."""
    with database.reading() as connection:
        return search(connection, words, filters, now=NOW, **options)


def titles(database: Database, words: str | Query, filters: Filters = Filters(), **options: Any) -> list[str]:  # noqa: B008 - as above
    """The titles of what is found."""
    return [hit.title.text for hit in found(database, words, filters, **options)]
