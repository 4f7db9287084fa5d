"""Check what hubs deliver, and make its source due.

A delivery is a signal only: what it carries is not stored. The next crawl fetches the feed itself.
"""

import dataclasses
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update

from storage.database.engine import Database
from storage.tables.core import Source
from storage.tables.websub import Subscription

SHORTEST_GAP = timedelta(minutes=1)
"""Between a poll and the next one that a hub asks for."""

_REMEMBERED = 20
"""Deliveries of a subscription that are known again. An older one makes its source due once more, and no more."""

_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})
"""Those of section 7 of the recommendation."""

Receipt = Literal["new", "known", "gone"]


@dataclasses.dataclass(frozen=True, slots=True)
class Secret:
    """What deliveries to a callback are signed with."""

    subscription_id: int
    value: str = dataclasses.field(repr=False)


class SignedBody:
    """Check the signature of a body that comes in pieces, and compute its digest."""

    def __init__(self, header: str, secret: str) -> None:
        method, _, self._expected = header.strip().lower().partition("=")
        self._keyed = hmac.new(secret.encode(), digestmod=method) if method in _METHODS else None
        self._plain = hashlib.sha256()

    def update(self, piece: bytes) -> None:
        """Take the next piece."""
        self._plain.update(piece)
        if self._keyed is not None:
            self._keyed.update(piece)

    @property
    def is_genuine(self) -> bool:
        """Return whether the header has the signature of all pieces."""
        return self._keyed is not None and hmac.compare_digest(self._keyed.hexdigest(), self._expected)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all pieces in hex."""
        return self._plain.hexdigest()


def find_secret(database: Database, token: str) -> Secret | None:
    """Return the secret of a subscription that a hub may deliver to; None if there is none."""
    with database.reading() as connection:
        row = connection.execute(
            select(Subscription.id, Subscription.secret).where(
                Subscription.token == token, Subscription.state.in_(("asked", "live"))
            )
        ).first()
    return Secret(row.id, row.secret) if row is not None else None


def count_rejected(database: Database, subscription_id: int) -> None:
    """Count a delivery that was not the hub's."""
    with database.writing() as session:
        session.execute(
            update(Subscription)
            .where(Subscription.id == subscription_id)
            .values(rejected=Subscription.rejected + 1)
            .execution_options(synchronize_session=False)
        )


def accept(database: Database, subscription_id: int, digest: str, now: datetime) -> Receipt:
    """Make the source of a delivery due; ``digest`` is the SHA-256 of its body in hex.

    A delivery that came before is ``known``, and makes nothing due.
    """
    with database.writing() as session:
        subscription = session.get(Subscription, subscription_id)
        if subscription is None:
            return "gone"
        recent = [subscription.recent[at : at + 64] for at in range(0, len(subscription.recent), 64)]
        if digest in recent:
            return "known"
        subscription.recent = "".join([digest, *recent][:_REMEMBERED])
        subscription.deliveries += 1
        subscription.delivered_at = now
        source = session.get_one(Source, subscription.source_id)
        soon = max(now, source.polled_at + SHORTEST_GAP) if source.polled_at is not None else now
        source.due_at = min(source.due_at or soon, soon)
        return "new"
