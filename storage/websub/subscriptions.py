"""Decide what is asked of the hubs, and store how they answer.

The hub verifies a request by a GET to the callback, maybe before it has answered the request. So a subscription is
``asked`` before the hub is.
"""

import dataclasses
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import String, func, select, update
from sqlalchemy.orm import Session

from storage.database.engine import Database
from storage.database.in_values import is_among
from storage.tables.core import Address, Source
from storage.tables.websub import Subscription
from storage.websub.named_hubs import leave

LEASE = timedelta(days=10)
"""How long a subscription is asked for: what hubs give by default. The hub decides."""

_LONGEST_LEASE = timedelta(days=90)
_SHORTEST_RENEWAL = timedelta(minutes=5)
"""A hub that gives shorter leases is not asked more often."""

_VERIFICATION = timedelta(hours=1)
"""How long a hub has to verify what it was asked for; then it is asked again."""

_WAITS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""Waits after a hub that did not take a request; the last one repeats."""

_REFUSAL = timedelta(days=7)
"""How long a refusal holds; a hub may refuse at any time (section 5.2 of the recommendation)."""

_MOST_GOODBYES = 3
"""Times that a hub is asked to end a subscription; it ends by its lease anyway."""

_TOGETHER = 100
"""Hubs that are asked in one pass."""

Mode = Literal["subscribe", "unsubscribe"]


@dataclasses.dataclass(frozen=True, slots=True)
class HubRequest:
    """A request to send to a hub (section 5.1)."""

    subscription_id: int
    source: str
    mode: Mode
    hub: str
    topic: str
    callback: str
    secret: str = dataclasses.field(repr=False)
    is_renewal: bool = False


def leave_unwanted(database: Database, wanted: Mapping[str, Collection[str]], now: datetime) -> None:
    """Leave the hubs of feeds that are no start page any more.

    ``wanted`` are the keys of the start pages by source. A start page that has moved for good is still one.
    """
    with database.reading() as connection:
        known = connection.execute(
            select(Subscription.id, Subscription.address_id, Source.name)
            .join(Source, Source.id == Subscription.source_id)
            .where(Subscription.state != "leaving")
        ).all()
        keys = {key for name in {row.name for row in known} for key in wanted.get(name, ())}
        places = connection.execute(
            select(Address.key, Address.id, Address.page_id).where(is_among(connection, Address.key, keys, String()))
        ).all()
    ids: dict[str, set[int]] = {}
    for place in places:
        ids.setdefault(place.key, set()).update({place.id, place.page_id} - {None})
    gone = [row.id for row in known if not any(row.address_id in ids.get(key, ()) for key in wanted.get(row.name, ()))]
    if not gone:
        return
    with database.writing() as session:
        for subscription_id in gone:
            subscription = session.get(Subscription, subscription_id)
            if subscription is not None:
                leave(session, subscription, now)


def take_due(database: Database, callback: str, now: datetime) -> list[HubRequest]:
    """Return the requests that are due, each marked as asked with this address of callbacks."""
    due = (
        select(Subscription, Source.name)
        .join(Source, Source.id == Subscription.source_id)
        .where(Subscription.due_at <= now)
        .order_by(Subscription.due_at, Subscription.id)
        .limit(_TOGETHER)
    )
    with database.reading() as connection:  # most passes find nothing, and need no lock
        if connection.execute(due).first() is None:
            return []
    requests = []
    with database.writing() as session:
        for subscription, source in session.execute(due).all():
            if request := _take(session, subscription, source, callback, now):
                requests.append(request)
    return requests


def _take(session: Session, subscription: Subscription, source: str, callback: str, now: datetime) -> HubRequest | None:
    if subscription.state == "leaving":
        is_over = subscription.expires_at is not None and subscription.expires_at <= now
        if is_over or subscription.attempts >= _MOST_GOODBYES:
            session.delete(subscription)
            return None
    is_renewal = subscription.state == "live" and (subscription.expires_at or now) > now
    if subscription.state != "leaving" and not is_renewal:
        subscription.state = "asked"
    if subscription.state != "leaving":
        subscription.callback = callback
    subscription.attempts += 1
    subscription.due_at = now + _VERIFICATION
    return HubRequest(
        subscription.id,
        source,
        "unsubscribe" if subscription.state == "leaving" else "subscribe",
        subscription.hub,
        subscription.topic,
        f"{subscription.callback}{subscription.token}",
        subscription.secret,
        is_renewal,
    )


def store_answer(database: Database, request: HubRequest, problem: str, now: datetime) -> None:
    """Store that a hub took a request, or by ``problem`` why it did not."""
    with database.writing() as session:
        subscription = session.get(Subscription, request.subscription_id)
        if subscription is None or subscription.state == "refused":
            return  # it was verified or refused meanwhile
        subscription.reason = problem[:300]
        if problem:
            if subscription.state == "asked":
                subscription.state = "named"
            subscription.due_at = now + _WAITS[min(subscription.attempts, len(_WAITS)) - 1]


def verify(database: Database, token: str, mode: str, topic: str, lease: timedelta, now: datetime) -> bool:
    """Confirm what a hub was asked for (section 5.3); return False for anything else."""
    with database.writing() as session:
        subscription = _by_token(session, token)
        if subscription is None or subscription.topic != topic:
            return False
        if mode == "unsubscribe" and subscription.state == "leaving":
            session.delete(subscription)
            return True
        if mode != "subscribe" or subscription.state not in ("asked", "live"):
            return False
        lease = min(max(lease, timedelta()), _LONGEST_LEASE)
        subscription.state, subscription.reason, subscription.attempts = "live", "", 0
        subscription.expires_at = now + lease
        subscription.due_at = now + max(_SHORTEST_RENEWAL, lease * 0.8)
        return True


def refuse(database: Database, token: str, topic: str, reason: str, now: datetime) -> bool:
    """Store that a hub refuses a subscription (section 5.2), now or later."""
    with database.writing() as session:
        subscription = _by_token(session, token)
        if subscription is None or subscription.topic != topic or subscription.state == "leaving":
            return False
        subscription.state, subscription.due_at = "refused", now + _REFUSAL
        subscription.reason = f"refused by the hub{f': {reason}' if reason else ''}"[:300]
        return True


def _by_token(session: Session, token: str) -> Subscription | None:
    return session.scalar(select(Subscription).where(Subscription.token == token))


def count_states(database: Database, now: datetime) -> dict[str, int]:
    """Count the subscriptions by state; a live one whose lease is over counts as ``named``."""
    over = (Subscription.state == "live") & (Subscription.expires_at <= now)
    with database.reading() as connection:
        rows = connection.execute(select(Subscription.state, over, func.count()).group_by(Subscription.state, over))
        counts: dict[str, int] = {}
        for state, is_over, number in rows:
            name = "named" if is_over else state
            counts[name] = counts.get(name, 0) + number
    return counts


def move_callback(database: Database, callback: str, now: datetime) -> None:
    """Subscribe anew where the callback's address was another one: the hubs deliver to the old one."""
    moved = Subscription.callback.not_in(("", callback))
    with database.reading() as connection:
        if connection.execute(select(Subscription.id).where(moved).limit(1)).first() is None:
            return
    with database.writing() as session:
        session.execute(
            update(Subscription)
            .where(moved, Subscription.state != "leaving")
            .values(state="named", due_at=now, attempts=0, callback="")
            .execution_options(synchronize_session=False)
        )
