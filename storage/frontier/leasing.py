"""Lease due addresses to a run."""

import dataclasses
import itertools
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, SQLColumnExpression, String, select, update
from sqlalchemy.orm import Session

from storage.database.in_values import dialect_of, is_among
from storage.frontier.polling import claims_due, not_resting
from storage.scope import Scope
from storage.tables.core import Address, Claim
from storage.visit import Lease
from storage.warc_index.index import find_newest_digests

COSTLY, WORTH = 0.03, 10
"""Seconds from which on a look at all that is due serves more than one lease (30,000 due addresses, SQLite), and for
how many times what it took: so looking takes a tenth of the writer's time at most."""

AHEAD = 2_000
"""Addresses that a costly query reads: enough for eight leases."""

_DueRow = Row[*tuple[Any, ...]]


class DueCache:
    """Cache of due URLs, used when the query takes over 30 ms.

    What becomes due meanwhile is seen by the next look. Before it is leased, each address is looked up again.
    ``costly`` are seconds, ``worth`` times what the look took.

    Kept for databases with a backlog: the mean of 20 leases took 68 ms instead of 189 with 30,000 addresses due, 90 ms
    instead of 368 with 100,000, and the same with 2,000 (SQLite, 100,000 known, with and without in turn, 2026-11-30).
    """

    def __init__(self, costly: float = COSTLY, worth: float = WORTH) -> None:
        self._costly, self._worth = costly, worth
        self._hosts: dict[int, str] = {}
        self._offered: Sequence[int] = ()
        self._unseen: frozenset[str] | None = None
        self._is_costly = False
        self._until = 0.0

    def forget(self) -> None:
        """Query again at the next lease."""
        self._until = 0.0

    def offer(
        self, due: "_Due", full_hosts: frozenset[str], taken: Collection[int], limit: int
    ) -> tuple[Sequence[_DueRow], bool]:
        """Give due addresses, and whether there are no others on hosts with room."""
        if time.monotonic() < self._until:
            fit = (
                address_id
                for address_id, host in self._hosts.items()
                if host not in full_hosts and address_id not in taken
            )
            self._offered = list(itertools.islice(fit, limit))
            if self._offered:
                return due.rows(limit, among=self._offered), False
            if self._unseen is not None and self._unseen <= full_hosts:
                return (), True
        return self._look(due, full_hosts, taken, limit)

    def settle(self, waiting: Collection[int]) -> None:
        """Drop what was offered and leased, or is not due any more."""
        for address_id in set(self._offered) - set(waiting):
            self._hosts.pop(address_id, None)

    def _look(
        self, due: "_Due", full_hosts: frozenset[str], taken: Collection[int], limit: int
    ) -> tuple[Sequence[_DueRow], bool]:
        asked = max(limit, AHEAD) if self._is_costly else limit
        began = time.monotonic()
        rows = due.rows(asked, full_hosts=full_hosts, taken=taken)
        took = time.monotonic() - began
        self._is_costly = took > self._costly
        self._until = began + took * (1 + self._worth) if self._is_costly else 0.0
        self._hosts = {row.id: row.host for row in rows} if self._is_costly else {}
        self._unseen = full_hosts if len(rows) < asked else None
        self._offered = [row.id for row in rows[:limit]]
        return rows[:limit], len(rows) < limit


def lease(
    session: Session,
    run_id: int,
    sources: Mapping[int, Scope],
    budgets: Mapping[int, int],
    room: Mapping[str, int],
    *,
    window: int,
    limit: int,
    now: datetime,
    due_cache: DueCache,
    domains: Collection[str] | None = None,
) -> list[Lease]:
    """Lease due addresses, the least depth first, as many as hosts have room for.

    ``budgets`` are the pages that each source may still ask for, ``room`` is that of the hosts that have addresses in
    flight, without which only a fresh look tells that nothing is due, and ``window`` that of any other host.
    ``domains`` are the registered domains that may be asked, None for all.
    """
    left = {source_id: budgets[source_id] for source_id in sources if budgets[source_id] > 0}
    if not room:
        due_cache.forget()
    due = _Due(session, list(left), now, domains)
    taken = _take(due, due_cache, left, dict(room), window=window, limit=limit)
    return _write_down(session, run_id, sources, taken)


