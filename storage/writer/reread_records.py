"""Correct stored articles by reading archived pages again, without revisions.

The newest bytes of a page are stored like the same page fetched again. Older bytes correct the earlier revision that
was stored at their time. A page that is no article by today's rules stays one and is reported: deleting articles is the
operator's decision.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.article_fields import FIELDS
from storage.articles.site_boilerplate import remove_known_boilerplate
from storage.articles.store import store_article
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import find_blocked
from storage.frontier.page_lists import ShownLists, correct_page_lists
from storage.reading import Reading
from storage.tables.core import Address, Article, Claim, Copy, Link, Revision, Source
from storage.tables.warc import WarcPage
from storage.text_rules import rules_of
from storage.visit import Outcome, WarcLocation

_CHUNK = 1_000  # rows of the index in one query

_COPY_FIELDS = ("kind", "title", "text", "published_at")


@dataclasses.dataclass(frozen=True, slots=True)
class ArchivedRecord:
    """A page in the raw archive; ``is_newest`` where no later bytes are there.

    ``in_feed``, ``feed_date``, ``feed_title`` and ``feed_authors`` are what a feed said of it, as in a lease.
    """

    id: int
    address_id: int
    source_id: int
    source: str
    url: str
    host: str
    fetched_at: datetime
    is_newest: bool
    location: WarcLocation
    in_feed: bool = False
    feed_date: datetime | None = None
    feed_title: str = ""
    feed_authors: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class RereadResult:
    """The outcome of a page read again, and which fields changed.

    A corrected article counts as ``unchanged``: its publisher changed nothing.
    """

    record: ArchivedRecord
    outcome: Outcome
    reason: str = ""
    changes: tuple[str, ...] = ()


def read_archived_records(
    connection: Connection, sources: Sequence[str], since: datetime | None
) -> Iterator[ArchivedRecord]:
    """Read the pages to read again, in the order of their files.

    Those are the newest of each address, and those with a stored earlier revision; of these ``sources``, or of
    all where none is named, fetched at or after ``since``.
    """
    newer = aliased(WarcPage)
    newest = ~exists().where(newer.address_id == WarcPage.address_id, newer.id > WarcPage.id)
    earlier = exists().where(Revision.article_id == Address.article_id, Revision.seen_at == WarcPage.fetched_at)
    wanted: list[ColumnElement[bool]] = [or_(newest, earlier)]
    if sources:
        wanted.append(Source.name.in_(sources))
    if since is not None:
        wanted.append(WarcPage.fetched_at >= since)
    statement = (
        select(
            WarcPage,
            Source.name,
            Address.url,
            Address.host,
            Address.in_feed,
            Address.feed_date,
            Address.feed_title,
            Address.feed_authors,
            newest.label("is_newest"),
        )
        .join(Address, Address.id == WarcPage.address_id)
        .join(Source, Source.id == WarcPage.source_id)
        .where(*wanted)
        .order_by(WarcPage.id)
        .limit(_CHUNK)
    )
    last = 0
    while rows := connection.execute(statement.where(WarcPage.id > last)).all():
        for row in rows:
            location = WarcLocation(row.file, row.offset, row.length, row.digest)
            yield ArchivedRecord(
                row.id,
                row.address_id,
                row.source_id,
                row.name,
                row.url,
                row.host,
                row.fetched_at,
                row.is_newest,
                location,
                row.in_feed,
                row.feed_date,
                row.feed_title or "",
                row.feed_authors or "",
            )
        last = rows[-1].id


def unknown_sources(connection: Connection, names: Sequence[str]) -> list[str]:
    """List the names that are no sources of this database."""
    known = set(connection.scalars(select(Source.name)))
    return [name for name in names if name not in known]


def correct_page(session: Session, record: ArchivedRecord, reading: Reading) -> RereadResult:
    """Correct what is stored of a page by today's reading of its bytes."""
    page = session.get(Address, record.address_id)
    if page is None:
        return RereadResult(record, "failed", "the address has been forgotten")
    if reading.kind == "unreadable":
        return RereadResult(record, "failed", reading.reason)
    if not reading.is_article:
        stays = "no article any more, and stays one: " if page.article_id is not None else ""
        return RereadResult(record, "not_article", stays + reading.reason, ("no article",) if stays else ())
    own = session.scalars(select(Article).where(Article.read_from_id == page.id)).first()
    is_superseded = own.revised_at > record.fetched_at if own is not None else _leads_elsewhere(session, page)
    if not record.is_newest or is_superseded:
        reading = dataclasses.replace(reading, text=remove_known_boilerplate(session, page.host, reading.text))
        return _correct_earlier(session, record, reading)
    before = _shown(session, page)
    stored = store_article(session, reading, page, record.source_id, record.fetched_at, same_bytes=True)
    session.flush()
    changes = _changed(before, _shown(session, page))
    if stored.edges_at == page.id:
        changes += _correct_edges(session, record, reading)
    if reading.precomputed is not None:
        shown = ShownLists(stored.edges_at, reading.precomputed.lists, record.fetched_at)
        changes += ("lists",) if correct_page_lists(session, shown) else ()
    if stored.outcome in ("new", "copy"):
        return RereadResult(record, stored.outcome, stored.reason, changes or (stored.outcome,))
    return RereadResult(record, "unchanged", _told(changes), changes)


