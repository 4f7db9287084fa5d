"""Open, count and close runs, and read their records."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, func, insert, select, text, update
from sqlalchemy.orm import Session, aliased

from storage.database.in_values import is_among
from storage.frontier.blocklist import REFUSED, tombstone
from storage.reading import EXTRACTOR_FAILED, iso_utc
from storage.tables.core import Address, Claim, Run, Source
from storage.tables.fetches import OUTCOMES, Fetch
from storage.visit import BUDGET_REASON, Result


@dataclasses.dataclass(frozen=True, slots=True)
class SourceAccount:
    """What one source gave in one run; ``gave`` is the contract's."""

    source: str
    counts: Mapping[str, int]
    gave: bool

    @property
    def fetched(self) -> int:
        """The number of addresses that were taken up."""
        return sum(self.counts.values())


def start_run(session: Session, *, command: str, version: str, host: str, pid: int, now: datetime) -> int:
    """Open a run."""
    run = Run(command=command, version=version, host=host, pid=pid, started_at=now)
    session.add(run)
    session.flush()
    return run.id


def close_dead_runs(session: Session, is_dead: Callable[[Session, int], bool]) -> None:
    """Close open runs as ``killed`` whose process is dead by the caller's lock."""
    open_runs = session.scalars(select(Run.id).where(Run.status == "running")).all()
    dead = [run_id for run_id in open_runs if is_dead(session, run_id)]
    if not dead:
        return
    last_sign = select(func.max(Fetch.fetched_at)).where(Fetch.run_id == Run.id).scalar_subquery()
    session.execute(
        update(Run)
        .where(Run.id.in_(dead))
        .values(status="killed", finished_at=func.coalesce(last_sign, Run.started_at))
        .execution_options(synchronize_session=False)
    )


def is_running(session: Session, run_id: int) -> bool:
    """Tell whether a run may still write: no other has closed it."""
    return session.scalar(select(Run.status).where(Run.id == run_id)) == "running"


def count_outcomes(session: Session, run_id: int, results: Iterable[Result]) -> None:
    """Add outcomes to a run's counts."""
    outcomes = Counter(result.outcome for result in results)
    columns = {name: getattr(Run, name) + number for name, number in outcomes.items()}
    if columns:
        session.execute(
            update(Run).where(Run.id == run_id).values(columns).execution_options(synchronize_session=False)
        )


def record_requests(session: Session, run_id: int, requests: int) -> None:
    """Store how many HTTP requests the run has made so far."""
    session.execute(
        update(Run).where(Run.id == run_id).values(requests=requests).execution_options(synchronize_session=False)
    )


def refuse_blocked(session: Session, run_id: int, source_id: int, now: datetime) -> None:
    """Record that a start page is blocked, and not asked for."""
    session.add(
        Fetch(
            run_id=run_id,
            source_id=source_id,
            address_id=tombstone(session).id,
            via="start",
            fetched_at=now,
            outcome="refused",
            reason=REFUSED,
        )
    )
    session.execute(update(Run).where(Run.id == run_id).values(refused=Run.refused + 1))


def refuse_for_budget(session: Session, run_id: int, source_id: int, now: datetime) -> int:
    """Record the addresses that a source's budget left over; they stay queued."""
    left = (
        select(Address.id, Claim.via)
        .join(Claim, Claim.address_id == Address.id)
        .where(Claim.source_id == source_id, Address.state == "queued", Address.outcome.is_(None))
    )
    rows = [
        {
            "run_id": run_id,
            "source_id": source_id,
            "address_id": row.id,
            "via": row.via,
            "fetched_at": now,
            "outcome": "refused",
            "reason": BUDGET_REASON,
        }
        for row in session.execute(left)
    ]
    if rows:
        session.execute(insert(Fetch), rows)
        refused = [row["address_id"] for row in rows]
        session.execute(
            update(Address)
            .where(is_among(session, Address.id, refused, Integer()))
            .values(outcome="refused", reason=BUDGET_REASON)
            .execution_options(synchronize_session=False)
        )
    session.execute(update(Run).where(Run.id == run_id).values(refused=Run.refused + len(rows)))
    return len(rows)


def finish_run(session: Session, run_id: int, status: str, now: datetime) -> None:
    """Close a run as ``done``, ``failed`` or ``stopped``."""
    session.execute(
        update(Run)
        .where(Run.id == run_id)
        .values(status=status, finished_at=now)
        .execution_options(synchronize_session=False)
    )


