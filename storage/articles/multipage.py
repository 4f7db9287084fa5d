"""Join the texts of articles that are published on several pages.

Each page is fetched and counted by itself. The first page is the article's; a later one is a copy of kind ``url``, and
its text follows in the article. Joining a page is a correction in place: the publisher has written nothing new. A
joined page that has another text when it is read again is a revision of the article. So is one that was removed.

A page at two addresses is one part: the one read first, until a page of the article links to the other. A page that is
no part any more stays a copy, and becomes a part again when a page of the article links to it.
"""

import dataclasses
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from storage.articles.copies import compare_copies
from storage.articles.minhash_index import reindex_article
from storage.articles.revisions import supersede
from storage.body.structure import join_bodies
from storage.frontier.addresses import file_addresses
from storage.reading import Reading
from storage.tables.core import Address, Article, Copy
from storage.tables.multipage import ArticlePart
from storage.text_rules import rules_of

_NOT_MODIFIED = 304


def with_later_pages(session: Session, reading: Reading, page: Address) -> Reading:
    """Add the stored text of later pages to the reading of a first page."""
    if reading.page_number > 1 or not reading.following or page.article_id is None:
        return reading
    later = select(ArticlePart.text, ArticlePart.body)
    later = later.where(ArticlePart.article_id == page.article_id, ArticlePart.number > 1)
    parts = [(reading.text, reading.body), *session.execute(later.order_by(ArticlePart.number))]
    if len(parts) == 1:
        return reading
    text = "\n".join(text for text, _ in parts)
    return dataclasses.replace(reading, text=text, body=join_bodies(parts), signature=None, precomputed=None)


def update_pages(session: Session, reading: Reading, page: Address, seen_at: datetime) -> bool:
    """Update which pages follow; return whether any of them was removed."""
    part = session.get(ArticlePart, page.id) if page.article_id is not None else None
    if part is None or part.number != reading.page_number:
        return False
    last = max((number for number, _ in reading.following), default=part.number)
    before, part.last_linked = part.last_linked, last
    lost = delete(ArticlePart).where(ArticlePart.article_id == part.article_id, ArticlePart.number > last)
    if last > 1:  # only later pages link to those beyond
        lost = lost.where(ArticlePart.number <= (before or last))
    lost_pages = session.scalars(lost.returning(ArticlePart.address_id)).first() is not None
    if last == 1:
        session.delete(part)
    if lost_pages and last > part.number:
        _ask_again(session, part.article_id, last, seen_at)
    _find_again(session, reading, part)
    session.flush()
    return lost_pages


def _ask_again(session: Session, article_id: int, number: int, now: datetime) -> None:
    """Queue the page that is the last one now, to find the pages after it."""
    its_address = select(ArticlePart.address_id).where(
        ArticlePart.article_id == article_id, ArticlePart.number == number
    )
    again = update(Address).where(Address.id.in_(its_address), Address.state == "done")
    session.execute(again.values(state="queued", due_at=now).execution_options(synchronize_session="fetch"))


def _find_again(session: Session, reading: Reading, part: ArticlePart) -> None:
    """Add pages that this one links to and that were read before.

    They take the place of other pages with their numbers.
    """
    if not reading.following:
        return
    keys = {number: rules_of(session).place(url) for number, url in reading.following}
    ids = file_addresses(session, keys.values())
    parts = session.scalars(select(ArticlePart).where(ArticlePart.article_id == part.article_id)).all()
    standing = {other.number: other for other in parts}
    known = {other.address_id for other in parts}
    wanted = {ids[place.key]: number for number, place in keys.items() if ids[place.key] not in known}
    answers = or_(Copy.last_seen_at >= Address.fetched_at, Address.status == _NOT_MODIFIED)
    read = select(Copy).join(Address, Address.id == Copy.address_id).where(Copy.address_id.in_(wanted), answers)
    read = read.where(Copy.article_id == part.article_id, Copy.kind == "url")
    for copy in session.scalars(read).all():
        number = wanted[copy.address_id]
        if number in standing:
            session.delete(standing[number])
        session.add(ArticlePart(address_id=copy.address_id, article_id=part.article_id, number=number, text=copy.text))


def store_page_text(session: Session, reading: Reading, own: Reading, page: Address, article: Article) -> bool:
    """Store the text of one page; return whether it has changed.

    ``own`` is the reading of this page alone, ``reading`` the one with later pages.
    """
    if not _has_place(session, reading.page_number, page, article):
        return False
    values = {"article_id": article.id, "number": reading.page_number, "text": own.text, "body": own.body}
    known = session.get(ArticlePart, page.id)
    if known is None:
        last = max((number for number, _ in reading.following), default=reading.page_number)
        session.add(ArticlePart(address_id=page.id, last_linked=last, **values))
        session.flush()
        return False
    changed = known.text != own.text
    for name, value in values.items():
        setattr(known, name, value)
    session.flush()
    return changed


def _has_place(session: Session, number: int, page: Address, article: Article) -> bool:
    """Tell whether the page is the one that stands for its number.

    Of two first pages it is the one read last, of two later pages the one read first.
    """
    alike = (ArticlePart.article_id == article.id, ArticlePart.number == number, ArticlePart.address_id != page.id)
    other = session.scalars(select(ArticlePart).where(*alike)).first()
    if other is None:
        return True
    if number > 1:
        return False
    session.delete(other)
    session.flush()
    return True


def move_page(session: Session, asked: Address, page: Address, reading: Reading | None) -> None:
    """Move the text of a later page to the address that it redirects to."""
    part = session.get(ArticlePart, asked.id)
    if part is None or reading is None or not reading.is_article or reading.page_number != part.number:
        return
    if session.get(ArticlePart, page.id) is None:
        its = {"article_id": part.article_id, "number": part.number, "text": part.text, "body": part.body}
        session.delete(part)
        session.add(ArticlePart(address_id=page.id, last_linked=part.last_linked, **its))
        session.flush()


def remove_page(session: Session, page: Address, seen_at: datetime) -> None:
    """Remove a later page that is gone from its article's text.

    Its text stays in the copy and in a revision.
    """
    part = session.get(ArticlePart, page.id)
    if part is None or part.number == 1:
        return
    article = session.get_one(Article, part.article_id)
    if article.read_from_id == page.id:
        return
    session.delete(part)
    session.flush()
    if joined_text(session, article) != article.text:
        supersede(session, article, seen_at)
        update_joined_text(session, article)


def clear_pages(session: Session, article: Article) -> None:
    """Delete the pages of an article that is on one page now."""
    session.execute(delete(ArticlePart).where(ArticlePart.article_id == article.id))


def joined_text(session: Session, article: Article) -> str:
    """Give the text of all pages of an article."""
    return _joined(session, article)[0]


def _joined(session: Session, article: Article) -> tuple[str, str]:
    """Give the text of all pages of an article, and its structure."""
    chosen = select(ArticlePart.text, ArticlePart.body).where(ArticlePart.article_id == article.id)
    parts = session.execute(chosen.order_by(ArticlePart.number)).all()
    text = "\n".join(text for text, _ in parts)
    return (text, join_bodies(parts)) if text else (article.text, article.body)


def update_joined_text(session: Session, article: Article) -> None:
    """Set an article's text to that of all its pages."""
    text, body = _joined(session, article)
    if body != article.body:
        article.body = body
        session.flush()
    if text != article.text:
        article.text, article.text_hash = text, rules_of(session).text_hash(text)
        session.flush()
        reindex_article(session, article.id, rules_of(session).sign(text, article.language))
        compare_copies(session, article)
