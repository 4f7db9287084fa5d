"""Delete articles that are kept no longer: by age and number, for each source."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Integer, delete, or_, select, update
from sqlalchemy.orm import Session

from storage.database.in_values import is_among
from storage.erasure.delete import HOLDINGS, ErasurePlan
from storage.schedule import Retention
from storage.tables.core import Address, Article, Copy, Link, Revision, Source
from storage.visit import WarcLocation
from storage.warc_index.index import find_locations

TOGETHER = 200
"""Articles that one transaction deletes."""

NO_LONGER_KEPT = "no longer kept"
"""The reason of an address whose article has expired. It is not asked for again."""


def find_expired(connection: Connection, by_source: Mapping[str, Retention], now: datetime) -> list[int]:
    """Find the articles beyond their source's limits, by id."""
    expired: set[int] = set()
    for name, retention in by_source.items():
        own = (
            select(Article.id)
            .join(Source, Source.id == Article.source_id)
            .where(Source.name == name)
            .order_by(Article.first_seen_at.desc(), Article.id.desc())
        )
        if retention.age is not None:
            expired.update(connection.scalars(own.where(Article.first_seen_at < now - retention.age)))
        if retention.number is not None:
            expired.update(connection.scalars(own.offset(retention.number)))
    return sorted(expired)


def expire(session: Session, article_ids: Sequence[int]) -> list[WarcLocation]:
    """Delete articles with all that belongs to them; return where their archived bytes are.

    Their addresses stay, without an article, so that they are not fetched as new ones; so do links to them.
    """
    these = is_among(session, Article.id, article_ids, Integer())
    shown = or_(
        Address.article_id.in_(select(Article.id).where(these)),
        Address.id.in_(select(Article.address_id).where(these)),
        Address.id.in_(select(Article.read_from_id).where(these)),
    )
    rows = session.execute(select(Address.id, Address.key, Address.url).where(shown)).all()
    addresses = tuple(row.id for row in rows)
    copies = tuple(session.scalars(select(Copy.id).where(is_among(session, Copy.article_id, article_ids, Integer()))))
    plan = ErasurePlan(tuple(row.key for row in rows), (), addresses, tuple(article_ids), copies)
    locations = find_locations(session, addresses)
    for holding in HOLDINGS:
        if holding.name != "links in texts":  # other articles keep their links to pages that go on
            holding.remove(session, plan)
    for column, ids in (
        (Copy.id, copies),
        (Revision.article_id, article_ids),
        (Article.id, article_ids),
        (Link.page_id, addresses),
    ):
        statement = delete(column.class_).where(is_among(session, column, ids, Integer()))
        session.execute(statement.execution_options(synchronize_session=False))
    emptied = {"article_id": None, "due_at": None, "etag": None, "last_modified": None, "reason": NO_LONGER_KEPT}
    own = update(Address).where(is_among(session, Address.id, addresses, Integer())).values(emptied)
    session.execute(own.execution_options(synchronize_session=False))
    session.expire_all()
    return locations
