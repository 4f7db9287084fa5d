"""Store a visit in one transaction: article, edges, addresses, outcome."""

import dataclasses
from collections.abc import Iterable, Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.articles.canonical import is_unread, return_from_dead, return_unread
from storage.articles.multipage import move_page, remove_page
from storage.articles.redirects import GONE, detach_page, has_own_content, move_article, retry_moved_start
from storage.articles.store import store_article
from storage.database.flushing import flush_articles
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import REFUSED, find_blocked, is_tombstone
from storage.frontier.claims import claim, claim_links, queue_addresses
from storage.frontier.edges import store_edges, touch_edges
from storage.frontier.host_state import store_reservations
from storage.frontier.listing_entries import poll_listings, store_entries
from storage.frontier.made_for_crawlers import MadeForCrawlers
from storage.frontier.page_lists import ShownLists, store_page_lists
from storage.frontier.sources import learn_domain
from storage.schedule import is_too_old, next_reread, next_retry
from storage.scope import Scope
from storage.tables.core import Address, Article
from storage.text_rules import LONGEST_ADDRESS, rules_of
from storage.visit import Outcome, Result, SameBytes, Visit, WarcLocation
from storage.warc_index.index import ArchivedPage, index_pages
from storage.websub.named_hubs import note_hub
from storage.writer.fetches import EndedFetch, record_fetches
from storage.writer.look_ahead import look_ahead


@dataclasses.dataclass(frozen=True, slots=True)
class _Batch:
    """What visits of one batch leave to be done at its end."""

    lists: list[ShownLists]
    made_up: MadeForCrawlers | None
    fetches: list[EndedFetch]
    archived: list[ArchivedPage]


def store_visits(
    session: Session, visits: Iterable[Visit], scopes: dict[int, Scope], made_up: MadeForCrawlers | None = None
) -> list[Result]:
    """Store visits; ``scopes`` is updated when a source learns a domain.

    ``made_up`` is what a crawl has seen of pages that are made for crawlers: their links are not followed.
    """
    results, pages, now = list[Result](), set[int](), None
    batch, visits = _Batch([], made_up, [], []), list(visits)
    with look_ahead(session, visits):
        for visit in visits:
            if visit.reading is None or not visit.reading.is_article:  # a 304 and a listing ask what was fetched before
                record_fetches(session, batch.fetches)
            result, shown = _store_visit(session, visit, scopes, batch)
            results.append(result)
            pages |= shown
            now = max(now or visit.fetched_at, visit.fetched_at)
        session.flush()
    record_fetches(session, batch.fetches)
    index_pages(session, batch.archived)
    store_page_lists(session, batch.lists)
    if now is not None:
        for run_id, source_id in {(result.lease.run_id, result.lease.source_id) for result in results}:
            pages -= made_up.cut(session, run_id, source_id, now) if made_up is not None else set()
        claim_links(session, scopes, pages, now)
    return results


