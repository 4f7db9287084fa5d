"""Define the tables of stories, their evidence and their index.

``article.story_id`` is the membership itself. Every article is in a story; most are alone in theirs.
"""

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment, one_of

TIE_KINDS = ("alike", "link", "terms")
"""What ties two articles: alike words with other facts, a related link between them, rare terms in common."""


class Story(Base):
    """An event; ``merged_into_id`` is the older story that absorbed it.

    ``first_at`` and ``last_at`` are the first and the last of its articles' times: the publisher's, else ours.
    """

    __tablename__ = "story"
    __table_args__ = (Index("ix_story_last_at", "last_at"), Index("ix_story_merged_into_id", "merged_into_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    first_at: Mapped[Moment]
    last_at: Mapped[Moment]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("story.id"))


class StoryTie(Base):
    """Why an article is in its story: what it shares with an earlier member.

    ``weight`` is 0 to 1: how surely this alone says that both tell of one event. ``detail`` names what is shared.
    """

    __tablename__ = "story_tie"
    __table_args__ = (one_of("kind", TIE_KINDS), Index("ix_story_tie_other_id", "other_id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(StorableText(8), primary_key=True)
    weight: Mapped[float]
    detail: Mapped[str] = mapped_column(StorableText(500))
    decided_at: Mapped[Moment]


class StoryProfile(Base):
    """An article's names, numbers, dates and rare words, as the pipelines pack them.

    ``version`` is the algorithm's; profiles of another one are made anew by ``kiji db stories``. ``settled`` is false
    until the article is grouped.
    """

    __tablename__ = "story_profile"
    __table_args__ = (
        Index(
            "ix_story_profile_unsettled", "at", sqlite_where=text("NOT settled"), postgresql_where=text("NOT settled")
        ),
        Index("ix_story_profile_at", "at"),
    )
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[Moment]
    version: Mapped[int]
    terms: Mapped[str] = mapped_column(StorableText(8_000))
    settled: Mapped[bool]


IS_WAITING: ColumnElement[bool] = literal_column("NOT story_profile.settled")
"""Whether a profile waits, in the words of its index. ``~StoryProfile.settled`` (or a literal of type Boolean) becomes
``settled = 0`` on SQLite, which then reads every profile."""


class StoryWeek(Base):
    """A week whose articles were grouped before others came that change how rare their terms are.

    ``week`` counts weeks since 1970. The week is grouped once more when it is over; then the row is deleted.
    """

    __tablename__ = "story_week"
    week: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opened_at: Mapped[Moment]


class StoryTerm(Base):
    """One term in one week: how many articles have it, and a few of their ids.

    ``week`` counts weeks since 1970, so that the rows for today's news are close together in any
    database. ``term`` is a hash of 62 bits; 0 counts all articles of the week. ``article_ids`` is their ids,
    each followed by a comma; it stops growing when the term is no longer rare, and is not used then.
    """

    __tablename__ = "story_term"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own name
    week: Mapped[int] = mapped_column(primary_key=True)
    term: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    articles: Mapped[int]
    article_ids: Mapped[str]