def _leads_elsewhere(session: Session, page: Address) -> bool:
    """Tell whether a page from which no article is read redirects by now: then it is no copy either."""
    return page.page_id is not None and session.scalar(select(Copy.id).where(Copy.address_id == page.id)) is None


def _told(changes: Sequence[str]) -> str:
    return f"corrected: {', '.join(changes)}" if changes else ""


def _shown(session: Session, page: Address) -> Mapping[str, Any]:
    """Read the article or copy of a page."""
    copy = session.scalars(select(Copy).where(Copy.address_id == page.id)).first()
    if copy is not None:
        return {name: getattr(copy, name) for name in _COPY_FIELDS}
    article = session.scalars(select(Article).where(Article.read_from_id == page.id)).first()
    return {name: getattr(article, name) for name in FIELDS} if article is not None else {}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    names = [name for name, value in after.items() if before.get(name) != value]
    return tuple(
        f"text ({len(before[name]):,} to {len(after[name]):,} characters)" if name == "text" and before else name
        for name in names
    )


def _correct_earlier(session: Session, record: ArchivedRecord, reading: Reading) -> RereadResult:
    """Correct the earlier revision that came from these bytes."""
    revision = session.scalars(
        select(Revision)
        .join(Address, Address.article_id == Revision.article_id)
        .where(Address.id == record.address_id, Revision.seen_at == record.fetched_at)
    ).first()
    if revision is None or (revision.title, revision.text) == (reading.title, reading.text):
        return RereadResult(record, "unchanged", "an earlier wording")
    changes = _changed({"title": revision.title, "text": revision.text}, {"title": reading.title, "text": reading.text})
    revision.title, revision.text = reading.title, reading.text
    revision.text_hash = rules_of(session).text_hash(reading.text)
    return RereadResult(record, "unchanged", f"revision {revision.revision} {_told(changes)}", changes)


def _correct_edges(session: Session, record: ArchivedRecord, reading: Reading) -> tuple[str, ...]:
    """Correct a page's related links by today's reading.

    A link last seen before these bytes came belongs to older ones, and stays.
    """
    stored = {
        link.target_id: link
        for link in session.scalars(select(Link).where(Link.page_id == record.address_id, Link.kind == "related"))
    }
    places = [rules_of(session).place(card.url) for card in reading.related]
    ids = file_addresses(session, places)
    forgotten = find_blocked(session, ids)
    wanted: dict[int, dict[str, Any]] = {}
    for card, place in zip(reading.related, places, strict=True):
        target = ids[place.key]
        if target != record.address_id and target not in wanted and place.key not in forgotten:
            fields = {"title": card.title, "summary": card.summary, "language": card.language}
            wanted[target] = {"url": place.url, "position": len(wanted) + 1} | fields
    removed = [
        link.id for target, link in stored.items() if target not in wanted and link.last_seen_at >= record.fetched_at
    ]
    added = [target for target in wanted if target not in stored]
    session.execute(delete(Link).where(Link.id.in_(removed)).execution_options(synchronize_session=False))
    seen = {"first_seen_at": record.fetched_at, "last_seen_at": record.fetched_at}
    session.add_all(
        Link(page_id=record.address_id, target_id=target, kind="related", **wanted[target], **seen) for target in added
    )
    changes = [f"related +{len(added)} -{len(removed)}"] if added or removed else []
    changes += _correct_cards(stored, wanted)
    session.flush()
    if added:  # the next crawl takes them up
        claims = update(Claim).where(Claim.address_id == record.address_id).values(expanded_depth=None)
        session.execute(claims.execution_options(synchronize_session=False))
    return tuple(changes)


def _correct_cards(stored: Mapping[int, Link], wanted: Mapping[int, Mapping[str, Any]]) -> list[str]:
    different = 0
    for target, fields in wanted.items():
        link = stored.get(target)
        if link is None or all(getattr(link, name) == value for name, value in fields.items()):
            continue
        different += 1
        for name, value in fields.items():
            setattr(link, name, value)
    return [f"cards ({different})"] if different else []
