"""Erase an address and its article from every table, and block the address.

Deleted are the article of the address with all its revisions and copies, edges from and to any of these pages, their
WARC records, search entries and signatures. Where the address has only a copy of another site's article, that copy
alone is deleted. Runs and fetches stay, without the address.

A new table with anything of articles or pages adds a ``Holding`` to ``HOLDINGS``.
"""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.articles.minhash_index import remove_article
from storage.database.in_values import is_among
from storage.database.upsert import insert_into
from storage.entities.store import count_entities, delete_entities
from storage.erasure.body_links import count_links_to, remove_links_to
from storage.frontier.blocklist import REFUSED, enable_secure_delete, key_hash, tombstone
from storage.frontier.page_lists import delete_unshown
from storage.search.index import remove_articles
from storage.stories.remove import remove_from_stories
from storage.tables.amp import AmpForm
from storage.tables.blocklist import BlockedAddress
from storage.tables.core import Address, Article, Claim, Copy, Link, Revision
from storage.tables.fetches import Fetch
from storage.tables.multipage import ArticlePart
from storage.tables.page_lists import ListEntry, PageList
from storage.tables.site_lines import SitePage
from storage.tables.warc import WarcPage
from storage.text_rules import Place


@dataclasses.dataclass(frozen=True, slots=True)
class ErasurePlan:
    """The ids of all rows to delete, and the keys to block."""

    keys: tuple[str, ...]
    urls: tuple[str, ...] = ()
    addresses: tuple[int, ...] = ()
    articles: tuple[int, ...] = ()
    copies: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Holding:
    """A table with something of articles or pages: how to count and delete it.

    ``remove`` runs before the articles and addresses themselves are deleted, in the same transaction.
    """

    name: str
    count: Callable[[Session, ErasurePlan], int]
    remove: Callable[[Session, ErasurePlan], None]


def plan_erasure(session: Session, place: Place) -> ErasurePlan:
    """List what has to be deleted with an address, known or not."""
    address = session.scalars(select(Address).where(Address.key == place.key)).first()
    if address is None:
        return ErasurePlan((place.key,))
    own = or_(Article.address_id == address.id, Article.read_from_id == address.id)
    article_id = session.scalar(select(Article.id).where(own)) or address.article_id
    copy_id = session.scalar(select(Copy.id).where(Copy.address_id == address.id))
    if copy_id is not None and session.get(ArticlePart, address.id) is not None:
        copy_id = None  # a later page: its words are the article's, which leaves whole
    if copy_id is not None or article_id is None:
        has_its_own = or_(
            exists().where(Article.address_id == Address.id), exists().where(Copy.address_id == Address.id)
        )
        leads_here = and_(Address.page_id == address.id, ~has_its_own)
        shown: ColumnElement[bool] = or_(Address.id == address.id, leads_here)
        return _plan_of(session, place, shown, (), () if copy_id is None else (copy_id,))
    copies = tuple(session.scalars(select(Copy.id).where(Copy.article_id == article_id)))
    shown = or_(Address.id == address.id, Address.article_id == article_id)
    return _plan_of(session, place, shown, (article_id,), copies)


def _plan_of(
    session: Session, place: Place, shown: ColumnElement[bool], articles: tuple[int, ...], copies: tuple[int, ...]
) -> ErasurePlan:
    rows = session.execute(select(Address.id, Address.key, Address.url).where(shown).order_by(Address.id)).all()
    keys = tuple(dict.fromkeys([place.key, *(row.key for row in rows)]))
    return ErasurePlan(keys, tuple(row.url for row in rows), tuple(row.id for row in rows), articles, copies)


def count_erasure(session: Session, plan: ErasurePlan) -> dict[str, int]:
    """Count what would be deleted, by kind."""
    counts = {
        "addresses": len(plan.addresses),
        "articles": len(plan.articles),
        "copies": len(plan.copies),
        "revisions": _count(session, Revision.article_id, plan.articles),
        "related links": _count(session, Link.page_id, plan.addresses)
        + _count(session, Link.target_id, plan.addresses),
    }
    return counts | {holding.name: holding.count(session, plan) for holding in HOLDINGS}


