"""Define the tables of robots.txt, rests and mining reservations of hosts."""

import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base

Moment = datetime.datetime


class RobotsFile(Base):
    """The last robots.txt of an origin, and errors since.

    ``status`` and ``body`` are of the last answer that told something (2xx or 4xx), at ``fetched_at``; ``trouble`` is
    why the last try, at ``tried_at``, brought none, "" where it did, and ``trouble_since`` when that began.
    """

    __tablename__ = "robots_file"
    origin: Mapped[str] = mapped_column(StorableText(400), primary_key=True)
    status: Mapped[int | None]
    body: Mapped[str] = mapped_column(default="")
    fetched_at: Mapped[Moment | None]
    tried_at: Mapped[Moment]
    trouble: Mapped[str] = mapped_column(StorableText(300), default="")
    trouble_since: Mapped[Moment | None]


class HostRest(Base):
    """A host that is not asked before ``until``: it asked for that, or kept failing."""

    __tablename__ = "host_rest"
    host: Mapped[str] = mapped_column(StorableText(300), primary_key=True)
    until: Mapped[Moment]
    strikes: Mapped[int]
    reason: Mapped[str] = mapped_column(StorableText(300))


class MiningReservation(Base):
    """A publisher's reservation against text and data mining."""

    __tablename__ = "mining_reservation"
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    host: Mapped[str] = mapped_column(StorableText(300), primary_key=True)
    kind: Mapped[str] = mapped_column(StorableText(60), primary_key=True)
    place: Mapped[str] = mapped_column(StorableText(20), primary_key=True)
    detail: Mapped[str] = mapped_column(StorableText(500), default="")
    first_seen_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
