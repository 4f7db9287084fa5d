"""The index of the raw archive: which page's bytes lie where. The bytes themselves are in WARC files beside it."""

import functools
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

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
from storage.tables.warc import KeptPage
from storage.visit import Kept

_KEPT = insert(KeptPage)


def index_page(session: Session, kept: Kept, page: Address, source_id: int, fetched_at: Moment) -> None:
    """Note where a page's bytes lie, in the transaction that stores what was read of them."""
    row = {
        "address_id": page.id,
        "source_id": source_id,
        "fetched_at": fetched_at,
        "digest": kept.digest,
        "file": kept.file,
        "offset": kept.offset,
        "length": kept.length,
    }
    session.connection().execute(_KEPT, row)


def kept_of(session: Session, address_ids: Sequence[int]) -> list[Kept]:
    """Tell where all bytes lie that were kept of these addresses, in the order of the files."""
    of_these = is_among(session, KeptPage.address_id, address_ids, Integer())
    pages = sorted(session.scalars(select(KeptPage).where(of_these)), key=lambda page: (page.file, page.offset))
    return [Kept(page.file, page.offset, page.length, page.digest) for page in pages]


def missing_files(connection: Connection, folder: Path) -> list[tuple[str, int, str]]:
    """Give each file that is not as long as the index says, with its pages and what is wrong with it."""
    end = func.max(KeptPage.offset + KeptPage.length)
    rows = connection.execute(select(KeptPage.file, func.count(), end).group_by(KeptPage.file).order_by(KeptPage.file))
    found = []
    for name, pages, wanted in rows:
        path = folder / name
        size = path.stat().st_size if path.is_file() else None
        if size is None or size < wanted:
            found.append((name, pages, "is not there" if size is None else f"ends at byte {size:,} of {wanted:,}"))
    return found


def newest_digests(session: Session, address_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Tell, by address, the digests of the newest bytes kept of it, and of the page that stands for it."""
    newest: dict[int, dict[int, str]] = {}
    for asked, page, digest in session.execute(_digests(), {"ids": list(address_ids)}):
        newest.setdefault(asked, {})[page] = digest  # in the order of their ids: the last one stays
    return {asked: frozenset(found.values()) for asked, found in newest.items()}


@functools.cache
def _digests() -> Select[int, int, str]:
    ids: BindParameter[list[int]] = bindparam("ids", expanding=True)
    own = select(KeptPage.address_id.label("asked"), KeptPage.address_id, KeptPage.digest, KeptPage.id).where(
        KeptPage.address_id.in_(ids)
    )
    redirected = (
        select(Address.id.label("asked"), KeptPage.address_id, KeptPage.digest, KeptPage.id)
        .join(KeptPage, KeptPage.address_id == Address.page_id)
        .where(Address.id.in_(ids))
    )
    both = union_all(own, redirected).subquery()
    return select(both.c.asked, both.c.address_id, both.c.digest).order_by(both.c.id)
