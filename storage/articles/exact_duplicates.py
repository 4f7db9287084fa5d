"""Find the stored article with exactly the same text.

Reads at most 8 rows per table, even for a text that is on 10,000 pages.
"""

import dataclasses
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import bindparam, event, literal, select, union_all
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.reading import Reading
from storage.tables.core import Address, Article, Copy, Revision
from storage.text_rules import rules_of

_BATCH = "hashes_batch"
_BOUND = 8  # rows looked at of each kind: articles with the same words are the events of a standing notice


@dataclasses.dataclass(frozen=True, slots=True)
class ExactDuplicate:
    """A stored article with the same text, and the registered domain of its page.

    Its present text, an earlier revision or one of its copies has it.
    """

    article: Article
    domain: str


_ARTICLES = select(Article.id).where(Article.text_hash == bindparam("hash")).order_by(Article.id).limit(_BOUND)
_REVISIONS = select(Revision.article_id).where(Revision.text_hash == bindparam("hash")).limit(_BOUND)
_COPIES = select(Copy.article_id).where(Copy.text_hash == bindparam("hash")).limit(_BOUND)
_PARTS = [part.subquery() for part in (_ARTICLES, _REVISIONS, _COPIES)]
_TWINS = union_all(
    *(select(literal(rank).label("rank"), next(iter(part.c)).label("id")) for rank, part in enumerate(_PARTS))
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Batch:
    """Which hashes were asked about at once, and which hashes are stored, as far as known."""

    asked: frozenset[str]
    stored: set[str]


def read_ahead(session: Session, hashes: Iterable[str]) -> None:
    """Read at once which of these hashes any text has; until :func:`forget_batch` each flush keeps it up to date."""
    batch = session.info[_BATCH] = _Batch(frozenset(hashes), set())
    for column in (Article.text_hash, Revision.text_hash, Copy.text_hash):
        for chunk in chunks_of(sorted(batch.asked)):
            batch.stored.update(session.connection().scalars(select(column).where(column.in_(chunk)).distinct()))
    event.listen(session, "after_flush", _note_hashes)


def forget_batch(session: Session) -> None:
    """Forget what :func:`read_ahead` has read."""
    if session.info.pop(_BATCH, None) is not None:
        event.remove(session, "after_flush", _note_hashes)


def _note_hashes(session: Session, _context: object) -> None:
    batch: _Batch = session.info[_BATCH]
    changed = (row for row in (*session.new, *session.dirty) if isinstance(row, Article | Copy | Revision))
    batch.stored.update(row.text_hash for row in changed)


def find_exact_duplicate(session: Session, text_hash: str, reading: Reading, domain: str) -> ExactDuplicate | None:
    """Find the article with this text that was stored first.

    Not one by which the same publisher reported another event in them; of several events the nearest in time.
    """
    batch: _Batch | None = session.info.get(_BATCH)
    if not text_hash or (batch is not None and text_hash in batch.asked and text_hash not in batch.stored):
        return None
    rows = sorted(session.connection().execute(_TWINS, {"hash": text_hash}))
    duplicates: list[ExactDuplicate] = []
    for article_id in dict.fromkeys(row.id for row in rows):
        article = session.get_one(Article, article_id)
        duplicate = ExactDuplicate(article, session.get_one(Address, article.address_id).domain)
        is_dated_notice = rules_of(session).is_dated_notice
        if duplicate.domain != domain or not is_dated_notice(reading.text, article.published_at, reading.published_at):
            duplicates.append(duplicate)
    return min(duplicates, key=lambda duplicate: _distance(duplicate.article, reading), default=None)


def _distance(article: Article, reading: Reading) -> timedelta:
    if article.published_at is None or reading.published_at is None:
        return timedelta.max
    return abs(article.published_at - reading.published_at)
