"""The pages of articles that stand on several."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import Base


class ArticlePart(Base):
    """What one page of an article on several pages says; the article's text is all of them, by number from 1."""

    __tablename__ = "article_part"
    __table_args__ = (Index("ix_article_part_article_id", "article_id"),)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str]
