"""Move articles along redirects."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from storage.frontier.edges import write_links
from storage.frontier.page_lists import move_page_lists
from storage.reading import Reading
from storage.tables.core import Address, Article, Copy, Link
from storage.text_rules import rules_of
from storage.visit import Visit

GONE = (404, 410)


def move_article(session: Session, asked: Address, page: Address, visit: Visit) -> None:
    """Move the article at ``asked`` to ``page``, to which it redirects permanently, or without ever showing it.

    An article goes along only where the new page has its words: sites send what they took down to their home page.
    A page that says that it is unchanged was read, and filed, when it was led to before.
    """
    reading = visit.reading
    if reading is None:
        return
    article = session.scalars(select(Article).where(Article.address_id == asked.id)).first()
    if article is None:
        if visit.moved and reading.kind != "unreadable":
            asked.moved_at = visit.fetched_at
        return
    if not _is_the_same(session, article, reading) or not _make_room(session, page, article):
        return
    article.address_id = page.id
    if article.read_from_id == asked.id:
        article.read_from_id = page.id
    page.article_id, page.page_id, page.moved_at = article.id, None, None
    asked.moved_at = visit.fetched_at if visit.moved else None
    session.execute(update(Address).where(Address.page_id == asked.id).values(page_id=page.id))
    move_edges(session, asked.id, page.id)
    session.flush()


def _is_the_same(session: Session, article: Article, reading: Reading) -> bool:
    if not reading.is_article:
        return False
    return rules_of(session).compare(article.text, reading.text, reading.language).kind != "different"


def _make_room(session: Session, page: Address, article: Article) -> bool:
    """Delete the copy that the new page was; False where it has another article.

    An old address of the article, to which it comes back, redirected to its present one.
    """
    if page.article_id is None:
        return True
    copy = session.scalars(select(Copy).where(Copy.address_id == page.id, Copy.article_id == article.id)).first()
    if copy is None:
        return page.article_id == article.id
    session.delete(copy)
    session.flush()
    return True


def has_own_content(session: Session, asked: Address, page: Address | None) -> bool:
    """Tell whether something is stored of an address that its target does not show.

    A removed page often redirects to the home page or to another article: neither replaces what was read here.
    """
    if asked.article_id is None:
        return False
    places = select(Article.address_id, Article.read_from_id).where(Article.id == asked.article_id)
    shown = session.execute(places).first()
    if shown is not None and shown.address_id == asked.id:
        return True
    if shown is None or (page is not None and page.article_id == asked.article_id):
        return False
    return (
        shown.read_from_id == asked.id or session.scalar(select(Copy.id).where(Copy.address_id == asked.id)) is not None
    )


def detach_page(session: Session, page: Address) -> None:
    """Detach an address that answers without an article from its former target."""
    if page.page_id is not None and not has_own_content(session, page, None):
        page.page_id = page.article_id = None


def move_edges(session: Session, old: int, new: int) -> None:
    """Move a page's edges and lists to the page that has replaced it."""
    write_links(session)
    move_page_lists(session, old, new)
    there = aliased(Link)
    known = select(there.id).where(there.page_id == new, there.target_id == Link.target_id, there.kind == Link.kind)
    session.execute(
        update(Link)
        .where(Link.page_id == old, Link.target_id != new, ~known.exists())
        .values(page_id=new)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(Link).where(Link.page_id == old).execution_options(synchronize_session=False))


def retry_moved_start(session: Session, page: Address, visit: Visit) -> None:
    """Ask the old address of a moved start page again where the new one is gone."""
    if visit.lease.via == "start" and visit.status in GONE:
        session.execute(update(Address).where(Address.page_id == page.id).values(moved_at=None))
