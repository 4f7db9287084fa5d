"""Forgetting an address, as the law or a letter asks: all that was stored of it leaves, and it is not met again.

What leaves is the article that the address shows: its words now and earlier, its copies wherever they stand, edges
from and to any of these pages, archived bytes, search entries and signatures. Where the address shows somebody else's
article as a copy, only that copy leaves: the letter is about that page. The runs' accounts keep their lines, without
the address.

Whatever keeps anything of an article or page beside these tables adds a ``Holding`` to ``HOLDINGS``.
"""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.articles.minhash_index import remove
from storage.database.in_values import is_among
from storage.database.upsert import insert_into
from storage.frontier.blocklist import REFUSED, key_hash, overwrite_what_leaves, tombstone
from storage.search.index import forget_words
from storage.stories.remove import leave_stories
from storage.tables.amp import AmpForm
from storage.tables.blocklist import Forgotten
from storage.tables.core import Address, Article, Claim, Copy, Fetch, Link, Revision
from storage.tables.multipage import ArticlePart
from storage.tables.site_lines import SitePage
from storage.tables.warc import KeptPage
from storage.text_rules import Place


@dataclasses.dataclass(frozen=True, slots=True)
class Doomed:
    """What is to leave, by id, and the keys that are not to be met again."""

    keys: tuple[str, ...]
    urls: tuple[str, ...] = ()
    addresses: tuple[int, ...] = ()
    articles: tuple[int, ...] = ()
    copies: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Holding:
    """A part of the archive that holds something of articles or pages: how much, and how it leaves.

    ``remove`` runs before the articles and addresses themselves are deleted, in the same transaction.
    """

    name: str
    count: Callable[[Session, Doomed], int]
    remove: Callable[[Session, Doomed], None]


def find_doomed(session: Session, place: Place) -> Doomed:
    """Tell what leaves with an address, which need not be known."""
    address = session.scalars(select(Address).where(Address.key == place.key)).first()
    if address is None:
        return Doomed((place.key,))
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
        return _doomed(session, place, shown, (), () if copy_id is None else (copy_id,))
    copies = tuple(session.scalars(select(Copy.id).where(Copy.article_id == article_id)))
    shown = or_(Address.id == address.id, Address.article_id == article_id)
    return _doomed(session, place, shown, (article_id,), copies)


def _doomed(
    session: Session, place: Place, shown: ColumnElement[bool], articles: tuple[int, ...], copies: tuple[int, ...]
) -> Doomed:
    rows = session.execute(select(Address.id, Address.key, Address.url).where(shown).order_by(Address.id)).all()
    keys = tuple(dict.fromkeys([place.key, *(row.key for row in rows)]))
    return Doomed(keys, tuple(row.url for row in rows), tuple(row.id for row in rows), articles, copies)


def count_doomed(session: Session, doomed: Doomed) -> dict[str, int]:
    """Count what would leave, by what it is."""
    counts = {
        "addresses": len(doomed.addresses),
        "articles": len(doomed.articles),
        "copies": len(doomed.copies),
        "revisions": _count(session, Revision.article_id, doomed.articles),
        "related links": _count(session, Link.page_id, doomed.addresses)
        + _count(session, Link.target_id, doomed.addresses),
    }
    return counts | {holding.name: holding.count(session, doomed) for holding in HOLDINGS}


def forget(session: Session, doomed: Doomed, now: datetime, reason: str) -> None:
    """Delete all of it, and note that its addresses are not to be met again.

    Run :func:`storage.erasure.scrub_log.unmention` first, while all keys are known: log texts may name them.
    """
    overwrite_what_leaves(session)
    for holding in HOLDINGS:
        holding.remove(session, doomed)
    _delete(session, Copy.id, doomed.copies)
    _delete(session, Revision.article_id, doomed.articles)
    _delete(session, Article.id, doomed.articles)
    _delete(session, Link.page_id, doomed.addresses)
    _delete(session, Link.target_id, doomed.addresses)
    _delete(session, Claim.address_id, doomed.addresses)
    stone = tombstone(session).id if doomed.addresses else 0
    for column, values in (
        (Claim.found_on_id, {"found_on_id": None}),
        (Address.page_id, {"page_id": None}),
        (Fetch.address_id, {"address_id": stone, "reason": REFUSED}),
    ):
        session.execute(update(column.class_).where(_is_among(session, column, doomed.addresses)).values(values))
    _delete(session, Address.id, doomed.addresses)
    rows = [{"key_hash": key_hash(key), "forgotten_at": now, "reason": reason} for key in doomed.keys]
    session.execute(insert_into(session, Forgotten).on_conflict_do_nothing(), rows)
    session.expire_all()


def _is_among(session: Session, column: InstrumentedAttribute[Any], ids: Sequence[int]) -> ColumnElement[bool]:
    return is_among(session, column, ids, Integer())


def _delete(session: Session, column: InstrumentedAttribute[int], ids: Sequence[int]) -> None:
    statement = delete(column.class_).where(_is_among(session, column, ids))
    session.execute(statement.execution_options(synchronize_session=False))


def _count(session: Session, column: InstrumentedAttribute[int], ids: Sequence[int]) -> int:
    return session.scalar(select(func.count()).where(_is_among(session, column, ids))) or 0


def _remove_signatures(session: Session, doomed: Doomed) -> None:
    for article_id in doomed.articles:
        remove(session, article_id)


def _remove_search_entries(session: Session, doomed: Doomed) -> None:
    forget_words(session.connection(), doomed.articles)


def _leave_stories(session: Session, doomed: Doomed) -> None:
    leave_stories(session, doomed.articles)


_AMP_SIDES = (AmpForm.form_id, AmpForm.page_id)


def _remove_amp_forms(session: Session, doomed: Doomed) -> None:
    for side in _AMP_SIDES:
        _delete(session, side, doomed.addresses)


HOLDINGS: list[Holding] = [
    Holding("story profiles", lambda _session, doomed: len(doomed.articles), _leave_stories),
    Holding(
        "pages of articles on several",
        lambda session, doomed: _count(session, ArticlePart.article_id, doomed.articles),
        lambda session, doomed: _delete(session, ArticlePart.article_id, doomed.articles),
    ),
    Holding(
        "AMP forms",
        lambda session, doomed: sum(_count(session, column, doomed.addresses) for column in _AMP_SIDES),
        _remove_amp_forms,
    ),
    Holding(
        "remembered pages",
        lambda session, doomed: _count(session, SitePage.address_id, doomed.addresses),
        lambda session, doomed: _delete(session, SitePage.address_id, doomed.addresses),
    ),
    Holding("signatures", lambda _session, doomed: len(doomed.articles), _remove_signatures),
    Holding("search entries", lambda _session, doomed: len(doomed.articles), _remove_search_entries),
    Holding(
        "archived pages",
        lambda session, doomed: _count(session, KeptPage.address_id, doomed.addresses),
        lambda session, doomed: _delete(session, KeptPage.address_id, doomed.addresses),
    ),
]
"""Everything beside the tables above that holds something of an article."""
