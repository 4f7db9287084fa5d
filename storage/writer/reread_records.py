"""What the raw archive holds, read again by today's pipelines: rows are corrected in place, and no revision is made.

A page's newest bytes are what its row was read from; they are filed as the same page met again would be. Older bytes
belong to an earlier wording, where one was stored at that time, and correct that. What is seen no more as an article
stays one, and is told: taking articles away is the operator's decision.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.article_fields import FIELDS
from storage.articles.site_boilerplate import recall_site
from storage.articles.store import store_article
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import forgotten_among
from storage.reading import Reading
from storage.tables.core import Address, Article, Claim, Copy, Link, Revision, Source
from storage.tables.warc import KeptPage
from storage.text_rules import rules_of
from storage.visit import Kept, Outcome

_CHUNK = 1_000  # rows of the index in one query

_COPY_FIELDS = ("kind", "title", "text", "published_at")


@dataclasses.dataclass(frozen=True, slots=True)
class KeptRecord:
    """A page in the raw archive, with what it is filed under. ``is_newest`` says that no later bytes of it are kept."""

    id: int
    address_id: int
    source_id: int
    source: str
    url: str
    host: str
    fetched_at: datetime
    is_newest: bool
    kept: Kept


@dataclasses.dataclass(frozen=True, slots=True)
class Reread:
    """What became of a page read again: its outcome, and what changed, such as ``text`` or ``related +1 -2``.

    A corrected article counts as ``unchanged``: its publisher changed nothing.
    """

    record: KeptRecord
    outcome: Outcome
    reason: str = ""
    changes: tuple[str, ...] = ()


def kept_records(connection: Connection, sources: Sequence[str], since: datetime | None) -> Iterator[KeptRecord]:
    """Give the pages to read again, in the order in which they lie in their files.

    Those are the newest of each address, and those of which an earlier wording stands; of these ``sources``, or of
    all where none is named, fetched at or after ``since``.
    """
    newer = aliased(KeptPage)
    newest = ~exists().where(newer.address_id == KeptPage.address_id, newer.id > KeptPage.id)
    earlier = exists().where(Revision.article_id == Address.article_id, Revision.seen_at == KeptPage.fetched_at)
    wanted: list[ColumnElement[bool]] = [or_(newest, earlier)]
    if sources:
        wanted.append(Source.name.in_(sources))
    if since is not None:
        wanted.append(KeptPage.fetched_at >= since)
    statement = (
        select(KeptPage, Source.name, Address.url, Address.host, newest.label("is_newest"))
        .join(Address, Address.id == KeptPage.address_id)
        .join(Source, Source.id == KeptPage.source_id)
        .where(*wanted)
        .order_by(KeptPage.id)
        .limit(_CHUNK)
    )
    last = 0
    while rows := connection.execute(statement.where(KeptPage.id > last)).all():
        for row in rows:
            kept = Kept(row.file, row.offset, row.length, row.digest)
            yield KeptRecord(
                row.id, row.address_id, row.source_id, row.name, row.url, row.host, row.fetched_at, row.is_newest, kept
            )
        last = rows[-1].id


def unknown_sources(connection: Connection, names: Sequence[str]) -> list[str]:
    """Give those of the names that are no source's in this database."""
    known = set(connection.scalars(select(Source.name)))
    return [name for name in names if name not in known]


