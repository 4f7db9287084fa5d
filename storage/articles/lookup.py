"""Look up what is stored about an article page, for the decision."""

import dataclasses

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.articles.amp import find_alternate_form
from storage.articles.canonical import was_given_back
from storage.articles.decide import Known
from storage.articles.exact_duplicates import find_exact_duplicate
from storage.articles.near_duplicates import find_near_duplicates
from storage.articles.site_boilerplate import remove_known_boilerplate
from storage.frontier.addresses import file_addresses
from storage.reading import Reading
from storage.signature import Signature
from storage.tables.core import Address, Article, Copy
from storage.text_rules import LONGEST_ADDRESS, Place, rules_of


def signature_of(session: Session, reading: Reading) -> Signature:
    """Give a reading's signature; compute it where no worker has."""
    return reading.signature or rules_of(session).sign(reading.text, reading.language)


def text_hash_of(session: Session, reading: Reading) -> str:
    """Give the hash of a reading's text; compute it where no worker has."""
    return reading.precomputed.text_hash if reading.precomputed else rules_of(session).text_hash(reading.text)


def look_up_near_duplicates(session: Session, reading: Reading, known: Known) -> Known:
    """Look up near-duplicates. Expensive, so only if no cheaper check matched."""
    signature = signature_of(session, reading)
    near_duplicates = find_near_duplicates(session, reading, known.page.domain, signature)
    original = near_duplicates.original.article if near_duplicates.original else None
    given_back = _given_back(session, original, known.page, known.declared) if known.copy is None else None
    return dataclasses.replace(known, near_duplicates=near_duplicates, given_back=given_back)


def look_up(session: Session, reading: Reading, page: Address, read_hash: str) -> Known:
    """Look up what is stored about an article page and the pages that it names."""
    place = Place(page.url, page.key, page.host, page.domain)
    text_hash = text_hash_of(session, reading)
    own, copy = _shown(session, page)
    declared = _declared(session, reading, place)
    is_unknown = own is None and copy is None
    duplicate = find_exact_duplicate(session, text_hash, reading, page.domain)
    return Known(
        page=place,
        page_id=page.id,
        rules=rules_of(session),
        text_hash=text_hash,
        read_hash=read_hash,
        own=own,
        own_now=rules_of(session).text_hash(_as_known_now(session, own, page, text_hash)) if own else "",
        copy=copy,
        original=session.get(Article, copy.article_id) if copy else None,
        declared=declared,
        at_declared=session.get(Article, declared.article_id) if declared and declared.article_id else None,
        form=find_alternate_form(session, reading, page) if is_unknown else None,
        duplicate=duplicate.article if duplicate else None,
        duplicate_domain=duplicate.domain if duplicate else "",
        given_back=_given_back(session, duplicate.article, place, declared) if duplicate and is_unknown else None,
    )


def _given_back(session: Session, alike: Article | None, page: Place, declared: Address | None) -> Article | None:
    """Give the article with these words if it waits for this page, which names no other one."""
    if alike is None or declared is not None or not was_given_back(session, alike, page.key):
        return None
    return alike


def _as_known_now(session: Session, own: Article, page: Address, text_hash: str) -> str:
    """Remove from a stored text what is known to be boilerplate by now."""
    return own.text if own.text_hash == text_hash else remove_known_boilerplate(session, page.host, own.text)


def _declared(session: Session, reading: Reading, page: Place) -> Address | None:
    """Store the address under which the article belongs, where it is another one.

    That is the canonical address, or the first page of an article on several.
    """
    place = rules_of(session).place(reading.first_page or reading.canonical_url)
    if place.key == page.key or len(place.url) > LONGEST_ADDRESS:
        return None
    return session.get(Address, file_addresses(session, [place])[place.key])


def _shown(session: Session, page: Address) -> tuple[Article | None, Copy | None]:
    """Read the article or copy that was stored from this page."""
    if page.article_id is None:
        return None, None
    own = session.scalars(select(Article).where(Article.address_id == page.id)).first()
    copy = session.scalars(select(Copy).where(Copy.address_id == page.id)).first()
    if own is None and copy is None:
        shown = session.get(Article, page.article_id)
        own = shown if shown is not None and shown.read_from_id == page.id else None
    return own, copy
