"""Claim addresses for sources, and follow the links of claimed pages."""

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.database.in_values import dialect_of, is_among
from storage.database.upsert import insert_in, insert_rows
from storage.scope import Scope
from storage.tables.core import Address, Claim, Link
from storage.text_rules import Place
from storage.visit import Via
from storage.wanted import blocked_word

_BATCH = 1_000
"""Claims looked at in one go, so that one transaction stays short."""

_UNEXPANDED = (
    select(Claim)
    .where(
        Claim.address_id.in_(bindparam("pages", expanding=True)),
        or_(Claim.expanded_depth.is_(None), Claim.expanded_depth > Claim.depth),
    )
    .order_by(Claim.source_id, Claim.address_id)
    .execution_options(populate_existing=True)
)
_TARGETS = (
    select(Link.page_id, Link.kind, Link.title, Address.id, Address.url, Address.key, Address.host, Address.domain)
    .join(Address, Address.id == Link.target_id)
    .where(Link.page_id.in_(bindparam("pages", expanding=True)))
)
_CAME_NEARER = (
    select(Claim.address_id)
    .join(Address, Address.id == Claim.address_id)
    .where(
        Claim.source_id == bindparam("source"),
        Claim.address_id.in_(bindparam("ids", expanding=True)),
        Address.state == "done",
        or_(Claim.expanded_depth.is_(None), Claim.expanded_depth > Claim.depth),
    )
)


_Row = tuple[int, int, str, int | None]
"""A claim to be made: of which address, at which depth, by which way, found on which page."""


def claim(
    session: Session, source_id: int, address_ids: Iterable[int], *, depth: int, via: Via, found_on: int | None
) -> None:
    """Claim addresses for a source, keeping the least depth."""
    _claim_rows(session, source_id, ((address_id, depth, via, found_on) for address_id in set(address_ids)))


def _claim_rows(session: Session, source_id: int, rows: Iterable[_Row]) -> None:
    # In order, so that two writers lock rows in one; the least depth first, which the others leave alone.
    claims = [
        {"source_id": source_id, "address_id": address_id, "depth": depth, "via": via, "found_on_id": found_on}
        for address_id, depth, via, found_on in sorted(rows, key=lambda row: row[:2])
    ]
    insert_rows(session, _claiming(dialect_of(session)), claims)


@functools.cache
def _claiming(dialect: str) -> "sqlite.Insert | postgresql.Insert":
    statement = insert_in(dialect, Claim)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["source_id", "address_id"],
        set_={"depth": new.depth, "via": new.via, "found_on_id": new.found_on_id},
        where=new.depth < Claim.depth,
    )


def queue_addresses(session: Session, address_ids: Iterable[int], now: datetime) -> None:
    """Queue the addresses that were never asked for."""
    for chunk in _chunks(address_ids):
        statement = update(Address).where(Address.id.in_(chunk), Address.state == "known")
        # Fetched, because a listing that lists itself is closed after this, in the same session.
        queued = statement.values(state="queued", due_at=now).execution_options(synchronize_session="fetch")
        session.execute(queued)


def claim_links(session: Session, scopes: Mapping[int, Scope], pages: Iterable[int], now: datetime) -> None:
    """Claim the links of these pages, one link deeper.

    Works on stored edges alone. A page with another one in its place (a redirect, a joined copy) passes its claims on.
    """
    waiting = set(pages)
    while waiting:
        claims = _unexpanded(session, scopes, waiting)
        waiting = set()
        for source_id, its_claims in itertools.groupby(claims, key=lambda its_claims: its_claims.source_id):
            waiting.update(_claim_in_turn(session, scopes[source_id], list(its_claims), now))


def _unexpanded(session: Session, scopes: Mapping[int, Scope], pages: Iterable[int]) -> list[Claim]:
    claims: list[Claim] = []
    for chunk in _chunks(pages):
        claims += session.scalars(_UNEXPANDED, {"pages": chunk})
    return sorted((claim for claim in claims if claim.source_id in scopes), key=lambda claim: claim.source_id)


