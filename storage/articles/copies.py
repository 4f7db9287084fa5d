"""Update how similar an article's copies are when its text changes."""

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from storage.tables.core import Article, Copy
from storage.tables.multipage import ArticlePart
from storage.text_rules import rules_of

_MOST_TEXTS = 50
"""Different texts of one article's copies that are compared at once: a comparison takes milliseconds. Those of further
ones wait until their page is read again."""


def compare_copies(session: Session, article: Article) -> None:
    """Compare an article's copies with its present text, each text once.

    A copy of an earlier revision stays a copy, of kind ``near`` on another site, however little the texts share now.
    Later pages of the article are no revisions of it, and are left alone.
    """
    later_pages = select(ArticlePart.address_id).where(ArticlePart.article_id == article.id, ArticlePart.number > 1)
    its_copies = (Copy.article_id == article.id, Copy.address_id.not_in(later_pages))
    hashes = session.scalars(select(Copy.text_hash).where(*its_copies).distinct().limit(_MOST_TEXTS)).all()
    for text_hash in hashes:
        alike = (*its_copies, Copy.text_hash == text_hash)
        text = session.scalars(select(Copy.text).where(*alike).limit(1)).one()
        comparison = rules_of(session).compare(article.text, text, article.language)
        elsewhere = "exact" if comparison.kind == "exact" else "near"
        session.execute(
            update(Copy)
            .where(*alike)
            .values(similarity=comparison.similarity, kind=case((Copy.kind == "url", "url"), else_=elsewhere))
            .execution_options(synchronize_session="fetch")
        )
