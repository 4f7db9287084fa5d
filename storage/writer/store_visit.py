"""One visit, stored whole: article, edges, new addresses, outcome and the lease given back, in one transaction."""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from storage.articles.multipage import lose_part, move_part
from storage.articles.redirects import GONE, move, shows_its_own, take_back, unjoin
from storage.articles.store import store_article
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import REFUSED, forgotten_among, is_tombstone
from storage.frontier.claims import claim, expand, queue_known
from storage.frontier.edges import meet_edges, store_edges
from storage.frontier.host_state import note_reservations
from storage.frontier.listing_entries import poll_listings, store_entries
from storage.frontier.sources import learn_domain
from storage.schedule import is_too_old, next_reread, next_retry
from storage.scope import Scope
from storage.tables.core import Address, Article, Fetch
from storage.text_rules import LONGEST_ADDRESS, rules_of
from storage.visit import Kept, Lease, Outcome, Result, SameBytes, Visit
from storage.warc_index.index import index_page

_FETCHED = insert(Fetch)


def store_visits(session: Session, visits: Iterable[Visit], scopes: dict[int, Scope]) -> list[Result]:
    """Store what came of some leases; ``scopes`` is updated in place when a source learns of a domain."""
    results, pages, now = [], set[int](), None
    for visit in visits:
        result, shown = _store_visit(session, visit, scopes)
        results.append(result)
        pages |= shown
        now = max(now or visit.fetched_at, visit.fetched_at)
    if now is not None:
        expand(session, scopes, pages, now)
    return results


def _store_visit(session: Session, visit: Visit, scopes: dict[int, Scope]) -> tuple[Result, set[int]]:
    """Store what came of a lease; give the addresses whose edges may be claimed in turn, too."""
    asked = session.get_one(Address, visit.lease.address_id)
    page = _answering_page(session, asked, visit)
    if is_tombstone(page) or _names_forgotten(session, visit):
        page, visit = asked, dataclasses.replace(visit, reading=None, kept=None, verdict="refused", reason=REFUSED)
    if page is not asked:
        _follow_redirect(session, asked, page, visit, scopes)
    outcome, reason, article = _store_page(session, visit, page, scopes)
    reason = visit.reading.reason_with_errors(reason) if visit.reading is not None else reason
    _close(asked, visit, outcome, reason)
    if page is not asked:
        asked.due_at = None
        if article is not None and asked.article_id == article.id:
            lose_part(session, asked, visit.fetched_at)
        if not shows_its_own(session, asked, page):
            asked.page_id, asked.article_id = page.id, page.article_id
        elif page.article_id is not None and visit.lease.source_id in scopes:
            lease = visit.lease
            claim(session, lease.source_id, [page.id], depth=lease.depth, via=lease.via, found_on=asked.id)
        if page.state != "leased":  # else its own visit is on the way, and finds all this done
            _close(page, visit, outcome, reason)
    elif visit.reading is not None and article is None:
        unjoin(session, page)
    take_back(session, page, visit)
    scope = scopes.get(visit.lease.source_id)
    if scope is not None:
        _schedule_reread(session, page, article, visit, scope)
    if visit.reading is not None and visit.reading.reservations:
        found = visit.reading.reservations
        note_reservations(session, visit.lease.source_id, page.host, found, visit.fetched_at)
    record_fetch(session, visit.lease, visit.fetched_at, visit.status, outcome, reason, _characters(visit))
    if isinstance(visit.kept, Kept):
        index_page(session, visit.kept, page, visit.lease.source_id, visit.fetched_at)
    session.flush()
    return Result(visit.lease, outcome, reason), {asked.id, page.id}


def _characters(visit: Visit) -> int | None:
    """Measure the article that was read, where one was: a layout that changes shows in it."""
    return len(visit.reading.text) if visit.reading is not None and visit.reading.is_article else None


def record_fetch(
    session: Session,
    lease: Lease,
    fetched_at: datetime,
    status: int | None,
    outcome: Outcome,
    reason: str,
    characters: int | None = None,
) -> None:
    """Write the accounts' line of one address taken up."""
    row = {
        "run_id": lease.run_id,
        "source_id": lease.source_id,
        "address_id": lease.address_id,
        "via": lease.via,
        "fetched_at": fetched_at,
        "status": status,
        "outcome": outcome,
        "reason": reason,
        "characters": characters,
    }
    session.connection().execute(_FETCHED, row)


def _answering_page(session: Session, asked: Address, visit: Visit) -> Address:
    """Give the address that answered in the end: another one after a redirect, unless that is longer than any held."""
    if visit.reading is None and not (visit.moved and visit.verdict == "unchanged"):
        return asked
    place = rules_of(session).place(visit.final_url)
    if place.key == asked.key or len(place.url) > LONGEST_ADDRESS:
        return asked
    return session.get_one(Address, file_addresses(session, [place])[place.key])


def _names_forgotten(session: Session, visit: Visit) -> bool:
    """Whether an article page says that it is one that was forgotten, in another form such as AMP."""
    if visit.reading is None or not visit.reading.is_article:
        return False
    return bool(forgotten_among(session, [rules_of(session).place(visit.reading.canonical_url).key]))