def _take(
    due: "_Due", due_cache: DueCache, left: dict[int, int], room_left: dict[str, int], *, window: int, limit: int
) -> Mapping[int, _DueRow]:
    """Choose due addresses; ``left`` and ``room_left`` are counted down."""
    taken: dict[int, _DueRow] = {}
    while len(taken) < limit and left:
        full = frozenset(host for host, places in room_left.items() if places <= 0)
        rows, is_all = due_cache.offer(dataclasses.replace(due, sources=list(left)), full, taken, limit)
        waiting = set()
        for row in rows:
            if row.id in taken or left.get(row.source_id, 0) <= 0:
                continue
            places = room_left.get(row.host, window)
            if places <= 0 or len(taken) >= limit:
                waiting.add(row.id)
                continue
            taken[row.id] = row
            room_left[row.host] = places - 1
            left[row.source_id] -= 1
        due_cache.settle(waiting)
        left = {source_id: budget for source_id, budget in left.items() if budget > 0}
        if is_all:
            break
    return taken


def _write_down(
    session: Session, run_id: int, sources: Mapping[int, Scope], taken: Mapping[int, _DueRow]
) -> list[Lease]:
    if not taken:
        return []
    session.execute(
        update(Address)
        .where(Address.id.in_(taken))
        .values(state="leased", lease_run_id=run_id)
        .execution_options(synchronize_session=False)
    )
    digests = find_newest_digests(session, taken)
    pages = _pages_of(session, taken.values())
    return [_lease_of(row, run_id, sources[row.source_id].name, digests, pages) for row in taken.values()]


@dataclasses.dataclass(frozen=True, slots=True)
class _Due:
    """The query for due addresses of sources, one row for each claim."""

    session: Session
    sources: Sequence[int]
    now: datetime
    domains: Collection[str] | None

    def rows(
        self,
        limit: int,
        *,
        full_hosts: Collection[str] = (),
        taken: Collection[int] = (),
        among: Collection[int] = (),
    ) -> Sequence[_DueRow]:
        statement = (
            select(
                Address.id,
                Address.url,
                Address.host,
                Address.etag,
                Address.last_modified,
                Address.page_id,
                Address.in_feed,
                Address.feed_date,
                Address.feed_title,
                Address.feed_authors,
                Claim.source_id,
                Claim.depth,
                Claim.via,
            )
            .join(Claim, claims_due(self.session))
            .where(Address.due_at <= self.now, Address.state != "leased", not_resting(self.now))
            .where(*self._is_wanted())
            .order_by(Claim.depth, Address.id)
            .limit(limit)
        )
        if full_hosts:
            statement = statement.where(Address.host.not_in(full_hosts))
        if taken:
            statement = statement.where(Address.id.not_in(taken))
        if among:
            statement = statement.where(Address.id.in_(among))
        return self.session.execute(statement).all()

    def _is_wanted(self) -> Iterator[ColumnElement[bool]]:
        is_sqlite = dialect_of(self.session) == "sqlite"
        source_id: SQLColumnExpression[int] = Claim.source_id + 0 if is_sqlite else Claim.source_id  # as in claims_due
        yield is_among(self.session, source_id, self.sources, Integer())
        if self.domains is not None:
            yield is_among(self.session, Address.domain, self.domains, String())


def _pages_of(session: Session, rows: Iterable[_DueRow]) -> Mapping[int, str]:
    """Read the URLs that these addresses redirected to, by id."""
    ids = {row.page_id for row in rows if row.page_id is not None}
    rows = session.execute(select(Address.id, Address.url).where(Address.id.in_(ids))) if ids else ()
    return {row.id: row.url for row in rows}


def _lease_of(
    row: _DueRow, run_id: int, source: str, digests: Mapping[int, frozenset[str]], pages: Mapping[int, str]
) -> Lease:
    return Lease(
        address_id=row.id,
        run_id=run_id,
        source_id=row.source_id,
        source=source,
        url=row.url,
        host=row.host,
        depth=row.depth,
        via=row.via,
        etag=row.etag,
        last_modified=row.last_modified,
        leads_to=pages.get(row.page_id) if row.page_id is not None else None,
        digests=digests.get(row.id, frozenset()),
        in_feed=row.in_feed,
        feed_date=row.feed_date,
        feed_title=row.feed_title or "",
        feed_authors=row.feed_authors or "",
    )
