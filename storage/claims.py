"""Claims: which source wants which address, at the least depth known, and what follows from a page's edges."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.addresses import dialect_of, insert_in, insert_rows
from storage.judgement import Place
from storage.models import Address, Claim, Link
from storage.scope import Scope
from storage.visit import Via

_BATCH = 1_000
"""Claims looked at in one go, so that one transaction stays short."""

_UNEXPANDED = (
    select(Claim)
    .where(
        Claim.address_id == bindparam("page"),
        Claim.source_id.in_(bindparam("sources", expanding=True)),
        or_(Claim.expanded_depth.is_(None), Claim.expanded_depth > Claim.depth),
    )
    .execution_options(populate_existing=True)
)


def claim(
    session: Session, source_id: int, address_ids: Iterable[int], *, depth: int, via: Via, found_on: int | None
) -> None:
    """Claim addresses for a source, keeping the least depth."""
    rows = [
        {"source_id": source_id, "address_id": address_id, "depth": depth, "via": via, "found_on_id": found_on}
        for address_id in sorted(set(address_ids))
    ]
    insert_rows(session, _claiming(dialect_of(session)), rows)


@functools.cache
def _claiming(dialect: str) -> "sqlite.Insert | postgresql.Insert":
    statement = insert_in(dialect, Claim)
    found = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["source_id", "address_id"],
        set_={"depth": found.depth, "via": found.via, "found_on_id": found.found_on_id},
        where=found.depth < Claim.depth,
    )


def queue_known(session: Session, address_ids: Iterable[int], now: datetime) -> None:
    """Queue those addresses that nobody has asked for yet."""
    ids = sorted(set(address_ids))
    for first in range(0, len(ids), _BATCH):
        session.execute(
            update(Address)
            .where(Address.id.in_(ids[first : first + _BATCH]), Address.state == "known")
            .values(state="queued", due_at=now)
            .execution_options(synchronize_session="fetch")
        )


def expand(session: Session, scopes: Mapping[int, Scope], pages: Iterable[int], now: datetime) -> None:
    """Claim what these fetched pages link to, one link deeper, and so on where a known page comes nearer.

    Works on stored edges alone. A page that another stands for (a redirect, a joined copy) hands its claims on.
    """
    waiting = list(pages)
    while waiting:
        page_id = waiting.pop()
        for found in _unexpanded(session, scopes, page_id):
            scope = scopes[found.source_id]
            waiting += _claim_standing_page(session, found, now)
            if found.depth < scope.depth:
                waiting += _claim_targets(session, scope, found, now)
            found.expanded_depth = found.depth
        session.flush()


def _unexpanded(session: Session, scopes: Mapping[int, Scope], page_id: int) -> Sequence[Claim]:
    return session.scalars(_UNEXPANDED, {"page": page_id, "sources": list(scopes)}).all()


def _claim_standing_page(session: Session, found: Claim, now: datetime) -> list[int]:
    page_id = session.get_one(Address, found.address_id).page_id
    if page_id is None or page_id == found.address_id:
        return []
    claim(session, found.source_id, [page_id], depth=found.depth, via=found.via, found_on=found.address_id)  # type: ignore[arg-type]  # the column's check holds it to Via
    queue_known(session, [page_id], now)
    return came_nearer(session, found.source_id, [page_id])


def _claim_targets(session: Session, scope: Scope, found: Claim, now: datetime) -> list[int]:
    if scope.follow == "none":
        return []
    kinds: tuple[Via, ...] = ("related", "site") if scope.follow == "site" else ("related",)
    nearer: list[int] = []
    for kind in kinds:
        rows = session.execute(
            select(Address.id, Address.url, Address.key, Address.host, Address.domain)
            .join(Link, Link.target_id == Address.id)
            .where(Link.page_id == found.address_id, Link.kind == kind)
        )
        ids = [row.id for row in rows if scope.covers(Place(row.url, row.key, row.host, row.domain))]
        claim(session, found.source_id, ids, depth=found.depth + 1, via=kind, found_on=found.address_id)
        queue_known(session, ids, now)
        nearer += came_nearer(session, found.source_id, ids)
    return nearer


def came_nearer(session: Session, source_id: int, address_ids: Iterable[int]) -> list[int]:
    """Give the fetched ones among these whose edges have not been claimed at their present depth."""
    ids = sorted(set(address_ids))
    nearer: list[int] = []
    for first in range(0, len(ids), _BATCH):
        statement = (
            select(Claim.address_id)
            .join(Address, Address.id == Claim.address_id)
            .where(
                Claim.source_id == source_id,
                Claim.address_id.in_(ids[first : first + _BATCH]),
                Address.state == "done",
                or_(Claim.expanded_depth.is_(None), Claim.expanded_depth > Claim.depth),
            )
        )
        nearer += session.scalars(statement)
    return nearer


def catch_up(session: Session, source_id: int, scope: Scope, now: datetime) -> None:
    """Claim what earlier runs could not: edges of pages that came nearer, or that another source fetched."""
    statement = (
        select(Claim.address_id)
        .join(Address, Address.id == Claim.address_id)
        .where(
            Claim.source_id == source_id,
            Address.state == "done",
            or_(Claim.expanded_depth.is_(None), Claim.expanded_depth > Claim.depth),
        )
        .limit(_BATCH)
    )
    while pages := list(session.scalars(statement)):
        expand(session, {source_id: scope}, pages, now)


def rescope(session: Session, source_id: int, scope: Scope) -> None:
    """Fit a source's waiting claims to its changed rules; stored edges are claimed anew by ``catch_up``."""
    session.execute(update(Claim).where(Claim.source_id == source_id).values(expanded_depth=None))
    rows = session.execute(
        select(Address.id, Address.url, Address.key, Address.host, Address.domain, Claim.depth)
        .join(Claim, Claim.address_id == Address.id)
        .where(Claim.source_id == source_id, Claim.via.in_(["related", "site"]), Address.state == "queued")
    )
    lost = [
        row.id
        for row in rows
        if row.depth > scope.depth or not scope.covers(Place(row.url, row.key, row.host, row.domain))
    ]
    for first in range(0, len(lost), _BATCH):
        chunk = lost[first : first + _BATCH]
        session.execute(delete(Claim).where(Claim.source_id == source_id, Claim.address_id.in_(chunk)))
        unclaimed = ~exists().where(Claim.address_id == Address.id)
        session.execute(
            update(Address)
            .where(Address.id.in_(chunk), Address.state == "queued", unclaimed)
            .values(state="known", due_at=None)
            .execution_options(synchronize_session=False)
        )
