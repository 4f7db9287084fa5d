"""Find due sources, queue their start pages, and schedule the next poll."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Integer, func, insert, select, update
from sqlalchemy.orm import Session

from storage.database.in_values import dialect_of, is_among
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import find_blocked
from storage.frontier.claims import claim
from storage.frontier.host_state import resting_hosts
from storage.schedule import next_poll
from storage.scope import Scope
from storage.tables.core import Address, Article, Claim, Run, Source
from storage.tables.fetches import Fetch
from storage.tables.hosts import HostRest
from storage.tables.websub import Subscription

_NEWEST = 500
"""Newest articles of a source that its rate is computed from; more would change nothing."""

_ASKED_ONE_BY_ONE = 50
"""Sources at most of which each is looked up by itself."""

_UNFINISHED = frozenset({"queued", "leased"})
_FIRST_CRAWL = timedelta(hours=1)
_MOST_MOVES = 5
_GONE = (404, 410)


def find_due_sources(reader: Session | Connection, scopes: Sequence[Scope], now: datetime) -> dict[str, bool]:
    """Find the sources with work, and whether their start pages are to be polled.

    A source that an earlier run left unfinished is due at once; one with articles to read again only is not polled.
    One whose start hosts all asked for rest is not due before that is over.
    """
    known = _known(reader, {scope.name for scope in scopes})
    states = _due_states(reader, [source_id for source_id, _ in known.values()], now)
    resting = resting_hosts(reader, now)
    due: dict[str, bool] = {}
    for scope in scopes:
        source_id, due_at = known.get(scope.name, (0, None))
        waiting = states.get(source_id, frozenset())
        rests = bool(resting) and all(start.host in resting for start in scope.starts)
        wanted = due_at is None or due_at <= now or _is_out_of_reach(due_at, scope, now) or bool(waiting & _UNFINISHED)
        if wanted and not rests:
            due[scope.name] = True
        elif waiting:
            due[scope.name] = False
    return due


def _is_out_of_reach(due_at: datetime, scope: Scope, now: datetime) -> bool:
    """Tell whether a due time is too far ahead to be right.

    A clock was wrong once, or the longest interval was longer then.
    """
    return due_at > now + 2 * scope.rhythm.poll_max


def _known(reader: Session | Connection, names: Collection[str]) -> dict[str, tuple[int, datetime | None]]:
    """Read the ids and due times of sources, by name."""
    statement = select(Source.name, Source.id, Source.due_at)
    if len(names) <= _ASKED_ONE_BY_ONE:
        statement = statement.where(Source.name.in_(names))
    return {name: (source_id, due_at) for name, source_id, due_at in reader.execute(statement) if name in names}


def _due_states(
    reader: Session | Connection, source_ids: Collection[int], now: datetime
) -> Mapping[int, frozenset[str]]:
    """Read in which states the due addresses of sources are.

    Of few sources PostgreSQL is asked for each by itself; else what is due is looked through once for all.
    """
    claimed = select(Claim.source_id, Address.state).join(Claim, claims_due(reader))
    statement = claimed.where(Address.due_at <= now, not_resting(now)).distinct()
    if len(source_ids) <= _ASKED_ONE_BY_ONE and dialect_of(reader) != "sqlite":
        rows = [row for one in source_ids for row in reader.execute(statement.where(Claim.source_id == one))]
    else:
        rows = list(reader.execute(statement))
    states: dict[int, set[str]] = {}
    for source_id, state in rows:
        states.setdefault(source_id, set()).add(state)
    return {source_id: frozenset(names) for source_id, names in states.items()}


def claims_due(reader: Session | Connection) -> ColumnElement[bool]:
    """Write the condition that joins claims to due addresses.

    SQLite, which keeps no statistics here, would begin with every claim that the sources have ever had, and look up its
    address; a sum has no index, so that it begins with what is due.
    """
    return Claim.address_id == (Address.id + 0 if dialect_of(reader) == "sqlite" else Address.id)


def not_resting(now: datetime) -> ColumnElement[bool]:
    """Write the condition that an address's host may be asked now."""
    return Address.host.not_in(select(HostRest.host).where(HostRest.until > now))