def correct(session: Session, record: KeptRecord, reading: Reading) -> Reread:
    """Bring what stands of a page to today's reading of the same bytes."""
    page = session.get(Address, record.address_id)
    if page is None:
        return Reread(record, "failed", "the address has been forgotten")
    if reading.kind == "unreadable":
        return Reread(record, "failed", reading.reason)
    if not reading.is_article:
        stays = "no article any more, and stays one: " if page.article_id is not None else ""
        return Reread(record, "not_article", stays + reading.reason, ("no article",) if stays else ())
    own = session.scalars(select(Article).where(Article.read_from_id == page.id)).first()
    if not record.is_newest or (own is not None and own.revised_at > record.fetched_at):
        reading = dataclasses.replace(reading, text=recall_site(session, page.host, reading.text))
        return _correct_earlier(session, record, reading)
    before = _shown(session, page)
    stored = store_article(session, reading, page, record.source_id, record.fetched_at, same_bytes=True)
    session.flush()
    changes = _changed(before, _shown(session, page))
    if stored.edges_at == page.id:
        changes += _correct_edges(session, record, reading)
    if stored.outcome in ("new", "copy"):
        return Reread(record, stored.outcome, stored.reason, changes or (stored.outcome,))
    return Reread(record, "unchanged", _told(changes), changes)


def _told(changes: Sequence[str]) -> str:
    return f"corrected: {', '.join(changes)}" if changes else ""


def _shown(session: Session, page: Address) -> Mapping[str, Any]:
    """Give what stands of a page, as its article or as a copy."""
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


def _correct_earlier(session: Session, record: KeptRecord, reading: Reading) -> Reread:
    """Correct the wording that these bytes gave, where one stands of that time; nothing else hangs on them."""
    wording = session.scalars(
        select(Revision)
        .join(Address, Address.article_id == Revision.article_id)
        .where(Address.id == record.address_id, Revision.seen_at == record.fetched_at)
    ).first()
    if wording is None or (wording.title, wording.text) == (reading.title, reading.text):
        return Reread(record, "unchanged", "an earlier wording")
    changes = _changed({"title": wording.title, "text": wording.text}, {"title": reading.title, "text": reading.text})
    wording.title, wording.text = reading.title, reading.text
    wording.text_hash = rules_of(session).text_hash(reading.text)
    return Reread(record, "unchanged", f"revision {wording.revision} {_told(changes)}", changes)


def _correct_edges(session: Session, record: KeptRecord, reading: Reading) -> tuple[str, ...]:
    """Bring a page's related links to what its bytes declare.

    A link last seen before these bytes came belongs to older ones, and stays.
    """
    stands = {
        link.target_id: link
        for link in session.scalars(select(Link).where(Link.page_id == record.address_id, Link.kind == "related"))
    }
    places = [rules_of(session).place(card.url) for card in reading.related]
    ids = file_addresses(session, places)
    forgotten = forgotten_among(session, ids)
    wanted: dict[int, dict[str, Any]] = {}
    for card, place in zip(reading.related, places, strict=True):
        target = ids[place.key]
        if target != record.address_id and target not in wanted and place.key not in forgotten:
            said = {"title": card.title, "summary": card.summary, "language": card.language}
            wanted[target] = {"url": place.url, "position": len(wanted) + 1} | said
    gone = [
        link.id for target, link in stands.items() if target not in wanted and link.last_seen_at >= record.fetched_at
    ]
    came = [target for target in wanted if target not in stands]
    session.execute(delete(Link).where(Link.id.in_(gone)).execution_options(synchronize_session=False))
    seen = {"first_seen_at": record.fetched_at, "last_seen_at": record.fetched_at}
    session.add_all(
        Link(page_id=record.address_id, target_id=target, kind="related", **wanted[target], **seen) for target in came
    )
    told = [f"related +{len(came)} -{len(gone)}"] if came or gone else []
    told += _correct_cards(stands, wanted)
    session.flush()
    if came:  # the next crawl takes them up
        claims = update(Claim).where(Claim.address_id == record.address_id).values(expanded_depth=None)
        session.execute(claims.execution_options(synchronize_session=False))
    return tuple(told)


def _correct_cards(stands: Mapping[int, Link], wanted: Mapping[int, Mapping[str, Any]]) -> list[str]:
    different = 0
    for target, said in wanted.items():
        link = stands.get(target)
        if link is None or all(getattr(link, name) == value for name, value in said.items()):
            continue
        different += 1
        for name, value in said.items():
            setattr(link, name, value)
    return [f"cards ({different})"] if different else []
