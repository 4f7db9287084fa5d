"""Define the tables of fetches and imported files."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment, one_of

OUTCOMES = ("new", "updated", "unchanged", "copy", "not_article", "refused", "failed")
"""The contract's outcomes: exactly one for each address taken up in a run."""


class Fetch(Base):
    """How an address that a run took up ended.

    ``characters`` is the length of the article text that was read, ``related`` the number of its page's related links.
    ``nearest_list`` describes the list that came nearest to these where there are none; ``page_type`` is what the page
    is to a reader.
    """

    __tablename__ = "fetch"
    __table_args__ = (
        one_of("outcome", OUTCOMES),
        Index("ix_fetch_run_id_source_id", "run_id", "source_id"),
        Index("ix_fetch_address_id", "address_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    via: Mapped[str] = mapped_column(String(8))
    fetched_at: Mapped[Moment]
    status: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(StorableText(500))
    characters: Mapped[int | None]
    related: Mapped[int | None]
    nearest_list: Mapped[str | None] = mapped_column(StorableText(200))
    page_type: Mapped[str | None] = mapped_column(String(16))


class ImportFile(Base):
    """An imported file, and where an interrupted import goes on.

    ``size`` (bytes) and ``modified`` (nanoseconds since 1970) tell whether it is still the same file.
    """

    __tablename__ = "import_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(StorableText(4_100), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    modified: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    records: Mapped[int] = mapped_column(default=0)
    articles: Mapped[int] = mapped_column(default=0)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    finished_at: Mapped[Moment | None]
