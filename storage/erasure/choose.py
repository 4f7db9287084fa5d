"""Choose the articles to erase by source, host or pattern, and list what has been erased."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from storage.tables.blocklist import BlockedAddress
from storage.tables.core import Address, Article, Source
from storage.wanted import matches_any


def find_article_addresses(
    connection: Connection, *, source: str | None, host: str | None, pattern: str | None
) -> list[str]:
    """Find the addresses of the articles that fit all that is given, oldest first."""
    statement = select(Address.url).join(Article, Article.address_id == Address.id).order_by(Article.id)
    if source is not None:
        statement = statement.join(Source, Source.id == Article.source_id).where(Source.name == source)
    if host is not None:
        statement = statement.where(Address.host == host.lower())
    urls = connection.scalars(statement)
    return [url for url in urls if pattern is None or matches_any(url, [pattern])]


def read_forgotten(connection: Connection) -> list[Mapping[str, Any]]:
    """Read the hashes of forgotten addresses, with time and note, newest first."""
    columns = (BlockedAddress.forgotten_at, BlockedAddress.key_hash, BlockedAddress.reason)
    rows = connection.execute(select(*columns).order_by(BlockedAddress.forgotten_at.desc(), BlockedAddress.key_hash))
    return [dict(row) for row in rows.mappings()]
