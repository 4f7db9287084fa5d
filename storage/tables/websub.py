"""Define the table of feeds that name a hub, and of the subscriptions to them."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment, one_of
from storage.text_rules import LONGEST_ADDRESS

STATES = ("named", "asked", "live", "refused", "leaving")


class Subscription(Base):
    """A feed that names a hub, and how far the subscription is.

    ``state``: ``named`` by the feed, ``asked`` for at the hub, ``live`` since the hub has verified it, ``refused`` by
    the hub, or ``leaving``. ``due_at`` is when the hub is asked next. ``token`` is the last part of the address that
    the hub delivers to, ``callback`` what stands before it, and ``secret`` signs deliveries. ``rejected`` counts
    deliveries that were not the hub's, ``recent`` has the digests of the last ones that were, each 64 characters.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        one_of("state", STATES),
        Index("ix_subscription_source_id_address_id", "source_id", "address_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    hub: Mapped[str] = mapped_column(StorableText(LONGEST_ADDRESS))
    topic: Mapped[str] = mapped_column(StorableText(LONGEST_ADDRESS))
    token: Mapped[str] = mapped_column(String(43), unique=True)
    secret: Mapped[str] = mapped_column(String(43))
    callback: Mapped[str] = mapped_column(StorableText(LONGEST_ADDRESS), default="")
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(StorableText(300), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Moment]
    expires_at: Mapped[Moment | None]
    delivered_at: Mapped[Moment | None]
    deliveries: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    recent: Mapped[str] = mapped_column(StorableText(1_280), default="")
