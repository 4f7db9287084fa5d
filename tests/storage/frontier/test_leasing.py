"""What is leased next: nearest first, as many a host as fit, and nothing twice or never, however seldom one looks."""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from pipelines.addresses.place import place
from storage.chunks import ROWS
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from storage.frontier.addresses import file_addresses
from storage.frontier.claims import claim, queue_addresses
from storage.frontier.leasing import DueCache, lease
from storage.frontier.sources import open_sources, release_finished_leases
from storage.tables.core import Address, Run
from storage.visit import Lease
from tests.support.visits import scope

WINDOW, LIMIT = 4, 12
NEVER = 1e9


class Frontier:
    """A run that leases, and says of what it leased that it is done."""

    def __init__(self, database: Database, outlook: DueCache, sources: int = 1) -> None:
        self._database, self._outlook = database, outlook
        self.leased: list[Lease] = []
        self.in_flight: list[Lease] = []
        with database.writing() as session:
            run = Run(command="", version="", host="", pid=1, started_at=utc_now(), status="running")
            session.add(run)
            scopes = [scope("https://start.example/", name=f"source{number}") for number in range(sources)]
            self.scopes = open_sources(session, scopes, utc_now())
            session.flush()
            self.run_id = run.id

    def queue(self, urls: Sequence[str], depth: int = 1, source: int = 0) -> None:
        with self._database.writing() as session:
            ids = file_addresses(session, [place(url) for url in urls]).values()
            claim(session, sorted(self.scopes)[source], ids, depth=depth, via="related", found_on=None)
            queue_addresses(session, ids, utc_now())

    def lease(
        self, budget: int = 10**6, room: Mapping[str, int] | None = None, domains: Collection[str] | None = None
    ) -> list[Lease]:
        load = Counter(one.host for one in self.in_flight)
        with self._database.writing() as session:
            found = lease(
                session,
                self.run_id,
                self.scopes,
                dict.fromkeys(self.scopes, budget),
                {host: WINDOW - count for host, count in load.items()} if room is None else room,
                window=WINDOW,
                limit=LIMIT,
                now=utc_now(),
                due_cache=self._outlook,
                domains=domains,
            )
        self.leased += found
        self.in_flight += found
        return found

    def finish(self, leases: Sequence[Lease]) -> None:
        ids = [one.address_id for one in leases]
        self.in_flight = [one for one in self.in_flight if one.address_id not in ids]
        with self._database.writing() as session:
            _done(session, ids)


def _done(session: Session, ids: Sequence[int]) -> None:
    session.execute(update(Address).where(Address.id.in_(ids)).values(state="done", due_at=None, lease_run_id=None))


@pytest.mark.parametrize("outlook", [DueCache(), DueCache(-1.0, NEVER)], ids=["looks each time", "looks seldom"])
def test_everything_due_is_leased_once_and_no_host_has_more_in_flight_than_fit(
    database: Database, outlook: DueCache
) -> None:
    frontier = Frontier(database, outlook)
    chance = random.Random(20261126)  # noqa: S311 - repeatable, not secret
    urls = [f"https://{host}.example/{number}" for host, n in (("a", 60), ("b", 7), ("c", 20)) for number in range(n)]
    chance.shuffle(urls)
    frontier.queue(urls)
    waiting = Counter(urlsplit(url).hostname or "" for url in urls)
    while waiting.total() or frontier.in_flight:
        busy = Counter(one.host for one in frontier.in_flight)
        fits = sum(min(number, WINDOW - busy[host]) for host, number in waiting.items())
        found = frontier.lease()
        assert len(found) == min(fits, LIMIT)
        waiting.subtract(one.host for one in found)
        assert max(Counter(one.host for one in frontier.in_flight).values()) <= WINDOW
        frontier.finish(chance.sample(frontier.in_flight, chance.randint(1, len(frontier.in_flight))))
    assert sorted(one.url for one in frontier.leased) == sorted(urls)


