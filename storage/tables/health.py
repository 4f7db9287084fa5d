"""Define the table of each source's health."""

from typing import Literal

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment, one_of

State = Literal["ok", "new", "dead", "blocked", "changed", "silent", "idle"]
STATES: tuple[State, ...] = ("ok", "new", "dead", "blocked", "changed", "silent", "idle")


class SourceHealth(Base):
    """The last health check of a source; ``told_state`` is the state last alerted."""

    __tablename__ = "source_health"
    __table_args__ = (one_of("state", STATES), one_of("told_state", STATES))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    since: Mapped[Moment]
    detail: Mapped[str] = mapped_column(StorableText(500))
    checked_at: Mapped[Moment]
    told_state: Mapped[str] = mapped_column(String(8), default="ok")
