"""Write for a run, in a thread of its own: lease addresses, store visits."""

import concurrent.futures
import dataclasses
import datetime
import functools
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from storage.database.crawl_lock import NO_OTHERS, CrawlLock
from storage.database.engine import Database
from storage.errors import DatabaseError
from storage.scope import Scope
from storage.text_rules import TextRules
from storage.visit import Lease, Record, Result, Visit, WarcLocation
from storage.writer.batching import GAP, VisitQueue
from storage.writer.process import RemoteTransactions, WriterProcess
from storage.writer.retry import WAITS, TransactionRetry
from storage.writer.transactions import RunStart, Transactions, blank_nothing

logger = logging.getLogger(__name__)

GROUPED_AT_ONCE, GROUPED_AT_THE_END = 100, 200
"""Articles that a transaction groups into stories, while the crawl's own visits wait and where none do. In transactions
of 50 each costs half as much again: what is tied to a batch is clustered anew with it."""

GROUPED_FROM = 2_000
"""Articles from which on a run groups them before it ends: until then the reading of pages has the processors."""

SIGNED_AT_ONCE = 50
"""Articles that a transaction signs anew: a millisecond each, so that the crawl's own visits wait little."""

P = ParamSpec("P")
T = TypeVar("T")


def discard_records(records: Sequence[Record]) -> list[WarcLocation | None]:
    """Archive no page's bytes."""
    return [None] * len(records)


