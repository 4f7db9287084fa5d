"""What is stored about an article page when it comes, gathered for the decision."""

import dataclasses

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.articles.amp import find_other_form
from storage.articles.decide import Standing
from storage.articles.exact_duplicates import find_twin
from storage.articles.near_duplicates import find_neighbours
from storage.articles.site_boilerplate import recall_site
from storage.frontier.addresses import file_addresses
from storage.reading import Reading
from storage.signature import Signature
from storage.tables.core import Address, Article, Copy
from storage.text_rules import LONGEST_ADDRESS, Place, rules_of


def signature_of(session: Session, reading: Reading) -> Signature:
    """Give a reading's signature, whoever makes it."""
    return reading.signature or rules_of(session).sign(reading.text, reading.language)


def hash_of(session: Session, reading: Reading) -> str:
    """Give the hash of a reading's text, whoever makes it."""
    return reading.precomputed.text_hash if reading.precomputed else rules_of(session).text_hash(reading.text)


def with_neighbours(session: Session, reading: Reading, standing: Standing) -> Standing:
    """Look for near copies: the dearest question, asked where the others have found nothing."""
    signature = signature_of(session, reading)
    neighbours = find_neighbours(session, reading, standing.page.domain, signature)
    return dataclasses.replace(standing, neighbours=neighbours)


def gather(session: Session, reading: Reading, page: Address, read_hash: str) -> Standing:
    """Gather what is stored of an article page and of what it names."""
    place = Place(page.url, page.key, page.host, page.domain)
    text_hash = hash_of(session, reading)
    own, copy = _shown(session, page)
    declared = _declared(session, reading, place)
    is_unknown = own is None and copy is None
    twin = find_twin(session, text_hash, reading, page.domain)
    return Standing(
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
        form=find_other_form(session, reading, page) if is_unknown else None,
        twin=twin.article if twin else None,
        twin_domain=twin.domain if twin else "",
    )


def _as_known_now(session: Session, own: Article, page: Address, text_hash: str) -> str:
    """Give an article's stored words as they would be stored by what is known of its site today."""
    return own.text if own.text_hash == text_hash else recall_site(session, page.host, own.text)


def _declared(session: Session, reading: Reading, page: Place) -> Address | None:
    """File the address under which the article belongs, where it is another one: canonical, or its first page's."""
    place = rules_of(session).place(reading.first_page or reading.canonical_url)
    if place.key == page.key or len(place.url) > LONGEST_ADDRESS:
        return None
    return session.get(Address, file_addresses(session, [place])[place.key])


def _shown(session: Session, page: Address) -> tuple[Article | None, Copy | None]:
    """Give what is filed under this very address, or was read from it and is filed under a canonical one."""
    if page.article_id is None:
        return None, None
    own = session.scalars(select(Article).where(Article.address_id == page.id)).first()
    copy = session.scalars(select(Copy).where(Copy.address_id == page.id)).first()
    if own is None and copy is None:
        shown = session.get(Article, page.article_id)
        own = shown if shown is not None and shown.read_from_id == page.id else None
    return own, copy
