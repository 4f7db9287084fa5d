"""Return articles from canonical addresses that do not show them.

An article is filed under the canonical address that its page names, before that address was asked. Where the address
then has no such article, the article goes back to the page that it was read from, and is read there again.
"""

from collections.abc import Mapping

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.articles.redirects import move_edges
from storage.frontier.blocklist import find_blocked
from storage.reading import Reading
from storage.schedule import next_reread
from storage.scope import Scope
from storage.tables.core import Address, Article, Claim
from storage.tables.multipage import ArticlePart
from storage.text_rules import rules_of
from storage.visit import Visit

NO_ARTICLE = "the canonical address gave no article: "
"""Begins the reason; what the address answered follows (``HTTP 404``)."""

OTHER_WORDS = "the words at the canonical address are others"
_LONGEST_REASON = 300
_GAVE_NONE = ("failed", "refused", "not_article")


def no_article(outcome: str | None, reason: str) -> str:
    """Write the reason for a canonical address without an article."""
    return f"{NO_ARTICLE}{reason or outcome}"[:_LONGEST_REASON]


def return_unread(
    session: Session, canonical: Address, shown: Article | None, reason: str, visit: Visit, scopes: Mapping[int, Scope]
) -> Address | None:
    """Return the article filed under ``canonical`` if a visit there did not read it; give the page it returns to.

    ``shown`` is the article that the visit stored, wherever the address redirects; ``reason`` why there was none.
    """
    if visit.reading is None and visit.verdict == "unchanged":
        return None
    if shown is not None and shown.address_id == canonical.id:  # an address has one article, and this is it
        return None
    article = session.scalars(select(Article).where(Article.address_id == canonical.id)).first()
    if article is None or article is shown or article.read_from_id == canonical.id or _has_pages(session, article):
        return None
    refusal = no_article(visit.verdict, reason) if shown is None else OTHER_WORDS
    page = give_back(session, article, refusal)
    session.execute(update(Claim).where(Claim.address_id == page.id).values(expanded_depth=None))
    scope = scopes.get(visit.lease.source_id)
    if scope is not None and page.state == "done":
        page.due_at = next_reread(article.first_seen_at, visit.fetched_at, scope.rhythm.rereads)
    return page


def return_from_dead(session: Session, page: Address, shown: Article | None) -> Address | None:
    """Return an article whose own page was read again while its canonical address is known to give none.

    So articles come home that an earlier version of Kiji filed under an address that leads nowhere.
    """
    if shown is None or shown.address_id == page.id or shown.read_from_id != page.id:
        return None
    canonical = session.get_one(Address, shown.address_id)
    if canonical.state != "done" or canonical.outcome not in _GAVE_NONE or _has_pages(session, shown):
        return None
    return give_back(session, shown, no_article(canonical.outcome, canonical.reason))


def is_unread(session: Session, canonical: Address) -> bool:
    """Tell whether the article filed under an address was only read elsewhere so far."""
    places = select(Article.id).where(Article.address_id == canonical.id, Article.read_from_id != canonical.id)
    return session.scalar(places) is not None


def give_back(session: Session, article: Article, reason: str) -> Address:
    """Move an article from a canonical address to the page that it was read from, with its edges."""
    canonical, own = session.get_one(Address, article.address_id), session.get_one(Address, article.read_from_id)
    article.address_id = own.id
    canonical.article_id, own.article_id, own.page_id = None, article.id, None
    if canonical.page_id == own.id:
        canonical.page_id = None
    part = session.get(ArticlePart, own.id)
    if part is None or part.number == 1:  # a later page names its first page, which may be no canonical address
        own.canonical_refused, own.refused_canonical = reason, canonical.url
    joined = (Address.page_id == canonical.id, Address.article_id == article.id, Address.id != own.id)
    session.execute(update(Address).where(*joined).values(page_id=own.id))
    move_edges(session, canonical.id, own.id)
    session.flush()
    return own


def was_given_back(session: Session, article: Article, page_key: str) -> bool:
    """Tell whether an article went back to its page because the address with this key gave none then."""
    address = session.get_one(Address, article.address_id)
    if not address.refused_canonical or not address.canonical_refused.startswith(NO_ARTICLE):
        return False
    return rules_of(session).place(address.refused_canonical).key == page_key


def note_refusal(session: Session, page: Address, reading: Reading, by_words: str, *, is_answered: bool) -> None:
    """Store which canonical address of a page was refused, and why.

    ``by_words`` is the reason where the words there are others, "" where not. Without a reason an earlier refusal is
    cleared if the question ``is_answered``.
    """
    reason = by_words or reading.canonical_refused
    if reason:
        named = reading.declared_canonical or reading.canonical_url
        is_forgotten = find_blocked(session, [rules_of(session).place(named).key])
        page.canonical_refused, page.refused_canonical = reason, None if is_forgotten else named
    elif is_answered:
        page.canonical_refused, page.refused_canonical = "", None


def forget_refusal(session: Session, first_met: Address, canonical: Address) -> None:
    """Clear the refusal of a canonical address that shows its article by now."""
    named = first_met.refused_canonical
    if named and rules_of(session).place(named).key == canonical.key:
        first_met.canonical_refused, first_met.refused_canonical = "", None


def _has_pages(session: Session, article: Article) -> bool:
    """Tell whether other pages than the one read first are parts of an article."""
    others = select(func.count()).where(
        ArticlePart.article_id == article.id, ArticlePart.address_id != article.read_from_id
    )
    return bool(session.scalar(others))
