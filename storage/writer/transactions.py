"""Define the transactions of a run, made in its own process or in the writer's."""

import contextlib
import dataclasses
import datetime
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.articles.changed import changed_articles
from storage.articles.minhash_index import has_outdated_signatures, sign_outdated_articles
from storage.column_types import utc_now
from storage.database.crawl_lock import CrawlLock
from storage.database.engine import Database
from storage.database.error_codes import classify_error
from storage.entities.store import file_entities
from storage.errors import DatabaseBusy
from storage.frontier.blocklist import REFUSED
from storage.frontier.leasing import DueCache, lease
from storage.frontier.made_for_crawlers import MadeForCrawlers
from storage.frontier.polling import poll_source, postpone_addresses, refresh_source, refuse_resting, schedule_poll
from storage.frontier.sources import open_sources, release_finished_leases, release_leases
from storage.scope import Scope
from storage.stories.group import group_waiting, separate_waiting
from storage.stories.profiles import count_waiting, file_batch
from storage.stories.weeks import note_changed_weeks, reopen_weeks
from storage.tables.core import Address
from storage.text_rules import TextRules, bind_rules
from storage.visit import STATUSES, Lease, Outcome, Result, Visit, WarcLocation
from storage.writer.fetches import EndedFetch, record_fetches
from storage.writer.runs import (
    close_dead_runs,
    count_outcomes,
    finish_run,
    is_running,
    record_requests,
    refuse_blocked,
    refuse_for_budget,
    start_run,
)
from storage.writer.store_visit import store_visits

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


def blank_nothing(_: WarcLocation) -> None:
    """Do nothing: no raw archive is configured."""


@dataclasses.dataclass(frozen=True, slots=True)
class RunStart:
    """What a run starts with; ``polled`` are the sources to poll, by name.

    With ``again`` all stored pages are fetched once more.
    """

    scopes: Sequence[Scope]
    polled: Collection[str]
    command: str
    version: str
    host: str
    pid: int
    again: bool = False


