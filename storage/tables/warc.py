"""Define the index of the raw archive's WARC records."""

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment


class WarcPage(Base):
    """The WARC record of one fetch.

    A page fetched again with the same bytes has no second one.

    ``address_id`` is the address that answered; that row has its article or copy. ``offset`` and
    ``length`` are bytes in ``file``, which is a name in the raw archive's folder.
    """

    __tablename__ = "kept_page"
    __table_args__ = (
        Index("ix_kept_page_address_id", "address_id"),
        Index("ix_kept_page_source_id_fetched_at", "source_id", "fetched_at"),
        Index("ix_kept_page_file", "file"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    fetched_at: Mapped[Moment]
    digest: Mapped[str] = mapped_column(StorableText(80))
    file: Mapped[str] = mapped_column(StorableText(255))
    offset: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
