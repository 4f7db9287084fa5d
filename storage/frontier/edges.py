"""Store the links that a page declares."""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from storage.database.upsert import upsert_rows
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import find_blocked
from storage.frontier.page_lists import touch_page_lists
from storage.reading import Card
from storage.scope import Scope
from storage.tables.core import Address, Claim, Link
from storage.tables.fetches import Fetch
from storage.text_rules import rules_of
from storage.visit import Visit

_READ = ("new", "updated", "unchanged", "copy")
"""Outcomes of visits that found an article, or the same bytes as before."""

_OF_OWN_PAGE = ("url", "position", "title", "summary", "language", "last_seen_at")
_HELD_BACK = "links_held_back"


@dataclasses.dataclass(frozen=True, slots=True)
class _PageLinks:
    """Rows of the links of a page. ``is_own_page`` says that the article was read from it."""

    rows: list[dict[str, object]]
    is_own_page: bool


def hold_back_links(session: Session) -> None:
    """Write the links of pages no sooner than somebody asks for links, and then those of many pages at once."""
    session.info[_HELD_BACK] = []


def write_links(session: Session) -> None:
    """Write the links that are held back; whoever reads or changes links calls it before."""
    held_back: list[_PageLinks] = session.info.get(_HELD_BACK, [])
    for is_own_page, pages in itertools.groupby(held_back, key=lambda page: page.is_own_page):
        rows = [row for page in pages for row in page.rows]
        # A copy's cards are added to those of its page, and do not rename or move them.
        changed = _OF_OWN_PAGE if is_own_page else ("last_seen_at",)
        upsert_rows(session, Link, rows, keys=("page_id", "target_id", "kind"), changed=changed)
    held_back.clear()


def forget_batch(session: Session) -> None:
    """Drop what was not written, and hold nothing back any more."""
    session.info.pop(_HELD_BACK, None)


def store_edges(
    session: Session,
    page_id: int,
    visit: Visit,
    scopes: Mapping[int, Scope],
    *,
    is_own_page: bool,
    is_new_page: bool,
) -> None:
    """Store related cards as edges, and all links where a source follows its site."""
    rows = _edges(session, page_id, visit, scopes.get(visit.lease.source_id))
    if not rows:
        return
    links = _PageLinks(rows, is_own_page)
    if _HELD_BACK in session.info:
        session.info[_HELD_BACK].append(links)
    else:
        session.info[_HELD_BACK] = [links]
        write_links(session)
        forget_batch(session)
    if is_new_page:  # nobody has claimed its links before
        return
    session.execute(
        update(Claim)
        .where(Claim.address_id == page_id)
        .values(expanded_depth=None)
        .execution_options(synchronize_session=False)
    )


def touch_edges(session: Session, page: Address, seen_at: datetime) -> None:
    """Update ``last_seen_at`` of the links and lists present at the previous read."""
    write_links(session)
    stands_at = page.page_id or page.id
    read_at: object = page.fetched_at
    if page.outcome not in _READ or page.fetched_at is None or page.fetched_at > seen_at:
        other = aliased(Link)
        by_accounts = select(func.max(Fetch.fetched_at)).where(
            Fetch.address_id == page.id, Fetch.outcome.in_(_READ), Fetch.fetched_at <= seen_at
        )
        by_edges = select(func.max(other.last_seen_at)).where(other.page_id == stands_at, other.last_seen_at <= seen_at)
        read_at = func.coalesce(by_accounts.scalar_subquery(), by_edges.scalar_subquery())
    session.execute(
        update(Link)
        .where(Link.page_id == stands_at, Link.last_seen_at >= read_at, Link.last_seen_at < seen_at)
        .values(last_seen_at=seen_at)
        .execution_options(synchronize_session=False)
    )
    session.execute(touch_page_lists(stands_at, read_at, seen_at))


def _edges(session: Session, page_id: int, visit: Visit, scope: Scope | None) -> list[dict[str, object]]:
    reading = visit.reading
    if reading is None:
        return []
    cards: list[tuple[Card, str]] = [(card, "related") for card in reading.related]
    if scope is not None and scope.follow == "site":
        cards += [(Card(url), "site") for url in reading.outlinks]
    placed = [(card, kind, rules_of(session).place(card.url)) for card, kind in cards]
    ids = file_addresses(session, [place for _, _, place in placed])
    gone = find_blocked(session, ids)
    rows: dict[tuple[int, str], dict[str, object]] = {}
    positions: Counter[str] = Counter()
    for card, kind, place in placed:
        target = ids[place.key]
        if target == page_id or place.key in gone or (target, kind) in rows:
            continue
        positions[kind] += 1
        rows[target, kind] = {
            "page_id": page_id,
            "target_id": target,
            "kind": kind,
            "url": place.url,
            "position": positions[kind],
            "title": card.title,
            "summary": card.summary,
            "language": card.language,
            "first_seen_at": visit.fetched_at,
            "last_seen_at": visit.fetched_at,
        }
    return list(rows.values())
