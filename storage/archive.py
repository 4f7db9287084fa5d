"""The one writer of a run: a thread of its own, to which the crawl hands visits and from which it has leases."""

import concurrent.futures
import datetime
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.attempts import WAITS, Attempts
from storage.database import Database
from storage.errors import DatabaseError
from storage.forgotten import REFUSED
from storage.frontier import lease, open_sources, release, release_ended
from storage.judgement import Judgement
from storage.kept import Kept
from storage.lock import NO_OTHERS, CrawlLock
from storage.models import Address
from storage.near_index import has_outdated, index_outdated
from storage.polling import poll, postpone, refresh, refuse_resting, schedule_poll
from storage.runs import (
    bury_dead_runs,
    count,
    finish_run,
    is_running,
    record_requests,
    refuse_for_budget,
    refuse_forgotten,
    start_run,
)
from storage.scope import Scope
from storage.stories import group_stored
from storage.trouble import trouble_of
from storage.visit import Lease, Result, Visit
from storage.visits import record_fetch, store_visits
from storage.waiting import GAP, WaitingVisits

logger = logging.getLogger(__name__)

SIGNED_AT_ONCE = 50
"""Articles that a transaction signs anew: a millisecond each, so that the crawl's own visits wait little."""

T = TypeVar("T")
Work = Callable[[Session], T]
"""A piece of work in a transaction of the archive's."""