class Transactions:
    """One run's transactions, each a method that blocks. One thread at a time.

    ``scopes`` are the run's by source id, learnt domains included. ``blank_page`` is to take kept bytes out again
    where an address turns out to lead to a forgotten page. Every method raises DatabaseBusy where another crawl has
    called the run dead, and DatabaseTrouble where the database fails.
    """

    def __init__(
        self,
        database: Database,
        rules: TextRules,
        blank_page: Callable[[WarcLocation], None] = blank_nothing,
        *,
        run_id: int = 0,
        scopes: Mapping[int, Scope] | None = None,
    ) -> None:
        self.run_id = run_id
        self.scopes = dict(scopes or {})
        self._database = database
        self._rules = rules
        self._blank_page = blank_page
        self._due_cache = DueCache()
        self._made_up = MadeForCrawlers()

    def begin(self, run_start: RunStart, lock: CrawlLock) -> bool:
        """Open the run, close dead ones, and poll; tell whether articles are outdated."""
        with self._database.writing() as session:
            bind_rules(session, self._rules)
            now = utc_now()
            close_dead_runs(session, lock.is_dead)
            release_finished_leases(session)
            names = {name: getattr(run_start, name) for name in ("command", "version", "host", "pid")}
            run_id = start_run(session, **names, now=now)
            lock.announce_run(run_id)  # before anybody can see the run
            outdated = has_outdated_signatures(session, self._rules.signature_version)
            opened = open_sources(session, run_start.scopes, now)
            for source_id, scope in opened.items():
                if scope.name in run_start.polled and poll_source(session, source_id, scope, now):
                    refuse_blocked(session, run_id, source_id, now)
                if run_start.again:
                    refresh_source(session, source_id, now)
        self.run_id, self.scopes = run_id, opened
        return outdated

    def lease(
        self,
        taken: Mapping[int, int],
        room: Mapping[str, int],
        *,
        window: int,
        limit: int,
        requests: int,
        domains: Collection[str] | None = None,
        keeping: Collection[int] | None = None,
    ) -> list[Lease]:
        """Lease due addresses.

        ``taken`` counts those of each source so far, the rest is as in ``frontier.leasing``.

        ``keeping`` are the leases that are known, where those of a try that was not confirmed have to be freed.
        """
        with self._writing() as session:
            if keeping is not None:
                release_leases(session, self.run_id, keeping)
                self._due_cache.forget()
            budgets = {source_id: scope.max_pages - taken[source_id] for source_id, scope in self.scopes.items()}
            now = utc_now()
            leases = lease(
                session,
                self.run_id,
                self.scopes,
                budgets,
                room,
                domains=domains,
                window=window,
                limit=limit,
                now=now,
                due_cache=self._due_cache,
            )
            record_requests(session, self.run_id, requests)
            return leases

    def store(
        self, visits: Sequence[Visit], *, again: bool = False
    ) -> tuple[list[tuple[Outcome, str]], dict[int, Scope]]:
        """Store a batch; give each visit's outcome, and scopes with new domains.

        ``again`` says that a try before was not confirmed: a lease that was given back tells that it was committed.
        """
        visits = [visit.unpack() for visit in visits]
        with self._writing() as session:
            if again and not self._is_leased(session, visits[0]):
                stored = [session.get_one(Address, visit.lease.address_id) for visit in visits]
                return [(address.outcome, address.reason) for address in stored], {}  # type: ignore[misc]  # set by the visit; the column's check holds it to Outcome
            scopes = dict(self.scopes)
            results = self._store(session, visits, scopes)
        learnt = {source_id: scope for source_id, scope in scopes.items() if self.scopes[source_id] is not scope}
        self.scopes = scopes
        return [(result.outcome, result.reason) for result in results], learnt

    def postpone(self, address_id: int, until: datetime.datetime) -> None:
        """Return an unused lease; its address is due then."""
        with self._writing() as session:
            postpone_addresses(session, [address_id], until)

    def do(self, work: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a small piece of work; it is called with the session first."""
        with self._writing() as session:
            return work(session, *args, **kwargs)

    def sign_outdated(self, limit: int) -> int:
        """Sign some outdated articles; return how many."""
        with self._writing() as session:
            return sign_outdated_articles(session, limit)

    def begin_stories(self) -> int:
        """Choose what to group anew beside the waiting articles; return how many wait."""
        if not self._rules.groups_stories:
            return 0
        with self._writing() as session:
            note_changed_weeks(session, utc_now())
            reopen_weeks(session, utc_now())
            return count_waiting(session)

    def group_stories(self, limit: int) -> int:
        """Group some waiting articles into stories; return how many.

        Where that fails, each of them gets a story of its own, so that no article stops all others.
        """
        if not self._rules.groups_stories:
            return 0
        with self._writing() as session:
            try:
                with session.begin_nested():
                    return group_waiting(session, limit, utc_now())
            except Exception as error:
                if classify_error(error, "") is not None:
                    raise
                logger.exception("%d articles cannot be grouped: each gets a story of its own", limit)
                return separate_waiting(session, limit)

    def end(self, status: str, requests: int, taken: Mapping[int, int], polled: Collection[str]) -> None:
        """Close the run, release its leases, and record what budgets left over.

        Does nothing where the run is closed.
        """
        with self._database.writing() as session:
            if not is_running(session, self.run_id):  # taken over, or closed by a try whose commit was not confirmed
                return
            release_leases(session, self.run_id)
            for source_id, scope in self.scopes.items():
                if taken[source_id] >= scope.max_pages:
                    refuse_for_budget(session, self.run_id, source_id, utc_now())
                if scope.name in polled:
                    schedule_poll(session, source_id, scope)
            refuse_resting(session, self.run_id, self.scopes, utc_now())
            record_requests(session, self.run_id, requests)
            finish_run(session, self.run_id, status, utc_now())

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Session]:
        with self._database.writing() as session:
            bind_rules(session, self._rules)
            if not is_running(session, self.run_id):
                msg = f"database {self._database.url}: another crawl has taken over from run {self.run_id}"
                raise DatabaseBusy(msg)
            yield session

    def _is_leased(self, session: Session, visit: Visit) -> bool:
        address = session.get_one(Address, visit.lease.address_id)
        return address.state == "leased" and address.lease_run_id == self.run_id

    def _store(self, session: Session, visits: Sequence[Visit], scopes: dict[int, Scope]) -> list[Result]:
        leased = [visit.lease.address_id for visit in visits]
        at_once = session.scalars(select(Address).where(Address.id.in_(leased))).all()  # held, so that get finds them
        results = self._store_all(session, visits, scopes)
        read = zip((visit.reading for visit in visits), results, strict=True)
        changed = changed_articles(session, read)
        file_batch(session, changed)
        file_entities(session, changed)
        del at_once
        for visit, result in zip(visits, results, strict=True):
            if result.reason == REFUSED and isinstance(visit.record, WarcLocation):
                self._blank_page(visit.record)
        count_outcomes(session, self.run_id, results)
        return results

    def _store_all(self, session: Session, visits: Sequence[Visit], scopes: dict[int, Scope]) -> list[Result]:
        """Store visits in one savepoint, or each in its own where one is refused."""
        learnt = dict(scopes)
        try:
            with session.begin_nested():
                results = store_visits(session, visits, learnt, self._made_up)
        except Exception as error:
            if classify_error(error, "") is not None:
                raise
            logger.info("one of %d visits cannot be stored (%s): each by itself", len(visits), error)
            return [self._store_one(session, visit, scopes) for visit in visits]
        scopes.update(learnt)
        return results

    def _store_one(self, session: Session, visit: Visit, scopes: dict[int, Scope]) -> Result:
        learnt = dict(scopes)
        try:
            with session.begin_nested():
                (result,) = store_visits(session, [visit], learnt, self._made_up)
        except Exception as error:
            if classify_error(error, "") is not None:
                raise
            logger.exception("storage refused %s", visit.final_url)
            return _store_refusal(session, visit, f"storage: {type(error).__name__}: {error}"[:300])
        scopes.update(learnt)
        return result


def _store_refusal(session: Session, visit: Visit, reason: str) -> Result:
    """Record a visit that cannot be stored, by values that are safe."""
    address = session.get_one(Address, visit.lease.address_id)
    status = visit.status if visit.status in STATUSES else None
    address.state, address.lease_run_id, address.due_at = "done", None, None
    address.outcome, address.reason, address.status = "failed", reason, status
    address.attempts += 1
    record_fetches(session, [EndedFetch(visit.lease, visit.fetched_at, status, "failed", reason)])
    return Result(visit.lease, "failed", reason)