def source_accounts(connection: Connection, run_id: int, polled: Sequence[str]) -> list[SourceAccount]:
    """Read what each source of a run gave.

    Of one that was not polled no start page was due, and it owes none: it gave, unless all that it was asked failed,
    and not only what had failed before. So a run that does no more than try failing addresses again alarms nobody, and
    one that finds a host gone does.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in polled}
    query = "SELECT source, outcome, count(*) AS number FROM fetches WHERE run_id = :run GROUP BY source, outcome"
    for row in connection.execute(text(query), {"run": run_id}):
        counts.setdefault(row.source, Counter())[row.outcome] = row.number
    answered = set(
        connection.scalars(
            text(
                "SELECT DISTINCT source FROM fetches WHERE run_id = :run AND via IN ('start', 'listing')"
                " AND status < 400 AND outcome NOT IN ('failed', 'refused')"
            ),
            {"run": run_id},
        )
    )
    return [
        SourceAccount(
            name,
            dict(outcomes),
            _gave(connection, run_id, name, outcomes, polled=name in polled, answered=name in answered),
        )
        for name, outcomes in counts.items()
    ]


def extractor_failures(connection: Connection, run_id: int) -> Counter[str]:
    """Count pages stored without their site's extractor, by extractor and error."""
    query = text("SELECT reason FROM fetches WHERE run_id = :run AND reason LIKE :begin")
    reasons = connection.scalars(query, {"run": run_id, "begin": f"{EXTRACTOR_FAILED}%"})
    return Counter(": ".join(reason.split(": ")[:3]) for reason in reasons)


def _fails_anew(connection: Connection, run_id: int, name: str) -> bool:
    """Tell whether a start page, or an address that worked before, was asked."""
    earlier = aliased(Fetch)
    before = (
        select(earlier.outcome)
        .where(earlier.address_id == Fetch.address_id, earlier.run_id < Fetch.run_id)
        .order_by(earlier.id.desc())
        .limit(1)
        .correlate(Fetch)
        .scalar_subquery()
    )
    anew = func.coalesce(before, "none").not_in(("failed", "refused"))
    asked = select(Fetch.id).join(Source).where(Fetch.run_id == run_id, Source.name == name)
    return connection.scalar(asked.where(Fetch.via.in_(("start", "listing")) | anew).limit(1)) is not None


def _gave(
    connection: Connection, run_id: int, name: str, outcomes: Counter[str], *, polled: bool, answered: bool
) -> bool:
    if not polled:
        return outcomes.total() > outcomes["failed"] + outcomes["refused"] or not _fails_anew(connection, run_id, name)
    if not answered:
        return False
    known = (
        "SELECT 1 FROM claim JOIN source ON source.id = claim.source_id JOIN address ON address.id = claim.address_id"
        " WHERE source.name = :name AND address.article_id IS NOT NULL LIMIT 1"
    )
    return connection.scalar(text(known), {"name": name}) is not None


def run_record(connection: Connection, run_id: int) -> dict[str, Any] | None:
    """Read a row of the view ``runs`` for JSON; None for an unknown run."""
    row = connection.execute(select(Run.__table__).where(Run.id == run_id)).mappings().first()
    if row is None:
        return None
    names = {"new": "articles_new", "updated": "articles_updated", "unchanged": "articles_unchanged"}
    names |= {"copy": "copies", "not_article": "not_articles"}
    record: dict[str, Any] = {"id": row["id"]}
    record |= {name: iso_utc(row[name]) for name in ("started_at", "finished_at")}
    record |= {"status": row["status"], "requests": row["requests"]}
    record |= {names.get(outcome, outcome): row[outcome] for outcome in OUTCOMES}
    return record | {"command": row["command"], "version": row["version"]}


def fetches_of(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """Read the run's rows of the view ``fetches`` for JSON, in order."""
    columns = (Source.name.label("source"), Address.url, Fetch.fetched_at, Fetch.status, Fetch.outcome, Fetch.reason)
    rows = connection.execute(
        select(*columns)
        .join(Address, Address.id == Fetch.address_id)
        .join(Source, Source.id == Fetch.source_id)
        .where(Fetch.run_id == run_id)
        .order_by(Fetch.id)
    )
    return [dict(row) | {"fetched_at": iso_utc(row["fetched_at"])} for row in rows.mappings()]


def find_dead_run(connection: Connection) -> int | None:
    """Return the newest run that is not closed. With the crawl lock in hand, it is one that was killed."""
    return connection.scalar(select(func.max(Run.id)).where(Run.status == "running"))


def recent_runs(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Read the newest runs, newest first."""
    ids = connection.scalars(select(Run.id).order_by(Run.id.desc()).limit(limit)).all()
    return [record for run_id in ids if (record := run_record(connection, run_id)) is not None]
