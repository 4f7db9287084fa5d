"""Store imported records as a crawl's visits are stored.

It is a visit without a lease, with three differences: it may be older than the stored version, its text may come
from somebody else's extractor, and nobody asked for it. So

- what is older than the stored revision becomes an earlier one (``out_of_order.py``);
- a given text (one without an extractor's version) never replaces one that was read here from the page's bytes;
- the frontier stays as it is, but where the record holds an article: its address is then done. A configured source
  that covers it claims it as an entry of its listings; no other source claims anything.
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.articles.changed import changed_articles
from storage.articles.multipage import with_later_pages
from storage.articles.site_boilerplate import remove_known_boilerplate
from storage.body.structure import fit
from storage.database.error_codes import classify_error
from storage.database.upsert import insert_into
from storage.entities.store import file_entities
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import REFUSED, is_tombstone
from storage.frontier.claims import claim
from storage.frontier.edges import touch_edges
from storage.frontier.page_lists import ShownLists, store_page_lists
from storage.reading import Reading
from storage.schedule import next_reread
from storage.scope import Scope
from storage.stories.profiles import file_batch
from storage.tables.core import Address, Article, Source
from storage.text_rules import Place, rules_of
from storage.visit import Lease, Outcome, Result, Visit
from storage.writer.fetches import EndedFetch, record_fetches
from storage.writer.out_of_order import store_out_of_order, touch_article
from storage.writer.store_visit import store_visits


@dataclasses.dataclass(frozen=True, slots=True)
class ImportedRecord:
    """One record of a file that was read; ``source`` is its source's name.

    ``number`` is the record's in its file, ``end`` where the next one begins. ``verdict`` is given where there is
    nothing to read. The rest is as in ``Visit``.
    """

    url: str
    source: str
    fetched_at: datetime
    number: int
    end: int
    status: int | None = None
    reading: Reading | None = None
    verdict: Literal["refused", "failed", "unchanged", "not_article"] | None = None
    reason: str = ""
    etag: str | None = None
    last_modified: str | None = None


def store_batch(
    session: Session,
    run_id: int,
    records: Sequence[ImportedRecord],
    scopes: dict[int, Scope],
    now: datetime,
) -> list[Result]:
    """Store records, each in a savepoint; a refused one is recorded as failed.

    ``scopes`` are those of the configured sources by id, and are updated in place. Trouble with the database itself
    is raised.
    """
    places = [rules_of(session).place(record.url) for record in records]
    ids = file_addresses(session, places)
    addresses = {
        address.id: address for address in session.scalars(select(Address).where(Address.id.in_(ids.values())))
    }
    sources = {scope.name: source_id for source_id, scope in scopes.items()}
    results = []
    for record, place in zip(records, places, strict=True):
        if record.source not in sources:
            sources[record.source] = _source_id(session, record.source)
        lease = lease_of(run_id, addresses[ids[place.key]], sources[record.source], record.source)
        results.append(_store_one(session, lease, record, addresses[ids[place.key]], place, scopes, now))
    read = zip((record.reading for record in records), results, strict=True)
    changed = changed_articles(session, read)
    file_batch(session, changed)
    file_entities(session, changed)
    return results


def _store_one(
    session: Session,
    lease: Lease,
    record: ImportedRecord,
    address: Address,
    place: Place,
    scopes: dict[int, Scope],
    now: datetime,
) -> Result:
    learnt = dict(scopes)
    try:
        with session.begin_nested():
            result = _store(session, lease, record, address, place, learnt, now)
    except Exception as error:
        if classify_error(error, "") is not None:
            raise
        return _account(session, lease, record, "failed", f"storage: {type(error).__name__}: {error}"[:300])
    scopes.update(learnt)
    return result


def lease_of(run_id: int, address: Address, source_id: int, source: str) -> Lease:
    """Make a lease for an imported record."""
    return Lease(address.id, run_id, source_id, source, address.url, address.host, depth=0, via="entry")


def _source_id(session: Session, name: str) -> int:
    statement = select(Source.id).where(Source.name == name)
    known = session.scalar(statement)
    if known is None:
        row = insert_into(session, Source).values(name=name, scope="")
        session.execute(row.on_conflict_do_nothing(index_elements=["name"]))
        known = session.scalars(statement).one()
    return known


def _account(session: Session, lease: Lease, record: ImportedRecord, outcome: Outcome, reason: str) -> Result:
    reason = record.reading.reason_with_errors(reason) if record.reading is not None else reason
    page_type = record.reading.page_type if record.reading is not None else None
    fetch = EndedFetch(lease, record.fetched_at, record.status, outcome, reason, page_type=page_type)
    record_fetches(session, [fetch])
    session.flush()
    return Result(lease, outcome, reason)


def _store(
    session: Session,
    lease: Lease,
    record: ImportedRecord,
    address: Address,
    place: Place,
    scopes: dict[int, Scope],
    now: datetime,
) -> Result:
    reading = record.reading
    if is_tombstone(address):
        return _account(session, lease, record, "refused", REFUSED)
    if reading is None:
        return _account(session, lease, record, *_without_reading(session, record, address))
    if not reading.is_article:
        outcome: Outcome = "failed" if reading.kind == "unreadable" else "not_article"
        return _account(session, lease, record, outcome, reading.reason)
    text = remove_known_boilerplate(session, address.host, reading.text)
    body = fit(reading.body, reading.text, text)
    known = dataclasses.replace(reading, text=text, body=body, signature=None, precomputed=None)
    known = with_later_pages(session, known, address)
    met = store_out_of_order(session, address, known if reading.extractor_version else reading, record.fetched_at)
    scope = scopes.get(lease.source_id)
    if scope is not None and scope.covers(place):
        claim(session, lease.source_id, [address.id], depth=scope.entry_depth, via="entry", found_on=None)
    if met is not None:
        if reading.precomputed is not None:
            shown = ShownLists(address.page_id or address.id, reading.precomputed.lists, record.fetched_at)
            store_page_lists(session, [shown])
        return _account(session, lease, record, *met)
    visit = Visit(
        lease,
        record.url,
        record.fetched_at,
        record.status,
        reading,
        etag=record.etag,
        last_modified=record.last_modified,
    )
    (result,) = store_visits(session, [visit], scopes)
    _let_pass(address, record.fetched_at, now)
    return result


def _without_reading(session: Session, record: ImportedRecord, address: Address) -> tuple[Outcome, str]:
    if record.verdict != "unchanged":
        return record.verdict or "failed", record.reason
    article = session.get(Article, address.article_id) if address.article_id else None
    if article is None:
        return "not_article", f"{record.reason}, and the page is not stored"
    touch_article(article, record.fetched_at)
    touch_edges(session, address, record.fetched_at)
    return "unchanged", record.reason


def _let_pass(address: Address, fetched_at: datetime, now: datetime) -> None:
    """Drop readings again that would have been due by now."""
    if address.due_at is not None and address.due_at <= now:
        address.due_at = next_reread(fetched_at, now)
