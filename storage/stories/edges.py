"""Read related links and similar texts between articles, for stories."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session, aliased

from storage.tables.core import Address, Link
from storage.tables.dedup import SimilarPair

MOST = 400
"""Edges of a batch that are looked at: an article that everybody links to is no evidence."""


_PAGE, _TARGET = aliased(Address), aliased(Address)
_EDGES = (
    select(_PAGE.article_id, _TARGET.article_id)
    .select_from(Link)
    .join(_PAGE, _PAGE.id == Link.page_id)
    .join(_TARGET, _TARGET.id == Link.target_id)
    .where(Link.kind == "related", _PAGE.article_id.is_not(None), _TARGET.article_id.is_not(None))
    .limit(MOST)
)
_ALIKE = select(SimilarPair.article_id, SimilarPair.other_id, SimilarPair.similarity).limit(MOST)
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_DECLARED = tuple(_EDGES.where(end.article_id.in_(_IDS)) for end in (_PAGE, _TARGET))
_FOUND_ALIKE = tuple(_ALIKE.where(end.in_(_IDS)) for end in (SimilarPair.article_id, SimilarPair.other_id))


def find_declared_edges(session: Session, ids: Sequence[int]) -> dict[int, set[int]]:
    """Find the articles that these declare as related, and the reverse."""
    declared: dict[int, set[int]] = {}
    newcomers = set(ids)
    for statement in _DECLARED:
        for one, other in session.connection().execute(statement, {"ids": ids}):
            pairs = ((one, other), (other, one)) if one is not None and other is not None and one != other else ()
            for this, that in pairs:
                if this in newcomers:
                    declared.setdefault(this, set()).add(that)
    return declared


def find_similar_articles(session: Session, ids: Sequence[int]) -> dict[int, dict[int, float]]:
    """Find articles with similar texts, and how similar they are."""
    similar: dict[int, dict[int, float]] = {}
    newcomers = set(ids)
    for statement in _FOUND_ALIKE:
        for one, other, similarity in session.connection().execute(statement, {"ids": ids}):
            for this, that in ((one, other), (other, one)):
                if this in newcomers:
                    similar.setdefault(this, {})[that] = similarity
    return similar
