"""Define the tables of each host's last pages and repeated lines."""

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment


class SitePage(Base):
    """The lines of an article page, kept for the last pages of each host.

    ``prints`` are the fingerprints of its lines, 64 bits each, little-endian, in base64; ``weight`` is in Japanese
    characters.
    """

    __tablename__ = "site_page"
    __table_args__ = (Index("ix_site_page_host_seen_at", "host", "seen_at"),)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), primary_key=True)
    host: Mapped[str] = mapped_column(StorableText(300))
    weight: Mapped[float]
    prints: Mapped[str]
    seen_at: Mapped[Moment]


class SiteFurniture(Base):
    """A repeated line of a host, removed from its articles."""

    __tablename__ = "site_furniture"
    host: Mapped[str] = mapped_column(StorableText(300), primary_key=True)
    fingerprint: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    line: Mapped[str] = mapped_column(StorableText(200))
    pages: Mapped[int]
    first_seen_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
