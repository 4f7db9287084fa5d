"""Store replaced revisions: all corrections, a few a day of live blogs."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.tables.core import Article, Revision

ALL_KEPT = 5
"""Revisions that are stored however fast they follow: corrections come in ones and twos."""

APART = timedelta(hours=3)
"""Further revisions are stored only so long after the last stored one: a live blog may change every few minutes. The
first revision and the present one are always stored."""


def supersede(session: Session, article: Article, seen_at: datetime) -> None:
    """Store the present revision before another one replaces it.

    Of an article that changes all day only some are stored.
    """
    if article.revision > ALL_KEPT and _last_kept(session, article) > article.revised_at - APART:
        article.revised_at = seen_at
        return
    session.add(
        Revision(
            article_id=article.id,
            revision=article.revision,
            seen_at=article.revised_at,
            title=article.title,
            text=article.text,
            text_hash=article.text_hash,
        )
    )
    article.revision += 1
    article.revised_at = seen_at


def _last_kept(session: Session, article: Article) -> datetime:
    last = session.scalar(select(func.max(Revision.seen_at)).where(Revision.article_id == article.id))
    return last or article.first_seen_at
