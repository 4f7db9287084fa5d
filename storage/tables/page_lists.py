"""Define the tables of the other link lists of article pages: rankings, recommendations, latest.

Most pages of a site show the same list, and a page that is read again shows most of its lists again. So each version
of a list is stored once (``list_version``, ``list_entry``), and each page refers to those that it showed
(``page_list``). A list that is seen again adds nothing.
"""

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.reading import STORABLE_LISTS
from storage.tables.core import Base, Moment, one_of

ENTRY_TITLE = 300
"""Characters of an entry's title."""


class ListVersion(Base):
    """A list as it was shown: its kind, its heading and, in ``list_entry``, its entries.

    ``digest`` is a signed 64-bit hash of all of these as read from the page.
    """

    __tablename__ = "list_version"
    __table_args__ = (one_of("kind", STORABLE_LISTS),)
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[int] = mapped_column(BigInteger, unique=True)
    kind: Mapped[str] = mapped_column(StorableText(12))
    heading: Mapped[str] = mapped_column(StorableText(200))


class ListEntry(Base):
    """One entry of a list; ``position`` is from 1."""

    __tablename__ = "list_entry"
    __table_args__ = (Index("ix_list_entry_target_id", "target_id"), {"sqlite_with_rowid": False})
    version_id: Mapped[int] = mapped_column(ForeignKey("list_version.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(StorableText(ENTRY_TITLE))


class PageList(Base):
    """When an article page was first and last seen with a version of a list."""

    __tablename__ = "page_list"
    __table_args__ = (Index("ix_page_list_version_id", "version_id"), {"sqlite_with_rowid": False})
    page_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("list_version.id", ondelete="CASCADE"), primary_key=True)
    first_seen_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
