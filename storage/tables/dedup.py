"""Define the tables of near-duplicates: signatures, index, similar pairs."""

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment


class ArticleSignature(Base):
    """One row for each article, never for a copy.

    ``version`` is that of the algorithm, 0 for an article that is not signed yet. ``keys`` are the 64-bit keys of its
    rows in ``band`` (big-endian, signed), so that these can be found again without an index of their own.
    """

    __tablename__ = "article_signature"
    __table_args__ = (Index("ix_article_signature_version", "version"),)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    shingles: Mapped[int]
    minhash: Mapped[bytes] = mapped_column(LargeBinary)
    keys: Mapped[bytes] = mapped_column(LargeBinary)


class Band(Base):
    """The index of near-duplicates: which articles have a key.

    No foreign key: it would need an index on ``article_id`` as large as the table. A row whose article has no
    signature any more is passed over.
    """

    __tablename__ = "band"
    __table_args__ = ({"sqlite_with_rowid": False},)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class SimilarPair(Base):
    """Two articles with similar texts but other facts: no copies.

    ``article_id`` is the one that came later. ``similarity`` and ``containment`` are 0 to 1, as ``compare`` has them.
    """

    __tablename__ = "alike"
    __table_args__ = (Index("ix_alike_other_id", "other_id"),)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    similarity: Mapped[float]
    containment: Mapped[float]
    reason: Mapped[str] = mapped_column(StorableText(100))
    seen_at: Mapped[Moment]