def _store_visit(session: Session, visit: Visit, scopes: dict[int, Scope], batch: _Batch) -> tuple[Result, set[int]]:
    """Store a visit; also give the addresses whose links may be claimed, and add to ``batch`` what is left."""
    asked = session.get_one(Address, visit.lease.address_id)
    page = _answering_page(session, asked, visit)
    if is_tombstone(page) or _names_forgotten(session, visit):
        page, visit = asked, dataclasses.replace(visit, reading=None, record=None, verdict="refused", reason=REFUSED)
    if page is not asked:
        _follow_redirect(session, asked, page, visit, scopes)
    outcome, reason, article = _store_page(session, visit, page, scopes, batch)
    given_back = return_unread(session, asked, article, reason or outcome, visit, scopes)
    given_back = given_back or return_from_dead(session, page, article)
    reason = visit.reading.reason_with_errors(reason) if visit.reading is not None else reason
    _close(asked, visit, outcome, reason)
    if page is not asked:
        asked.due_at = None
        if article is not None and asked.article_id == article.id:
            remove_page(session, asked, visit.fetched_at)
        if not has_own_content(session, asked, page):
            asked.page_id, asked.article_id = page.id, page.article_id
        elif page.article_id is not None and visit.lease.source_id in scopes:
            lease = visit.lease
            claim(session, lease.source_id, [page.id], depth=lease.depth, via=lease.via, found_on=asked.id)
        if page.state != "leased":  # else its own visit is on the way, and finds all this done
            _close(page, visit, outcome, reason)
    elif visit.reading is not None and article is None:
        detach_page(session, page)
    retry_moved_start(session, page, visit)
    scope = scopes.get(visit.lease.source_id)
    if scope is not None:
        _schedule_reread(session, page, article, visit, scope)
    if visit.reading is not None and visit.reading.reservations:
        reservations = visit.reading.reservations
        store_reservations(session, visit.lease.source_id, page.host, reservations, visit.fetched_at)
    fetch = EndedFetch(visit.lease, visit.fetched_at, visit.status, outcome, reason, visit.reading)
    batch.fetches.append(fetch)
    if isinstance(visit.record, WarcLocation):
        batch.archived.append(ArchivedPage(visit.record, page.id, visit.lease.source_id, visit.fetched_at))
    flush_articles(session)
    return Result(visit.lease, outcome, reason), {asked.id, page.id, *([given_back.id] if given_back else [])}


def _answering_page(session: Session, asked: Address, visit: Visit) -> Address:
    """Find the address that answered, after redirects."""
    if visit.reading is None and not (visit.moved and visit.verdict == "unchanged"):
        return asked
    place = rules_of(session).place(visit.final_url)
    if place.key == asked.key or len(place.url) > LONGEST_ADDRESS:
        return asked
    return session.get_one(Address, file_addresses(session, [place])[place.key])


def _names_forgotten(session: Session, visit: Visit) -> bool:
    """Tell whether an article page names a blocked canonical address."""
    if visit.reading is None or not visit.reading.is_article:
        return False
    return bool(find_blocked(session, [rules_of(session).place(visit.reading.canonical_url).key]))


def _store_page(
    session: Session, visit: Visit, page: Address, scopes: dict[int, Scope], batch: _Batch
) -> tuple[Outcome, str, Article | None]:
    reading = visit.reading
    if reading is None:
        scope = scopes.get(visit.lease.source_id)
        if visit.verdict == "unchanged" and visit.lease.via in ("start", "listing") and scope is not None:
            poll_listings(session, visit.lease, page, scope, visit.fetched_at)
        if visit.status in GONE:
            remove_page(session, page, visit.fetched_at)
        return *_without_reading(session, visit, page), None
    if reading.kind == "unreadable":
        return "failed", reading.reason, None
    if not reading.is_article:
        if visit.lease.via in ("start", "listing"):
            if visit.lease.via == "start" and visit.lease.source_id in scopes:
                note_hub(session, visit.lease.source_id, visit.lease.address_id, reading.hub, visit.fetched_at)
            too_old, unwanted = store_entries(session, visit, page, scopes)
            left_out = [f"{too_old:,} older than max_age"] if too_old else []
            left_out += [f"{unwanted:,} not wanted by their titles"] if unwanted else []
            return "not_article", "; ".join([reading.reason, *left_out]), None
        return "not_article", reading.reason, None
    if why := _too_old(visit, page, scopes) or _unwanted(visit, page, scopes):
        return "refused", why, None
    same_bytes = isinstance(visit.record, SameBytes)
    stored = store_article(session, reading, page, visit.lease.source_id, visit.fetched_at, same_bytes=same_bytes)
    _claim_pages(session, visit, page, scopes)
    is_own_page = stored.edges_at == page.id
    is_new_page = is_own_page and page.fetched_at is None
    store_edges(session, stored.edges_at, visit, scopes, is_own_page=is_own_page, is_new_page=is_new_page)
    if batch.made_up is not None:
        batch.made_up.note(session, visit, page)
    if reading.precomputed is not None:
        batch.lists.append(ShownLists(stored.edges_at, reading.precomputed.lists, visit.fetched_at))
    return stored.outcome, stored.reason, stored.article


