"""What is remembered of hosts from run to run: robots.txt, the rest that they asked for, mining reservations."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from storage.database.upsert import insert_into
from storage.reading import Reservation
from storage.tables.hosts import HostRest, MiningReservation, RobotsFile


@dataclasses.dataclass(frozen=True, slots=True)
class KnownRobots:
    """One origin's robots.txt as it is remembered; the columns are :class:`RobotsFile`'s."""

    status: int | None = None
    body: str = ""
    fetched_at: datetime | None = None
    tried_at: datetime | None = None
    trouble: str = ""
    trouble_since: datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Rest:
    """Until when a host is left alone, and after how many refusals in a row."""

    until: datetime
    strikes: int
    reason: str


def known_robots(session: Session, origin: str) -> KnownRobots:
    """Give what is remembered of an origin's robots.txt."""
    row = session.get(RobotsFile, origin)
    if row is None:
        return KnownRobots()
    return KnownRobots(row.status, row.body, row.fetched_at, row.tried_at, row.trouble, row.trouble_since)


def keep_robots(session: Session, origin: str, known: KnownRobots) -> None:
    """Remember an origin's robots.txt."""
    values = dataclasses.asdict(known)
    statement = insert_into(session, RobotsFile).values(origin=origin, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["origin"], set_=values))


def rest_of(session: Session, host: str) -> Rest | None:
    """Give the rest that a host was last given, past or not."""
    row = session.get(HostRest, host)
    return None if row is None else Rest(row.until, row.strikes, row.reason)


def give_rest(session: Session, host: str, rest: Rest | None) -> None:
    """Leave a host alone until then, in this run and in the next ones; None when it serves again."""
    if rest is None:
        session.execute(delete(HostRest).where(HostRest.host == host))
        return
    values = dataclasses.asdict(rest)
    statement = insert_into(session, HostRest).values(host=host, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["host"], set_=values))


def resting_hosts(reader: Session | Connection, now: datetime) -> dict[str, Rest]:
    """Give the hosts that are to be left alone now."""
    asked = select(HostRest.host, HostRest.until, HostRest.strikes, HostRest.reason)
    rows = reader.execute(asked.where(HostRest.until > now))
    return {row.host: Rest(row.until, row.strikes, row.reason) for row in rows}


def note_reservations(session: Session, source_id: int, host: str, found: Iterable[Reservation], now: datetime) -> None:
    """Record what a publisher reserves, once for each kind and place of a host."""
    for one in found:
        statement = insert_into(session, MiningReservation).values(
            source_id=source_id,
            host=host,
            kind=one.kind,
            place=one.place,
            detail=one.detail,
            first_seen_at=now,
            last_seen_at=now,
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["source_id", "host", "kind", "place"],
                set_={"detail": one.detail, "last_seen_at": now},
            )
        )
