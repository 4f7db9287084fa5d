"""The article whose words a page repeats exactly: at a bounded cost, even of a text that is on 10,000 pages."""

import dataclasses
from datetime import timedelta

from sqlalchemy import bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from storage.reading import Reading
from storage.tables.core import Address, Article, Copy, Revision
from storage.text_rules import rules_of

_BOUND = 8  # rows looked at of each kind: articles with the same words are the events of a standing notice


@dataclasses.dataclass(frozen=True, slots=True)
class Twin:
    """A stored article with the same words, now or earlier or on a copy, and the registered domain of its page."""

    article: Article
    domain: str


_ARTICLES = select(Article.id).where(Article.text_hash == bindparam("hash")).order_by(Article.id).limit(_BOUND)
_REVISIONS = select(Revision.article_id).where(Revision.text_hash == bindparam("hash")).limit(_BOUND)
_COPIES = select(Copy.article_id).where(Copy.text_hash == bindparam("hash")).limit(_BOUND)
_PARTS = [part.subquery() for part in (_ARTICLES, _REVISIONS, _COPIES)]
_TWINS = union_all(
    *(select(literal(rank).label("rank"), next(iter(part.c)).label("id")) for rank, part in enumerate(_PARTS))
)


def find_twin(session: Session, text_hash: str, reading: Reading, domain: str) -> Twin | None:
    """Find the article stored first with these words.

    Not one by which the same publisher reported another event in them; of several events the nearest in time.
    """
    if not text_hash:
        return None
    rows = sorted(session.connection().execute(_TWINS, {"hash": text_hash}))
    twins: list[Twin] = []
    for article_id in dict.fromkeys(row.id for row in rows):
        article = session.get_one(Article, article_id)
        twin = Twin(article, session.get_one(Address, article.address_id).domain)
        is_dated_notice = rules_of(session).is_dated_notice
        if twin.domain != domain or not is_dated_notice(reading.text, article.published_at, reading.published_at):
            twins.append(twin)
    return min(twins, key=lambda twin: _distance(twin.article, reading), default=None)


def _distance(article: Article, reading: Reading) -> timedelta:
    if article.published_at is None or reading.published_at is None:
        return timedelta.max
    return abs(article.published_at - reading.published_at)
