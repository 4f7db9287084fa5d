"""Define the tables of collections: articles under a name, with notes and tags."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment


class Collection(Base):
    """A named collection of articles."""

    __tablename__ = "collection"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(StorableText(100), unique=True)
    created_at: Mapped[Moment]


class CollectedArticle(Base):
    """An article of a collection; ``tags`` are joined by spaces, each once, in alphabetical order."""

    __tablename__ = "collected_article"
    __table_args__ = (Index("ix_collected_article_article_id", "article_id"),)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    note: Mapped[str] = mapped_column(StorableText(10_000))
    tags: Mapped[str] = mapped_column(StorableText(1_000))
    added_at: Mapped[Moment]
