"""Store which feeds name a hub."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.reading import Hub
from storage.tables.websub import Subscription


def note_hub(session: Session, source_id: int, address_id: int, hub: Hub | None, now: datetime) -> None:
    """Note the hub that a feed names; leave any other hub that it named before.

    A feed that has moved, or is served at two addresses, is one topic, and one subscription.
    """
    same_topic = Subscription.topic == (hub.topic if hub is not None else None)
    known = session.scalars(
        select(Subscription).where(
            Subscription.source_id == source_id, (Subscription.address_id == address_id) | same_topic
        )
    ).all()
    is_known = False
    for subscription in known:
        if hub is not None and (subscription.hub, subscription.topic) == (hub.url, hub.topic):
            is_known = is_known or subscription.state != "leaving"
            subscription.address_id = address_id
        elif subscription.address_id == address_id:
            leave(session, subscription, now)
    if hub is not None and not is_known:
        session.add(
            Subscription(
                source_id=source_id,
                address_id=address_id,
                hub=hub.url,
                topic=hub.topic,
                token=secrets.token_urlsafe(32),
                secret=secrets.token_urlsafe(32),
                state="named",
                due_at=now,
            )
        )


def leave(session: Session, subscription: Subscription, now: datetime) -> None:
    """End a subscription: at its hub first, if the hub may know it."""
    if subscription.state == "leaving":
        return
    if subscription.state in ("asked", "live"):
        subscription.state, subscription.due_at, subscription.attempts = "leaving", now, 0
    else:
        session.delete(subscription)
