"""Articles on several pages: each page is fetched and accounted by itself, and the article's text is all of them.

The first page is the article's; a later one is a copy of kind ``url``, whose words are the article's next. Joining a
page is a correction in place: the publisher has written nothing new. A joined page that is read again with other words
is a revision of the article.
"""

import dataclasses

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.copies import compare_copies
from storage.judgement import Judgement
from storage.models import Address, Article
from storage.near_index import index_anew
from storage.part_models import ArticlePart
from storage.reading import Reading


def with_parts(session: Session, reading: Reading, page: Address) -> Reading:
    """Give a first page's reading with the words of the later pages that are stored."""
    if reading.page_number > 1 or not reading.following or page.article_id is None:
        return reading
    later = select(ArticlePart.text).where(ArticlePart.article_id == page.article_id, ArticlePart.number > 1)
    texts = session.scalars(later.order_by(ArticlePart.number)).all()
    if not texts:
        return reading
    return dataclasses.replace(reading, text="\n".join([reading.text, *texts]), signature=None, prepared=None)


def keep_parts(session: Session, reading: Reading, own_text: str, page: Address, article: Article) -> bool:
    """Note what this page of an article says; return whether other words of it stood there before."""
    known = session.get(ArticlePart, page.id)
    if known is None:
        session.add(ArticlePart(address_id=page.id, article_id=article.id, number=reading.page_number, text=own_text))
        session.flush()
        return False
    changed = known.text != own_text
    known.article_id, known.number, known.text = article.id, reading.page_number, own_text
    session.flush()
    return changed


def forget_parts(session: Session, article: Article) -> None:
    """Note that an article stands on one page now."""
    session.execute(delete(ArticlePart).where(ArticlePart.article_id == article.id))


def joined_text(session: Session, article: Article) -> str:
    """Give the words of all the pages of an article; its own text where it stands on one."""
    parts = select(ArticlePart.text).where(ArticlePart.article_id == article.id).order_by(ArticlePart.number)
    return "\n".join(session.scalars(parts)) or article.text


def take_joined_text(session: Session, article: Article, judgement: Judgement) -> None:
    """Make the words of all its pages the article's."""
    text = joined_text(session, article)
    if text != article.text:
        article.text, article.text_hash = text, judgement.text_hash(text)
        session.flush()
        index_anew(session, article.id, judgement.sign(text, article.language))
        compare_copies(session, article, judgement)
