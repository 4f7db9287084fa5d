"""Define the tables of persons, organisations and places, and of the articles that name them."""

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.entity_rules import KINDS
from storage.tables.core import Base, one_of


class Entity(Base):
    """A person, organisation or place; ``key`` is the same for its names in both scripts.

    ``family`` is the key of a person's family name, "" for others. ``same_as_id`` is set where the entity is a family
    name alone: the person with that name who is in nearly all articles that name one with it in full. ``articles``
    counts the articles that name the entity.
    """

    __tablename__ = "entity"
    __table_args__ = (
        one_of("kind", KINDS),
        UniqueConstraint("kind", "key", name="uq_entity_kind_key"),
        Index("ix_entity_family", "family"),
        Index("ix_entity_same_as_id", "same_as_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(StorableText(200))
    family: Mapped[str] = mapped_column(StorableText(100))
    name_ja: Mapped[str] = mapped_column(StorableText(200))
    name_en: Mapped[str] = mapped_column(StorableText(200))
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))
    articles: Mapped[int] = mapped_column(default=0, server_default="0")


class ArticleEntity(Base):
    """An article names an entity: in which form, and how often in the first 4,000 characters."""

    __tablename__ = "article_entity"
    __table_args__ = (
        Index("ix_article_entity_entity_id", "entity_id", "article_id"),
        {"sqlite_with_rowid": False},
    )
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), primary_key=True)
    form: Mapped[str] = mapped_column(StorableText(200))
    times: Mapped[int]
    in_title: Mapped[bool] = mapped_column(Boolean)


class EntityReading(Base):
    """The version of the algorithm that read an article's entities; there is no row for one that was not read."""

    __tablename__ = "entity_reading"
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