def erase(session: Session, plan: ErasurePlan, now: datetime, reason: str) -> None:
    """Delete all rows of a plan, and block its addresses.

    Run :func:`storage.erasure.scrub_log.scrub_addresses` first, while all keys are known: log texts may name them.
    """
    enable_secure_delete(session)
    for holding in HOLDINGS:
        holding.remove(session, plan)
    _delete(session, Copy.id, plan.copies)
    _delete(session, Revision.article_id, plan.articles)
    _delete(session, Article.id, plan.articles)
    _delete(session, Link.page_id, plan.addresses)
    _delete(session, Link.target_id, plan.addresses)
    _delete(session, Claim.address_id, plan.addresses)
    stone = tombstone(session).id if plan.addresses else 0
    for column, values in (
        (Claim.found_on_id, {"found_on_id": None}),
        (Address.page_id, {"page_id": None}),
        (Fetch.address_id, {"address_id": stone, "reason": REFUSED, "nearest_list": None}),
    ):
        session.execute(update(column.class_).where(_is_among(session, column, plan.addresses)).values(values))
    _delete(session, Address.id, plan.addresses)
    rows = [{"key_hash": key_hash(key), "forgotten_at": now, "reason": reason} for key in plan.keys]
    session.execute(insert_into(session, BlockedAddress).on_conflict_do_nothing(), rows)
    session.expire_all()


def _is_among(session: Session, column: InstrumentedAttribute[Any], ids: Sequence[int]) -> ColumnElement[bool]:
    return is_among(session, column, ids, Integer())


def _delete(session: Session, column: InstrumentedAttribute[int], ids: Sequence[int]) -> None:
    statement = delete(column.class_).where(_is_among(session, column, ids))
    session.execute(statement.execution_options(synchronize_session=False))


def _count(session: Session, column: InstrumentedAttribute[int], ids: Sequence[int]) -> int:
    return session.scalar(select(func.count()).where(_is_among(session, column, ids))) or 0


def _remove_signatures(session: Session, plan: ErasurePlan) -> None:
    for article_id in plan.articles:
        remove_article(session, article_id)


def _remove_search_entries(session: Session, plan: ErasurePlan) -> None:
    remove_articles(session.connection(), plan.articles)


def _count_lists(session: Session, plan: ErasurePlan) -> int:
    return _count(session, PageList.page_id, plan.addresses) + _count(session, ListEntry.target_id, plan.addresses)


def _remove_from_lists(session: Session, plan: ErasurePlan) -> None:
    """Delete the lists of these pages, and these pages from the lists of others."""
    shown = select(PageList.version_id).where(_is_among(session, PageList.page_id, plan.addresses))
    versions = set(session.scalars(shown))
    _delete(session, PageList.page_id, plan.addresses)
    _delete(session, ListEntry.target_id, plan.addresses)
    delete_unshown(session, versions)


def _leave_stories(session: Session, plan: ErasurePlan) -> None:
    remove_from_stories(session, plan.articles)


_AMP_SIDES = (AmpForm.form_id, AmpForm.page_id)


def _remove_amp_forms(session: Session, plan: ErasurePlan) -> None:
    for side in _AMP_SIDES:
        _delete(session, side, plan.addresses)


HOLDINGS: list[Holding] = [
    Holding("story profiles", lambda _session, plan: len(plan.articles), _leave_stories),
    Holding(
        "pages of articles on several",
        lambda session, plan: _count(session, ArticlePart.article_id, plan.articles),
        lambda session, plan: _delete(session, ArticlePart.article_id, plan.articles),
    ),
    Holding(
        "links in texts",
        lambda session, plan: count_links_to(session, plan.keys),
        lambda session, plan: remove_links_to(session, plan.keys),
    ),
    Holding(
        "AMP forms",
        lambda session, plan: sum(_count(session, column, plan.addresses) for column in _AMP_SIDES),
        _remove_amp_forms,
    ),
    Holding(
        "remembered pages",
        lambda session, plan: _count(session, SitePage.address_id, plan.addresses),
        lambda session, plan: _delete(session, SitePage.address_id, plan.addresses),
    ),
    Holding(
        "entities",
        lambda session, plan: count_entities(session, plan.articles),
        lambda session, plan: delete_entities(session, plan.articles),
    ),
    Holding("page lists", _count_lists, _remove_from_lists),
    Holding("signatures", lambda _session, plan: len(plan.articles), _remove_signatures),
    Holding("search entries", lambda _session, plan: len(plan.articles), _remove_search_entries),
    Holding(
        "archived pages",
        lambda session, plan: _count(session, WarcPage.address_id, plan.addresses),
        lambda session, plan: _delete(session, WarcPage.address_id, plan.addresses),
    ),
]
"""Everything beside the tables above that holds something of an article."""
