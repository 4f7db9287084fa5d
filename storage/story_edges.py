"""What ties articles beside their terms: related links that their pages declare, and words that are alike."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from storage.models import Address, Link
from storage.near_models import Alike

MOST = 200
"""Edges of a batch that are looked at: an article that everybody links to is no evidence."""


def declared_edges(session: Session, ids: Sequence[int]) -> dict[int, set[int]]:
    """Give the articles that these declare as related, and those that declare them."""
    page, target = aliased(Address), aliased(Address)
    edge = (
        select(page.article_id, target.article_id)
        .select_from(Link)
        .join(page, page.id == Link.page_id)
        .join(target, target.id == Link.target_id)
        .where(Link.kind == "related", page.article_id.is_not(None), target.article_id.is_not(None))
        .limit(MOST)
    )
    found: dict[int, set[int]] = {}
    newcomers = set(ids)
    for statement in (edge.where(page.article_id.in_(ids)), edge.where(target.article_id.in_(ids))):
        for one, other in session.execute(statement):
            pairs = ((one, other), (other, one)) if one is not None and other is not None and one != other else ()
            for this, that in pairs:
                if this in newcomers:
                    found.setdefault(this, set()).add(that)
    return found


def alike_articles(session: Session, ids: Sequence[int]) -> dict[int, dict[int, float]]:
    """Give the articles that have much of their words in common with these, and how similar they are."""
    found: dict[int, dict[int, float]] = {}
    newcomers = set(ids)
    for column in (Alike.article_id, Alike.other_id):
        rows = session.execute(
            select(Alike.article_id, Alike.other_id, Alike.similarity).where(column.in_(ids)).limit(MOST)
        )
        for one, other, similarity in rows:
            for this, that in ((one, other), (other, one)):
                if this in newcomers:
                    found.setdefault(this, {})[that] = similarity
    return found