def poll_source(session: Session, source_id: int, scope: Scope, now: datetime) -> bool:
    """Queue a source's start pages, where they have moved to permanently.

    Tells whether there was one that is forgotten, and so is not asked for.

    The next poll is set for the source's shortest interval; :func:`schedule_poll` knows better when this one is over.
    """
    gone = find_blocked(session, [place.key for place in scope.starts])
    starts = [place for place in scope.starts if place.key not in gone]
    ids = [_standing(session, address_id) for address_id in file_addresses(session, starts).values()]
    claim(session, source_id, ids, depth=0, via="start", found_on=None)
    session.execute(
        update(Claim)
        .where(Claim.source_id == source_id, Claim.address_id.in_(ids))
        .values(via="start")
        .execution_options(synchronize_session=False)
    )
    _make_due(session, ids, now)
    due_at = next_poll(now, [now], scope.rhythm)
    session.execute(update(Source).where(Source.id == source_id).values(polled_at=now, due_at=due_at))
    return bool(gone)


def _standing(session: Session, address_id: int) -> int:
    """Follow permanent redirects from an address."""
    for _ in range(_MOST_MOVES):
        address = session.get_one(Address, address_id)
        if address.moved_at is None or address.page_id is None:
            break
        address_id = address.page_id
    return address_id


def schedule_poll(session: Session, source_id: int, scope: Scope) -> None:
    """Schedule a source's next poll by how often it published lately."""
    polled_at = session.scalar(select(Source.polled_at).where(Source.id == source_id))
    if polled_at is None:
        return
    newest = select(Article.published_at, Article.first_seen_at).where(Article.source_id == source_id)
    rows = session.execute(newest.order_by(Article.id.desc()).limit(_NEWEST)).all()
    began = session.scalar(
        select(Article.first_seen_at).where(Article.source_id == source_id).order_by(Article.id).limit(1)
    )
    # An undated article counts as published at first sight, except those of the first crawl.
    known = [row for row in rows if row.published_at or _is_news(row.first_seen_at, began)]
    met = [row.published_at or row.first_seen_at for row in known]
    due_at = next_poll(polled_at, met, scope.rhythm)
    pushed_at = session.scalar(select(func.max(Subscription.delivered_at)).where(Subscription.source_id == source_id))
    if pushed_at is not None and pushed_at >= polled_at:  # a hub reported news while the source was crawled
        due_at = min(due_at, pushed_at)
    session.execute(update(Source).where(Source.id == source_id).values(due_at=due_at))


def _is_news(first_seen_at: datetime, began: datetime | None) -> bool:
    return began is not None and first_seen_at > began + _FIRST_CRAWL


def refresh_source(session: Session, source_id: int, now: datetime) -> None:
    """Queue every known article of a source, except those that are gone."""
    known = select(Claim.address_id).join(Address, Address.id == Claim.address_id)
    shown = known.where(
        Claim.source_id == source_id,
        Address.article_id.is_not(None),
        Address.page_id.is_(None),
        Address.status.is_(None) | Address.status.not_in(_GONE),
    )
    _make_due(session, list(session.scalars(shown)), now)


def _make_due(session: Session, address_ids: Sequence[int], now: datetime) -> None:
    session.execute(
        update(Address)
        .where(is_among(session, Address.id, address_ids, Integer()), Address.state != "leased")
        .values(state="queued", due_at=now)
        .execution_options(synchronize_session=False)
    )


def refuse_resting(session: Session, run_id: int, sources: Mapping[int, Scope], now: datetime) -> None:
    """Record the start pages that were not asked for because their host rests."""
    resting = resting_hosts(session, now)
    if not resting:
        return
    rows = session.execute(
        select(Address.id, Address.host, Claim.source_id, Claim.via)
        .join(Claim, Claim.address_id == Address.id)
        .where(
            is_among(session, Claim.source_id, sources, Integer()),
            Claim.via.in_(["start", "listing"]),
            Address.state == "queued",
            ~not_resting(now),
            Address.id.not_in(select(Fetch.address_id).where(Fetch.run_id == run_id)),
        )
    )
    refused = {
        row.id: {
            "run_id": run_id,
            "source_id": row.source_id,
            "address_id": row.id,
            "via": row.via,
            "fetched_at": now,
            "outcome": "refused",
            "reason": f"{resting[row.host].reason}; not asked before {resting[row.host].until:%Y-%m-%d %H:%M:%S} UTC",
        }
        for row in rows
    }
    if refused:
        session.execute(insert(Fetch), list(refused.values()))
        session.execute(update(Run).where(Run.id == run_id).values(refused=Run.refused + len(refused)))


def postpone_addresses(session: Session, address_ids: Iterable[int], until: datetime) -> None:
    """Return leased addresses that were not asked for, due later."""
    session.execute(
        update(Address)
        .where(Address.id.in_(list(address_ids)), Address.state == "leased")
        .values(state="queued", lease_run_id=None, due_at=until)
        .execution_options(synchronize_session=False)
    )
