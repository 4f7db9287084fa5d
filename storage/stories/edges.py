"""What ties articles beside their terms: related links that their pages declare, and words that are alike."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session, aliased

from storage.tables.core import Address, Link
from storage.tables.dedup import Alike

MOST = 200
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
_ALIKE = select(Alike.article_id, Alike.other_id, Alike.similarity).limit(MOST)
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_DECLARED = tuple(_EDGES.where(end.article_id.in_(_IDS)) for end in (_PAGE, _TARGET))
_FOUND_ALIKE = tuple(_ALIKE.where(end.in_(_IDS)) for end in (Alike.article_id, Alike.other_id))


def declared_edges(session: Session, ids: Sequence[int]) -> dict[int, set[int]]:
    """Give the articles that these declare as related, and those that declare them."""
    found: dict[int, set[int]] = {}
    newcomers = set(ids)
    for statement in _DECLARED:
        for one, other in session.connection().execute(statement, {"ids": ids}):
            pairs = ((one, other), (other, one)) if one is not None and other is not None and one != other else ()
            for this, that in pairs:
                if this in newcomers:
                    found.setdefault(this, set()).add(that)
    return found


def alike_articles(session: Session, ids: Sequence[int]) -> dict[int, dict[int, float]]:
    """Give the articles that have much of their words in common with these, and how similar they are."""
    found: dict[int, dict[int, float]] = {}
    newcomers = set(ids)
    for statement in _FOUND_ALIKE:
        for one, other, similarity in session.connection().execute(statement, {"ids": ids}):
            for this, that in ((one, other), (other, one)):
                if this in newcomers:
                    found.setdefault(this, {})[that] = similarity
    return found