def utc_now() -> datetime.datetime:
    """Tell the time, in UTC to the second."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


class Archive:
    """All of a run's writing. Every method may be called from any thread, and returns a future.

    Visits that wait are stored together (``storage.waiting``); one that the database refuses is recorded as
    failed and takes no other along: they are then stored again, each in a savepoint of its own. Trouble with the
    database itself is met as ``storage.attempts`` says; when it stays, every future gets it, as a DatabaseError in
    one line.

    Several archives, in one process or many, may write to one database at once.

    ``sync_pages`` is called before visits are committed whose bytes were kept: they have to be on the disk first.
    ``blank_page`` is to take kept bytes out again, where an address turns out to lead to a forgotten page. ``gap`` is
    how many seconds a visit waits for the next one to come.
    """

    def __init__(
        self,
        database: Database,
        judgement: Judgement,
        waits: Sequence[float] = WAITS,
        sync_pages: Callable[[], None] = lambda: None,
        blank_page: Callable[[Kept], None] = lambda _: None,
        gap: float = GAP,
    ) -> None:
        self._attempts = Attempts(database, waits)
        self._judgement = judgement
        self._sync_pages, self._blank_page = sync_pages, blank_page
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._waiting = WaitingVisits(gap)
        self._scopes: dict[int, Scope] = {}
        self._taken: dict[int, int] = {}
        self._polled: frozenset[str] = frozenset()
        self._out: set[int] = set()
        self._has_outdated = self._closing = False

    @property
    def run_id(self) -> int:
        """The run's, 0 before it is started."""
        return self._attempts.run_id

    @property
    def trouble(self) -> str:
        """What ended all writing, in one line; empty as long as the database serves."""
        return self._attempts.trouble

    def start(
        self,
        scopes: Sequence[Scope],
        polled: Sequence[str],
        *,
        command: str,
        version: str,
        host: str,
        pid: int,
        again: bool = False,
        lock: CrawlLock = NO_OTHERS,
    ) -> concurrent.futures.Future[int]:
        """Open a run for these sources, and poll the sources named.

        ``lock`` is the one that the caller holds: runs that it tells to be dead are closed, and their leases freed.
        """

        def begin(session: Session) -> tuple[int, dict[int, Scope]]:
            now = utc_now()
            bury_dead_runs(session, lock.is_dead)
            release_ended(session)
            run_id = start_run(session, command=command, version=version, host=host, pid=pid, now=now)
            lock.vouch_for(run_id)  # before anybody can see the run
            self._has_outdated = has_outdated(session, self._judgement)
            opened = open_sources(session, scopes, now)
            for source_id, scope in opened.items():
                if scope.name in polled and poll(session, source_id, scope, now):
                    refuse_forgotten(session, run_id, source_id, now)
                if again:
                    refresh(session, source_id, now)
            return run_id, opened

        def run() -> int:
            self._attempts.run_id, self._scopes = self._attempts.commit(begin)
            self._taken = dict.fromkeys(self._scopes, 0)
            if self._has_outdated:
                self._thread.submit(self._sign_outdated)
            self._polled = frozenset(polled)
            return self.run_id

        return self._thread.submit(run)

    def lease(
        self, busy: Mapping[str, int], *, window: int, limit: int, requests: int
    ) -> concurrent.futures.Future[list[Lease]]:
        """Lease due addresses; ``busy`` counts those in flight by host, ``requests`` all HTTP requests so far."""

        def take(session: Session) -> list[Lease]:
            budgets = {source: scope.max_pages - self._taken[source] for source, scope in self._scopes.items()}
            leases = lease(session, self.run_id, self._scopes, budgets, busy, window=window, limit=limit, now=utc_now())
            record_requests(session, self.run_id, requests)
            return leases

        def take_again(session: Session) -> list[Lease]:
            release(session, self.run_id, self._out)  # leases of an attempt whose commit was not confirmed
            return take(session)

        def run() -> list[Lease]:
            leases = self._attempts.commit(take, take_again)
            for found in leases:
                self._taken[found.source_id] += 1
                self._out.add(found.address_id)
            return leases

        return self._thread.submit(run)

    def scope(self, source_id: int) -> Scope:
        """Tell what a source of this run wants by now, learnt domains included."""
        return self._scopes[source_id]

    def store(self, visit: Visit) -> concurrent.futures.Future[Result]:
        """Store a visit; the future is done when it is committed."""
        future = self._waiting.put(visit)
        self._thread.submit(self._drain)
        return future

    def give_back(self, lease: Lease, until: datetime.datetime) -> concurrent.futures.Future[None]:
        """Return a lease that was not made use of; its address is due then, and its source's budget as before."""

        def run() -> None:
            self._attempts.commit(lambda session: postpone(session, [lease.address_id], until))
            self._taken[lease.source_id] -= 1
            self._out.discard(lease.address_id)

        return self._thread.submit(run)

    def do(self, work: Work[T]) -> concurrent.futures.Future[T]:
        """Do a small piece of work in a transaction of its own, in the order of what else is asked of the archive."""
        return self._thread.submit(self._attempts.commit, work)

    def finish(self, status: str, requests: int) -> concurrent.futures.Future[None]:
        """Close the run, free its leases, and record what the budgets left over."""

        def end(session: Session) -> None:
            if not is_running(session, self.run_id):  # taken over, or closed by a try whose commit was not confirmed
                return
            release(session, self.run_id)
            for source_id, scope in self._scopes.items():
                if self._taken[source_id] >= scope.max_pages:
                    refuse_for_budget(session, self.run_id, source_id, utc_now())
                if scope.name in self._polled:
                    schedule_poll(session, source_id, scope)
            refuse_resting(session, self.run_id, self._scopes, utc_now())
            record_requests(session, self.run_id, requests)
            finish_run(session, self.run_id, status, utc_now())

        return self._thread.submit(self._attempts.commit, end, last=True)

    def close(self) -> None:
        """Wait for what is being written, and stop the thread; nothing is tried again any more."""
        self._closing = True
        self._attempts.stop()
        self._thread.shutdown(wait=True)

    def _drain(self) -> None:
        batch = self._waiting.take(len(self._out))
        if not batch:
            return
        visits = [visit for visit, _ in batch]
        if any(isinstance(visit.kept, Kept) for visit in visits):
            self._sync_pages()
        try:
            results, scopes = self._attempts.commit(
                lambda session: self._store(session, visits), lambda session: self._store_again(session, visits)
            )
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to those who wait for it
            for _, future in batch:
                future.set_exception(error)
            return
        finally:
            self._waiting.stored()
        self._scopes = scopes
        self._out.difference_update(visit.lease.address_id for visit in visits)
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)

    def _sign_outdated(self) -> None:
        """Sign some articles that are not, or by an older algorithm; the next ones after what waits meanwhile."""
        try:
            signed = self._attempts.commit(lambda session: index_outdated(session, self._judgement, SIGNED_AT_ONCE))
        except DatabaseError as error:  # whatever is stored next meets it too, and says so
            logger.warning("articles wait for a new signature until the next run: %s", error)
            return
        if signed == SIGNED_AT_ONCE and not self._closing:
            self._thread.submit(self._sign_outdated)

    def _store(self, session: Session, visits: Sequence[Visit]) -> tuple[list[Result], dict[int, Scope]]:
        scopes = dict(self._scopes)
        leased = [visit.lease.address_id for visit in visits]
        at_once = session.scalars(select(Address).where(Address.id.in_(leased))).all()  # held, so that get finds them
        results = self._store_all(session, visits, scopes)
        read = zip((visit.reading for visit in visits), results, strict=True)
        group_stored(session, read, self._judgement, utc_now())
        del at_once
        for visit, result in zip(visits, results, strict=True):
            if result.reason == REFUSED and isinstance(visit.kept, Kept):
                self._blank_page(visit.kept)
        count(session, self.run_id, results)
        return results, scopes

    def _store_again(self, session: Session, visits: Sequence[Visit]) -> tuple[list[Result], dict[int, Scope]]:
        """Store a batch whose commit was not confirmed: a lease that was given back says that it was done."""
        address = session.get_one(Address, visits[0].lease.address_id)
        if address.state == "leased" and address.lease_run_id == self.run_id:
            return self._store(session, visits)
        stored = [session.get_one(Address, visit.lease.address_id) for visit in visits]
        results = [
            Result(visit.lease, address.outcome, address.reason)  # type: ignore[arg-type]  # set by the visit; the column's check holds it to Outcome
            for visit, address in zip(visits, stored, strict=True)
        ]
        return results, self._scopes

    def _store_all(self, session: Session, visits: Sequence[Visit], scopes: dict[int, Scope]) -> list[Result]:
        """Store visits in one savepoint; where the database refuses one, each again in a savepoint of its own."""
        learnt = dict(scopes)
        try:
            with session.begin_nested():
                results = store_visits(session, visits, learnt, self._judgement)
        except Exception as error:
            if trouble_of(error, "") is not None:
                raise
            logger.info("one of %d visits cannot be stored (%s): each by itself", len(visits), error)
            return [self._store_one(session, visit, scopes) for visit in visits]
        scopes.update(learnt)
        return results

    def _store_one(self, session: Session, visit: Visit, scopes: dict[int, Scope]) -> Result:
        learnt = dict(scopes)
        try:
            with session.begin_nested():
                (result,) = store_visits(session, [visit], learnt, self._judgement)
        except Exception as error:
            if trouble_of(error, "") is not None:
                raise
            logger.exception("storage refused %s", visit.final_url)
            return self._store_refusal(session, visit, f"storage: {type(error).__name__}: {error}"[:300])
        scopes.update(learnt)
        return result

    def _store_refusal(self, session: Session, visit: Visit, reason: str) -> Result:
        address = session.get_one(Address, visit.lease.address_id)
        address.state, address.lease_run_id, address.due_at = "done", None, None
        address.outcome, address.reason, address.status = "failed", reason, visit.status
        address.attempts += 1
        record_fetch(session, visit.lease, visit.fetched_at, visit.status, "failed", reason)
        return Result(visit.lease, "failed", reason)
