"""Index where each page's bytes are in the WARC files."""

import dataclasses
import datetime
import functools
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    insert,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from storage.database.in_values import is_among
from storage.tables.core import Address, Moment
from storage.tables.warc import WarcPage
from storage.visit import WarcLocation

_KEPT = insert(WarcPage)


@dataclasses.dataclass(frozen=True, slots=True)
class ArchivedPage:
    """Where a page's bytes are, and of what they were read."""

    location: WarcLocation
    address_id: int
    source_id: int
    fetched_at: Moment

    def row(self) -> dict[str, object]:
        """Return the row of the table."""
        return {
            "address_id": self.address_id,
            "source_id": self.source_id,
            "fetched_at": self.fetched_at,
            "digest": self.location.digest,
            "file": self.location.file,
            "offset": self.location.offset,
            "length": self.location.length,
        }


def index_pages(session: Session, pages: Sequence[ArchivedPage]) -> None:
    """Store where pages' bytes are."""
    if pages:
        session.connection().execute(_KEPT, [page.row() for page in pages])


def find_locations(session: Session, address_ids: Sequence[int]) -> list[WarcLocation]:
    """Find all archived bytes of addresses, in the order of the files."""
    of_these = is_among(session, WarcPage.address_id, address_ids, Integer())
    pages = sorted(session.scalars(select(WarcPage).where(of_these)), key=lambda page: (page.file, page.offset))
    return [WarcLocation(page.file, page.offset, page.length, page.digest) for page in pages]


def article_locations(connection: Connection, article_id: int) -> list[WarcLocation]:
    """Find the archived bytes of an article's own pages, those fetched last at the end."""
    own = select(Address.id).where(Address.article_id == article_id)
    found = select(WarcPage.file, WarcPage.offset, WarcPage.length, WarcPage.digest).where(WarcPage.address_id.in_(own))
    rows = connection.execute(found.order_by(WarcPage.fetched_at, WarcPage.id))
    return [WarcLocation(row.file, row.offset, row.length, row.digest) for row in rows]


@dataclasses.dataclass(frozen=True, slots=True)
class IndexedPage:
    """An archived page: the address that answered, when, and where its record is."""

    url: str
    fetched_at: datetime.datetime
    location: WarcLocation


def article_pages(connection: Connection, article_id: int) -> list[IndexedPage]:
    """Find the archived pages of an article and its copies, those fetched last at the end."""
    found = (
        select(Address.url, WarcPage.fetched_at, WarcPage.file, WarcPage.offset, WarcPage.length, WarcPage.digest)
        .join(Address, Address.id == WarcPage.address_id)
        .where(Address.article_id == article_id)
        .order_by(WarcPage.fetched_at, WarcPage.id)
    )
    return [
        IndexedPage(row.url, row.fetched_at, WarcLocation(row.file, row.offset, row.length, row.digest))
        for row in connection.execute(found)
    ]


def find_missing_files(
    connection: Connection, folder: Path, sent: Mapping[str, int] = MappingProxyType({})
) -> list[tuple[str, int, str]]:
    """List files that are shorter than indexed, with pages and problem. ``sent`` are the sizes of those elsewhere."""
    end = func.max(WarcPage.offset + WarcPage.length)
    rows = connection.execute(select(WarcPage.file, func.count(), end).group_by(WarcPage.file).order_by(WarcPage.file))
    problems = []
    for name, pages, wanted in rows:
        path = folder / name
        size = path.stat().st_size if path.is_file() else sent.get(name)
        if size is None or size < wanted:
            problems.append((name, pages, "is not there" if size is None else f"ends at byte {size:,} of {wanted:,}"))
    return problems


def find_newest_digests(session: Session, address_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Read the digests of the newest bytes of addresses and their targets."""
    newest: dict[int, dict[int, str]] = {}
    for asked, page, digest in session.execute(_digests(), {"ids": list(address_ids)}):
        newest.setdefault(asked, {})[page] = digest  # in the order of their ids: the last one stays
    return {asked: frozenset(digests.values()) for asked, digests in newest.items()}


@functools.cache
def _digests() -> Select[int, int, str]:
    ids: BindParameter[list[int]] = bindparam("ids", expanding=True)
    own = select(WarcPage.address_id.label("asked"), WarcPage.address_id, WarcPage.digest, WarcPage.id).where(
        WarcPage.address_id.in_(ids)
    )
    redirected = (
        select(Address.id.label("asked"), WarcPage.address_id, WarcPage.digest, WarcPage.id)
        .join(WarcPage, WarcPage.address_id == Address.page_id)
        .where(Address.id.in_(ids))
    )
    both = union_all(own, redirected).subquery()
    return select(both.c.asked, both.c.address_id, both.c.digest).order_by(both.c.id)