def test_a_look_that_was_costly_serves_the_leases_after_it_and_they_keep_to_the_order(database: Database) -> None:
    frontier = Frontier(database, DueCache(-1.0, NEVER))
    hosts = [f"https://h{number}.example" for number in range(6)]
    frontier.queue([f"{host}/far" for host in hosts], depth=2)
    frontier.queue([f"{host}/near" for host in hosts], depth=0)
    frontier.queue([f"{host}/{number}" for host in hosts for number in range(3)])
    first = frontier.lease()
    assert [one.depth for one in first] == [0] * 6 + [1] * 6
    frontier.finish(first[1:])
    second = frontier.lease()
    assert [one.depth for one in second] == [1] * 12
    frontier.finish(second[1:])
    frontier.queue(["https://new.example/"], depth=0)
    assert [one.depth for one in frontier.lease()] == [2] * 6  # the new one is not looked for yet
    frontier.finish(frontier.in_flight)
    assert [one.url for one in frontier.lease()] == ["https://new.example/"]  # nothing in flight: a fresh look


def test_what_is_done_or_leased_by_another_run_meanwhile_is_not_leased(database: Database) -> None:
    frontier = Frontier(database, DueCache(-1.0, NEVER))
    urls = [f"https://h{number}.example/" for number in range(40)]
    frontier.queue(urls)
    frontier.lease()
    with database.writing() as session:
        waiting = session.scalars(select(Address.id).where(Address.state == "queued").order_by(Address.id)).all()
        _done(session, waiting[:5])
    other = Frontier(database, DueCache())
    other.scopes = frontier.scopes
    theirs = {one.url for one in other.lease()}
    while frontier.lease():
        pass
    ours = [one.url for one in frontier.leased]
    assert len(ours) == len(set(ours)) == 40 - 5 - len(theirs)
    assert not theirs & set(ours)


def test_a_budget_holds_where_a_look_serves_several_leases(database: Database) -> None:
    frontier = Frontier(database, DueCache(-1.0, NEVER))
    frontier.queue([f"https://h{number}.example/" for number in range(40)])
    assert len(frontier.lease(budget=5)) == 5
    assert frontier.lease(budget=0) == []
    assert len(frontier.lease(budget=3)) == 3


def test_a_run_of_more_sources_than_fit_into_a_statement_leases_of_each(database: Database) -> None:
    sources = ROWS + 200
    frontier = Frontier(database, DueCache(), sources)
    frontier.queue(["https://first.example/"], source=0)
    frontier.queue(["https://last.example/"], source=sources - 1)
    assert {one.url for one in frontier.lease()} == {"https://first.example/", "https://last.example/"}
    assert frontier.lease(budget=0) == []


def test_each_host_has_the_room_that_is_told_and_a_new_one_the_window(database: Database) -> None:
    frontier = Frontier(database, DueCache(costly=NEVER))
    frontier.queue([f"https://{host}.example/{number}" for host in "abc" for number in range(20)])
    found = frontier.lease(room={"a.example": 1, "b.example": 0})
    assert Counter(one.host for one in found) == {"a.example": 1, "c.example": WINDOW}


@pytest.mark.parametrize("others", [0, ROWS])
def test_only_domains_that_are_held_are_asked_however_many_they_are(database: Database, others: int) -> None:
    frontier = Frontier(database, DueCache(costly=NEVER))
    frontier.queue(["https://ours.example/1", "https://theirs.example/2"])
    held = {"ours.example", *(f"d{number}.example" for number in range(others))}
    assert [one.url for one in frontier.lease(domains=held)] == ["https://ours.example/1"]
    assert [one.url for one in frontier.lease()] == ["https://theirs.example/2"]


def test_leases_of_dead_runs_are_found_by_their_index(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    sent: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *about: sent.append(about[2:4]))
    with database.writing() as session:
        release_finished_leases(session)
        (statement, values), *_ = [each for each in sent if each[0].startswith("UPDATE address")]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    database.close()
    assert any("ix_address_lease_run_id" in row[-1] for row in plan), plan
    assert not any(row[-1].startswith("SCAN address") for row in plan), plan