def _store_page(
    session: Session, visit: Visit, page: Address, scopes: dict[int, Scope]
) -> tuple[Outcome, str, Article | None]:
    reading = visit.reading
    if reading is None:
        scope = scopes.get(visit.lease.source_id)
        if visit.verdict == "unchanged" and visit.lease.via in ("start", "listing") and scope is not None:
            poll_listings(session, visit.lease, page, scope, visit.fetched_at)
        if visit.status in GONE:
            lose_part(session, page, visit.fetched_at)
        return *_without_reading(session, visit, page), None
    if reading.kind == "unreadable":
        return "failed", reading.reason, None
    if not reading.is_article:
        if visit.lease.via in ("start", "listing"):
            left_out = store_entries(session, visit, page, scopes)
            if left_out:
                return "not_article", f"{reading.reason}; {left_out:,} older than max_age", None
        return "not_article", reading.reason, None
    if too_old := _too_old(visit, page, scopes):
        return "refused", too_old, None
    same_bytes = isinstance(visit.kept, SameBytes)
    stored = store_article(session, reading, page, visit.lease.source_id, visit.fetched_at, same_bytes=same_bytes)
    _claim_pages(session, visit, page, scopes)
    is_own_page = stored.edges_at == page.id
    is_new_page = is_own_page and page.fetched_at is None
    store_edges(session, stored.edges_at, visit, scopes, is_own_page=is_own_page, is_new_page=is_new_page)
    return stored.outcome, stored.reason, stored.article


def _too_old(visit: Visit, page: Address, scopes: Mapping[int, Scope]) -> str:
    """Say why an article is not taken: it is new here, and older than its source wants; "" where it is taken."""
    scope, reading = scopes.get(visit.lease.source_id), visit.reading
    if scope is None or reading is None or page.article_id is not None or visit.lease.via == "start":
        return ""
    if not is_too_old(reading.published_at, visit.fetched_at, scope.rhythm.max_age):
        return ""
    return f"older than max_age: published {reading.published_at:%Y-%m-%d}"


def _follow_redirect(session: Session, asked: Address, page: Address, visit: Visit, scopes: dict[int, Scope]) -> None:
    if visit.moved:
        _follow_domain(session, visit, page, scopes)
        move(session, asked, page, visit)
    move_part(session, asked, page, visit.reading)


def _follow_domain(session: Session, visit: Visit, page: Address, scopes: dict[int, Scope]) -> None:
    """Let a source whose start page moved to another domain for good move along."""
    scope = scopes.get(visit.lease.source_id)
    if visit.lease.via == "start" and scope is not None and page.domain not in scope.domains:
        scopes[visit.lease.source_id] = learn_domain(session, visit.lease.source_id, scope, page.domain)


def _claim_pages(session: Session, visit: Visit, page: Address, scopes: Mapping[int, Scope]) -> None:
    """Queue the other pages of an article that stands on several, at the depth of the one that was read."""
    reading, lease = visit.reading, visit.lease
    if reading is None or lease.source_id not in scopes or not (reading.following or reading.first_page):
        return
    urls = [url for _, url in reading.following] + [reading.first_page] * bool(reading.first_page)
    ids = set(file_addresses(session, map(rules_of(session).place, urls)).values()) - {page.id}
    claim(session, lease.source_id, ids, depth=lease.depth, via="related", found_on=page.id)
    queue_known(session, ids, visit.fetched_at)


def _without_reading(session: Session, visit: Visit, page: Address) -> tuple[Outcome, str]:
    if visit.verdict != "unchanged":
        return visit.verdict or "failed", visit.reason
    if page.article_id is None:
        return "not_article", "not modified"
    session.execute(update(Article).where(Article.id == page.article_id).values(last_seen_at=visit.fetched_at))
    meet_edges(session, page, visit.fetched_at)
    return "unchanged", "not modified"


def _close(address: Address, visit: Visit, outcome: Outcome, reason: str) -> None:
    address.state, address.lease_run_id, address.due_at = "done", None, None
    address.outcome, address.reason, address.status = outcome, reason, visit.status
    address.fetched_at = visit.fetched_at
    if outcome == "failed":
        address.attempts += 1
        address.due_at = next_retry(visit.fetched_at, address.attempts, visit.status)
        if visit.retry_at is not None and address.due_at is not None:
            address.due_at = max(address.due_at, visit.retry_at)
        return
    address.attempts = 0
    if visit.reading is not None:
        address.etag, address.last_modified = visit.etag, visit.last_modified


def _schedule_reread(session: Session, page: Address, article: Article | None, visit: Visit, scope: Scope) -> None:
    """Read an article again while news is still corrected; copies and other pages are not asked for again.

    ``article`` is the one that the visit stored, where it did.
    """
    if page.article_id is None or page.state != "done" or page.outcome == "failed":
        return
    if article is None or article.id != page.article_id:
        article = session.get_one(Article, page.article_id)
    if article.address_id == page.id:
        page.due_at = next_reread(article.first_seen_at, visit.fetched_at, scope.rhythm.rereads)
        page.rereads += 1
