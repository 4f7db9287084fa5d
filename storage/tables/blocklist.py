"""Define the table of erased addresses."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment


class BlockedAddress(Base):
    """An erased address, by the hash of its key; ``reason`` is the operator's note."""

    __tablename__ = "forgotten"
    key_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    forgotten_at: Mapped[Moment]
    reason: Mapped[str] = mapped_column(StorableText(500))