def _too_old(visit: Visit, page: Address, scopes: Mapping[int, Scope]) -> str:
    """Say why a new article is too old for its source, "" where it is not."""
    scope, reading = scopes.get(visit.lease.source_id), visit.reading
    if scope is None or reading is None or page.article_id is not None or visit.lease.via == "start":
        return ""
    if not is_too_old(reading.published_at, visit.fetched_at, scope.rhythm.max_age):
        return ""
    return f"older than max_age: published {reading.published_at:%Y-%m-%d}"


def _unwanted(visit: Visit, page: Address, scopes: Mapping[int, Scope]) -> str:
    """Say why the title of a new article is not wanted, "" where it is, or the article is known."""
    scope, reading = scopes.get(visit.lease.source_id), visit.reading
    if scope is None or reading is None or page.article_id is not None or visit.lease.via == "start":
        return ""
    return scope.why_unwanted(reading.title)


def _follow_redirect(session: Session, asked: Address, page: Address, visit: Visit, scopes: dict[int, Scope]) -> None:
    if visit.moved:
        _follow_domain(session, visit, page, scopes)
    if visit.moved or is_unread(session, asked):
        move_article(session, asked, page, visit)
    move_page(session, asked, page, visit.reading)
    if asked.in_feed and not page.in_feed:
        page.in_feed, page.feed_date = True, asked.feed_date
        page.feed_title, page.feed_authors = asked.feed_title, asked.feed_authors


def _follow_domain(session: Session, visit: Visit, page: Address, scopes: dict[int, Scope]) -> None:
    """Add the domain that a source's start page moved to permanently."""
    scope = scopes.get(visit.lease.source_id)
    if visit.lease.via == "start" and scope is not None and page.domain not in scope.domains:
        scopes[visit.lease.source_id] = learn_domain(session, visit.lease.source_id, scope, page.domain)


def _claim_pages(session: Session, visit: Visit, page: Address, scopes: Mapping[int, Scope]) -> None:
    """Queue the other pages of an article on several, at the same depth."""
    reading, lease = visit.reading, visit.lease
    if reading is None or lease.source_id not in scopes or not (reading.following or reading.first_page):
        return
    urls = [url for _, url in reading.following] + [reading.first_page] * bool(reading.first_page)
    ids = set(file_addresses(session, map(rules_of(session).place, urls)).values()) - {page.id}
    claim(session, lease.source_id, ids, depth=lease.depth, via="related", found_on=page.id)
    queue_addresses(session, ids, visit.fetched_at)


def _without_reading(session: Session, visit: Visit, page: Address) -> tuple[Outcome, str]:
    if visit.verdict != "unchanged":
        return visit.verdict or "failed", visit.reason
    if page.article_id is None:
        return "not_article", "not modified"
    session.execute(update(Article).where(Article.id == page.article_id).values(last_seen_at=visit.fetched_at))
    touch_edges(session, page, visit.fetched_at)
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
    elif visit.verdict == "unchanged" and visit.etag:  # RFC 9111, section 3.2: a 304 renews what is stored
        address.etag = visit.etag


def _schedule_reread(session: Session, page: Address, article: Article | None, visit: Visit, scope: Scope) -> None:
    """Schedule when an article is read again.

    ``article`` is the one that the visit stored, where it did.
    """
    if page.article_id is None or page.state != "done" or page.outcome == "failed":
        return
    if article is None or article.id != page.article_id:
        article = session.get_one(Article, page.article_id)
    if article.address_id == page.id:
        page.due_at = next_reread(article.first_seen_at, visit.fetched_at, scope.rhythm.rereads)
        page.rereads += 1
