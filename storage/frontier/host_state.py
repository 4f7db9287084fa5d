"""Store robots.txt, rests and mining reservations of hosts."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from storage.database.upsert import upsert_rows
from storage.reading import Reservation
from storage.tables.hosts import HostRest, MiningReservation, RobotsFile


@dataclasses.dataclass(frozen=True, slots=True)
class KnownRobots:
    """The stored robots.txt of an origin; columns as in :class:`RobotsFile`."""

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


def read_robots(session: Session, origin: str) -> KnownRobots:
    """Read an origin's robots.txt."""
    row = session.get(RobotsFile, origin)
    if row is None:
        return KnownRobots()
    return KnownRobots(row.status, row.body, row.fetched_at, row.tried_at, row.trouble, row.trouble_since)


def store_robots(session: Session, origin: str, known: KnownRobots) -> None:
    """Store an origin's robots.txt."""
    values = dataclasses.asdict(known)
    upsert_rows(session, RobotsFile, [{"origin": origin, **values}], keys=("origin",), changed=tuple(values))


def read_rest(session: Session, host: str) -> Rest | None:
    """Read the last rest of a host, past or not."""
    row = session.get(HostRest, host)
    return None if row is None else Rest(row.until, row.strikes, row.reason)


def store_rest(session: Session, host: str, rest: Rest | None) -> None:
    """Store until when a host is left alone; None ends its rest."""
    if rest is None:
        session.execute(delete(HostRest).where(HostRest.host == host))
        return
    values = dataclasses.asdict(rest)
    upsert_rows(session, HostRest, [{"host": host, **values}], keys=("host",), changed=tuple(values))


def resting_hosts(reader: Session | Connection, now: datetime) -> dict[str, Rest]:
    """Read the hosts that are to be left alone now."""
    asked = select(HostRest.host, HostRest.until, HostRest.strikes, HostRest.reason)
    rows = reader.execute(asked.where(HostRest.until > now))
    return {row.host: Rest(row.until, row.strikes, row.reason) for row in rows}


def store_reservations(
    session: Session, source_id: int, host: str, reservations: Iterable[Reservation], now: datetime
) -> None:
    """Store what a publisher reserves, once for each kind and place of a host."""
    seen = {"first_seen_at": now, "last_seen_at": now}
    rows = [
        {"source_id": source_id, "host": host, **dataclasses.asdict(reservation), **seen}
        for reservation in reservations
    ]
    keys = ("source_id", "host", "kind", "place")
    upsert_rows(session, MiningReservation, rows, keys=keys, changed=("detail", "last_seen_at"))
