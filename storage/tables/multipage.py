"""Define the table of articles on several pages."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.core import Base


class ArticlePart(Base):
    """The text of one page of an article on several; ``number`` is from 1.

    There is one page of each number. ``last_linked`` is the highest number of a page that this one linked to when it
    was read last, its own where it was the last one; null for pages that schema 0013 stored.
    """

    __tablename__ = "article_part"
    __table_args__ = (Index("ix_article_part_article_id", "article_id"),)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    last_linked: Mapped[int | None]
