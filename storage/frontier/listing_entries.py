"""Claim what a start page lists, and ask for the listings within it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Integer, literal_column, select, update
from sqlalchemy.orm import Session

from storage.database.in_values import is_among
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import find_blocked
from storage.frontier.claims import claim, claim_links, find_nearer_pages, queue_addresses
from storage.frontier.sources import learn_domain
from storage.reading import LISTING_KINDS, PAGED_LISTINGS, Entry
from storage.schedule import is_too_old, listing_may_have_changed, may_be_wanted
from storage.scope import Scope
from storage.tables.core import Address, Claim
from storage.tables.fetches import Fetch
from storage.text_rules import rules_of
from storage.visit import Lease, Visit


def store_entries(session: Session, visit: Visit, page: Address, scopes: dict[int, Scope]) -> tuple[int, int]:
    """Queue what a start page lists; return how many entries were too old, and how many not wanted by their titles.

    A feed's or sitemap's registered domains belong to the source from then on.
    """
    reading, lease = visit.reading, visit.lease
    scope = scopes.get(lease.source_id)
    if reading is None or scope is None:
        return 0, 0
    max_age = scope.rhythm.max_age
    wanted = [entry for entry in reading.entries if may_be_wanted(entry, visit.fetched_at, max_age)]
    too_old = len(reading.entries) - len(wanted)
    wanted = [entry for entry in wanted if not (entry.title and scope.why_unwanted(entry.title))]
    placed = [(entry, rules_of(session).place(entry.url)) for entry in wanted]
    if reading.kind in LISTING_KINDS and scope.entry_depth == 0:
        for domain in {place.domain for _, place in placed} - scope.domains:
            scope = scopes[lease.source_id] = learn_domain(session, lease.source_id, scope, domain)
    covered = [(entry, place) for entry, place in placed if scope.covers(place, is_listing=entry.is_listing)]
    gone = find_blocked(session, [place.key for _, place in covered])
    covered = [(entry, place) for entry, place in covered if place.key not in gone]
    ids = file_addresses(session, [place for _, place in covered])
    by_id = [(ids[place.key], entry) for entry, place in reversed(covered)]  # of several spellings the first counts
    articles = {address_id for address_id, entry in by_id if not entry.is_listing}
    listings = {address_id: entry.changed_at for address_id, entry in by_id if entry.is_listing}
    _note_in_feed(session, {address_id: entry for address_id, entry in by_id if entry.is_news})
    if reading.kind in PAGED_LISTINGS and listings:  # the next page is asked for while this one has news
        grew = _is_any_new(session, articles)
        listings = dict.fromkeys(listings, visit.fetched_at if grew else None)
    _claim_entries(session, lease, scope, page, articles, visit.fetched_at)
    _claim_listings(session, lease, page, listings, visit.fetched_at)
    poll_listings(session, lease, page, scope, visit.fetched_at)
    return too_old, len(reading.entries) - too_old - len(wanted)


def _note_in_feed(session: Session, entries: Mapping[int, Entry]) -> None:
    """Note that a feed lists these addresses as articles, with what it says of them; the first feed's words stay."""
    unknown = select(Address.id).where(is_among(session, Address.id, entries, Integer()), Address.in_feed.is_(False))
    for address_id in session.scalars(unknown).all():
        entry = entries[address_id]
        noted = {
            "in_feed": True,
            "feed_date": entry.published_at,
            "feed_title": entry.title or None,
            "feed_authors": entry.authors or None,
        }
        session.execute(
            update(Address).where(Address.id == address_id).values(noted).execution_options(synchronize_session=False)
        )


def _is_any_new(session: Session, ids: Collection[int]) -> bool:
    unread = select(Address.id).where(Address.fetched_at.is_(None), is_among(session, Address.id, ids, Integer()))
    return session.scalar(unread.limit(1)) is not None


def _claim_entries(session: Session, lease: Lease, scope: Scope, page: Address, ids: set[int], now: datetime) -> None:
    claim(session, lease.source_id, ids, depth=scope.entry_depth, via="entry", found_on=page.id)
    queue_addresses(session, ids, now)
    claim_links(session, {lease.source_id: scope}, find_nearer_pages(session, lease.source_id, ids), now)


def _claim_listings(
    session: Session, lease: Lease, page: Address, listings: dict[int, datetime | None], now: datetime
) -> None:
    claim(session, lease.source_id, listings, depth=0, via="listing", found_on=page.id)
    for address_id, changed_at in listings.items():
        if changed_at is not None:
            session.execute(update(Address).where(Address.id == address_id).values(changed_at=changed_at))
    queue_addresses(session, listings, now)


def poll_listings(session: Session, lease: Lease, page: Address, scope: Scope, now: datetime) -> None:
    """Queue listings within a listing once a run, where they may have changed.

    Also where the listing itself is unchanged: an index without dates stays the same while its sitemaps grow.
    """
    asked = select(Fetch.address_id).where(Fetch.run_id == lease.run_id)
    listed = (
        select(Address.id, Address.changed_at, Address.fetched_at)
        .join(Claim, Claim.address_id == Address.id)
        .where(
            Claim.source_id == lease.source_id,
            Claim.found_on_id == page.id,
            Claim.via == literal_column("'listing'"),  # written out: a parameter would not be known to be the index's
            Address.state == "done",
            Address.status.is_(None) | Address.status.not_in((404, 410)),
            Address.id.not_in(asked),
        )
    )
    again = [
        row.id
        for row in session.execute(listed)
        if listing_may_have_changed(row.changed_at, row.fetched_at)
        and not is_too_old(row.changed_at, now, scope.rhythm.max_age)
    ]
    session.execute(
        update(Address)
        .where(is_among(session, Address.id, again, Integer()))
        .values(state="queued", due_at=now)
        .execution_options(synchronize_session=False)
    )