def _claim_in_turn(session: Session, scope: Scope, claims: Sequence[Claim], now: datetime) -> list[int]:
    """Claim the links of pages for one source; return fetched pages to follow next."""
    rows = [*_standing_pages(session, claims), *_targets(session, scope, claims)]
    for one in claims:
        one.expanded_depth = one.depth
    session.flush()
    ids = {target for target, *_ in rows}
    _claim_rows(session, claims[0].source_id, rows)
    queue_addresses(session, ids, now)
    return find_nearer_pages(session, claims[0].source_id, ids)


def _standing_pages(session: Session, claims: Iterable[Claim]) -> Iterator[_Row]:
    for one in claims:
        page_id = session.get_one(Address, one.address_id).page_id
        if page_id is not None and page_id != one.address_id:
            yield page_id, one.depth, one.via, one.address_id


def _targets(session: Session, scope: Scope, claims: Iterable[Claim]) -> Iterator[_Row]:
    if scope.follow == "none":
        return
    kinds = ("related", "site") if scope.follow == "site" else ("related",)
    depths = {one.address_id: one.depth for one in claims if one.depth < scope.depth}
    for chunk in _chunks(depths):
        for row in session.connection().execute(_TARGETS, {"pages": chunk}):
            if scope.block and blocked_word(row.title, scope.block):
                continue
            if row.kind in kinds and scope.covers(Place(row.url, row.key, row.host, row.domain)):
                yield row.id, depths[row.page_id] + 1, row.kind, row.page_id


def find_nearer_pages(session: Session, source_id: int, address_ids: Iterable[int]) -> list[int]:
    """Find fetched pages whose links are not claimed at their present depth."""
    nearer: list[int] = []
    for chunk in _chunks(address_ids):
        nearer += session.connection().scalars(_CAME_NEARER, {"source": source_id, "ids": chunk})
    return nearer


def _chunks(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    return chunks_of(sorted(set(ids)), _BATCH)


def claim_pending_links(session: Session, scopes: Mapping[int, Scope], now: datetime) -> None:
    """Claim links that earlier runs did not: pages nearer now, or of other sources."""
    left_over = (
        select(Claim.source_id)
        .join(Address, Address.id == Claim.address_id)
        .where(Address.state == "done", or_(Claim.expanded_depth.is_(None), Claim.expanded_depth > Claim.depth))
        .distinct()
    )
    left_over = left_over.where(is_among(session, Claim.source_id, scopes, Integer()))
    for source_id in sorted(session.scalars(left_over)):
        pages_left = left_over.with_only_columns(Claim.address_id).where(Claim.source_id == source_id).limit(_BATCH)
        while pages := list(session.scalars(pages_left)):
            claim_links(session, {source_id: scopes[source_id]}, pages, now)


def apply_scope(session: Session, source_id: int, scope: Scope) -> None:
    """Drop queued claims that a source's changed rules exclude.

    Stored edges are claimed anew by ``claim_pending_links``.
    """
    session.execute(update(Claim).where(Claim.source_id == source_id).values(expanded_depth=None))
    rows = session.execute(
        select(Address.id, Address.url, Address.key, Address.host, Address.domain, Claim.depth, Claim.via)
        .join(Claim, Claim.address_id == Address.id)
        .where(Claim.source_id == source_id, Claim.via.in_(["related", "site", "entry"]), Address.state == "queued")
    )
    lost = [
        row.id
        for row in rows
        if not _is_still_wanted(scope, row.via, row.depth, Place(row.url, row.key, row.host, row.domain))
    ]
    no_longer_wanted = is_among(session, Claim.address_id, lost, Integer())
    session.execute(delete(Claim).where(Claim.source_id == source_id, no_longer_wanted))
    unclaimed = ~exists().where(Claim.address_id == Address.id)
    session.execute(
        update(Address)
        .where(is_among(session, Address.id, lost, Integer()), Address.state == "queued", unclaimed)
        .values(state="known", due_at=None)
        .execution_options(synchronize_session=False)
    )


def _is_still_wanted(scope: Scope, via: Via, depth: int, place: Place) -> bool:
    """Tell whether a queued claim fits the scope; what a feed listed may be on any host."""
    return scope.wants(place.url) if via == "entry" else depth <= scope.depth and scope.covers(place)
