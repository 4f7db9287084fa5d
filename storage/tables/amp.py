"""Define the table of AMP pages named by ``rel=amphtml``."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.core import Base


class AmpForm(Base):
    """A page that names an address as its AMP page."""

    __tablename__ = "amp_form"
    __table_args__ = (Index("ix_amp_form_page_id", "page_id"),)
    form_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), primary_key=True)