class RunWriter:
    """All writing of a run. Any thread may call; every method returns a future.

    Visits that wait are stored together (``storage.writer.batching``); one that the database refuses is recorded as
    failed and takes no other along: they are then stored again, each in a savepoint of its own. Trouble with the
    database itself is met as ``storage.writer.retry`` says; when it stays, every future gets it, as a DatabaseError in
    one line.

    Several writers, in one process or many, may write to one database at once. With a ``process``, once it is ready,
    transactions are made there: a piece of work has to be picklable then.

    ``keep_pages`` has to have the records of visits on the disk before these are committed, and says where they lie.
    ``blank_page`` is to take kept bytes out again, where an address turns out to lead to a forgotten page. ``gap`` is
    how many seconds a visit waits for the next one to come.
    """

    def __init__(
        self,
        database: Database,
        rules: TextRules,
        waits: Sequence[float] = WAITS,
        keep_pages: Callable[[Sequence[Record]], Sequence[WarcLocation | None]] = discard_records,
        blank_page: Callable[[WarcLocation], None] = blank_nothing,
        gap: float = GAP,
        process: WriterProcess | None = None,
    ) -> None:
        self._retry = TransactionRetry(database, waits)
        self._local = Transactions(database, rules, blank_page)
        self._remote = None if process is None else RemoteTransactions(process, rules, blank_page)
        self._keep_pages = keep_pages
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="run-writer")
        self._queue = VisitQueue(gap)
        self._taken: dict[int, int] = {}
        self._polled: frozenset[str] = frozenset()
        self._leased: set[int] = set()
        self._closing = False
        self._finishing = False
        self._ungrouped = 0

    @property
    def run_id(self) -> int:
        """The run's id, 0 before it is started."""
        return self._local.run_id

    @property
    def trouble(self) -> str:
        """What ended all writing, in one line; empty while the database works."""
        return self._retry.trouble

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
        """Open a run for these sources, and poll those named.

        ``again`` queues every known article.

        ``lock`` is the one that the caller holds: runs that it tells to be dead are closed, and their leases freed.
        """
        run_start = RunStart(scopes, polled, command, version, host, pid, again)

        def run() -> int:
            has_outdated_signatures = self._retry.run(lambda: self._local.begin(run_start, lock))
            self._taken = dict.fromkeys(self._local.scopes, 0)
            self._polled = frozenset(run_start.polled)
            if has_outdated_signatures:
                self._thread.submit(self._sign_outdated)
            return self.run_id

        return self._thread.submit(run)

    def lease(
        self,
        room: Mapping[str, int],
        *,
        window: int,
        limit: int,
        requests: int,
        domains: Collection[str] | None = None,
    ) -> concurrent.futures.Future[list[Lease]]:
        """Lease due addresses, see :func:`storage.frontier.leasing.lease`.

        ``requests`` counts all requests so far.
        """

        def run() -> list[Lease]:
            take = functools.partial(
                self._transact,
                Transactions.lease,
                self._taken,
                room,
                window=window,
                limit=limit,
                requests=requests,
                domains=domains,
            )
            leases = self._retry.run(take, functools.partial(take, keeping=self._leased))
            for lease in leases:
                self._taken[lease.source_id] += 1
                self._leased.add(lease.address_id)
            return leases

        return self._thread.submit(run)

    def scope(self, source_id: int) -> Scope:
        """Give the present scope of a source, learnt domains included."""
        return self._local.scopes[source_id]

    def store(self, visit: Visit) -> concurrent.futures.Future[Result]:
        """Store a visit; the future is done when it is committed."""
        future = self._queue.put(visit)
        self._thread.submit(self._drain)
        return future

    def give_back(self, lease: Lease, until: datetime.datetime) -> concurrent.futures.Future[None]:
        """Return an unused lease; its address is due then."""

        def run() -> None:
            self._retry.run(lambda: self._transact(Transactions.postpone, lease.address_id, until))
            self._taken[lease.source_id] -= 1
            self._leased.discard(lease.address_id)

        return self._thread.submit(run)

    def do(
        self, work: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> concurrent.futures.Future[T]:
        """Run a small piece of work in a transaction, in the order of the calls."""
        transact = functools.partial(self._transact, Transactions.do, work, *args, **kwargs)
        return self._thread.submit(self._retry.run, transact)

    def finish(self, status: str, requests: int) -> concurrent.futures.Future[None]:
        """Group new articles into stories, close the run, release its leases, and record what budgets left over.

        A run that was stopped or failed leaves the grouping to the next one.
        """

        def run() -> None:
            if status == "done":
                self._group_all()
            end = functools.partial(self._transact, Transactions.end, status, requests, self._taken, self._polled)
            self._retry.run(end, last=True)

        self._finishing = True  # what still waits to group some articles would find the run closed
        return self._thread.submit(run)

    def group_stories(self) -> concurrent.futures.Future[None]:
        """Group the articles that wait, as ``finish`` does."""
        return self._thread.submit(self._group_all)

    def close(self) -> None:
        """Wait for pending writes, and stop the thread; nothing is retried."""
        self._closing = True
        self._retry.stop()
        self._thread.shutdown(wait=True)
        if self._remote is not None:
            self._remote.close()

    def _transact(self, make: Callable[Concatenate[Transactions, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a transaction in the writer's process if ready, else here."""
        if self._remote is not None and self._remote.is_ready:
            return self._remote.make(self._local.run_id, self._local.scopes, make, *args, **kwargs)
        return make(self._local, *args, **kwargs)

    def _do_locally(
        self, work: Callable[[Session], T], again: Callable[[Session], T] | None = None
    ) -> concurrent.futures.Future[T]:
        """Run work in this process; ``again`` after an unconfirmed try."""
        local, work_again = self._local, again or work
        return self._thread.submit(self._retry.run, lambda: local.do(work), lambda: local.do(work_again))

    def _drain(self) -> None:
        batch = self._queue.take(len(self._leased))
        if not batch:
            return
        try:
            visits = self._with_pages_kept([visit for visit, _ in batch])
            store = functools.partial(self._transact, Transactions.store, visits)
            outcomes, learnt = self._retry.run(store, functools.partial(store, again=True))
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to those who wait for it
            for _, future in batch:
                future.set_exception(error)
            return
        finally:
            self._queue.stored()
        self._local.scopes.update(learnt)
        self._group_later(sum(outcome in ("new", "updated") for outcome, _ in outcomes))
        self._leased.difference_update(visit.lease.address_id for visit in visits)
        for (visit, future), outcome in zip(batch, outcomes, strict=True):
            future.set_result(Result(visit.lease, *outcome))

    def _with_pages_kept(self, visits: list[Visit]) -> list[Visit]:
        records = [visit.record for visit in visits if isinstance(visit.record, Record)]
        if not records:
            return visits
        places = iter(self._keep_pages(records))
        return [
            dataclasses.replace(visit, record=next(places)) if isinstance(visit.record, Record) else visit
            for visit in visits
        ]

    def _group_later(self, fresh: int) -> None:
        """Count articles to group, and queue their grouping once they are many."""
        before, self._ungrouped = self._ungrouped, self._ungrouped + fresh
        if before < GROUPED_FROM <= self._ungrouped:
            self._thread.submit(self._group_some)

    def _group_some(self) -> None:
        """Group some articles, and queue the next ones."""
        if self._finishing:
            return
        try:
            grouped = self._retry.run(lambda: self._transact(Transactions.group_stories, GROUPED_AT_ONCE))
        except DatabaseError as error:  # whatever is stored next fails too, and reports it
            logger.warning("articles wait for their stories until the next run: %s", error)
            return
        self._ungrouped = max(0, self._ungrouped - grouped)
        if grouped == GROUPED_AT_ONCE and not self._closing and not self._finishing:
            self._thread.submit(self._group_some)
        else:
            self._ungrouped = 0

    def _group_all(self) -> None:
        waiting = self._retry.run(lambda: self._transact(Transactions.begin_stories))
        if waiting > GROUPED_FROM:
            logger.info("grouping %d articles into stories", waiting)
        while waiting and not self._closing:
            waiting = self._retry.run(lambda: self._transact(Transactions.group_stories, GROUPED_AT_THE_END))

    def _sign_outdated(self) -> None:
        """Sign some outdated articles, and queue the next ones."""
        if self._finishing:
            return
        try:
            signed = self._retry.run(lambda: self._transact(Transactions.sign_outdated, SIGNED_AT_ONCE))
        except DatabaseError as error:  # whatever is stored next fails too, and reports it
            logger.warning("articles wait for a new signature until the next run: %s", error)
            return
        if signed == SIGNED_AT_ONCE and not self._closing:
            self._thread.submit(self._sign_outdated)
