"""Define the tables of saved searches and of what they matched."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment, one_of

MODES = ("article", "digest")
OUTCOMES = ("waiting", "sent", "same_story", "over_limit")


class Watch(Base):
    """A saved search. Articles up to ``last_article_id`` and fetches up to ``last_fetch_id`` were looked at.

    ``mode`` is a notice for each ``article``, or one ``digest`` a day; ``per_day`` bounds the notices, and the articles
    of a digest. ``digest_at`` is when the last digest was sent.
    """

    __tablename__ = "watch"
    __table_args__ = (one_of("mode", MODES),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(StorableText(100), unique=True)
    query: Mapped[str] = mapped_column(StorableText(2_000))
    timezone: Mapped[str] = mapped_column(StorableText(100))
    mode: Mapped[str] = mapped_column(String(8))
    per_day: Mapped[int]
    created_at: Mapped[Moment]
    digest_at: Mapped[Moment | None]
    last_article_id: Mapped[int]
    last_fetch_id: Mapped[int]


class WatchMatch(Base):
    """An article, in one revision, that a watch matched.

    ``outcome`` is ``waiting`` until a notice was taken; what was not to be sent is ``same_story`` or ``over_limit``.
    ``claimed_at`` is when somebody began to send it.
    """

    __tablename__ = "watch_match"
    __table_args__ = (
        one_of("outcome", OUTCOMES),
        Index("ix_watch_match_article_id", "article_id"),
        Index("ix_watch_match_outcome", "watch_id", "outcome"),
    )
    watch_id: Mapped[int] = mapped_column(ForeignKey("watch.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    matched_at: Mapped[Moment]
    outcome: Mapped[str] = mapped_column(String(10), default="waiting")
    claimed_at: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
