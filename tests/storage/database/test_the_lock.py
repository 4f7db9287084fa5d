"""One crawl a database, and a dead one holds nothing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from storage.database.crawl_lock import crawl_lock, domains_lock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseBusy
from tests.support import warm_python
from tests.support.commands import ROOT, environment_of
from tests.support.databases import TEMPLATE
from tests.support.postgresql import PostgreSQLServer
from tests.support.visits import Crawling, rows, scope
from tests.support.warm_python import Running

HOLD = """
import sys
from storage.database.open import open_database
from storage.database.crawl_lock import crawl_lock
with crawl_lock(open_database(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(url: str) -> Iterator[Running]:
    """Another process that holds the lock, and in the end gives it back."""
    words, keys = os.pipe(), os.pipe()
    with (
        os.fdopen(words[0]) as told,
        os.fdopen(words[1], "w") as out,
        os.fdopen(keys[0]) as stdin,
        os.fdopen(keys[1], "w") as key,
    ):
        process = warm_python.start("-c", HOLD, url, folder=ROOT, environment=environment_of(), stdin=stdin, stdout=out)
        out.close()
        assert told.readline() == "held\n"
        yield process
        key.close()
        process.wait(30)


def test_a_second_crawl_is_told_who_holds_the_database_since_when(database: Database, archive_url: str) -> None:
    Crawling(database, scope("https://news.example/ja/n/1"))
    with holder(archive_url) as first:
        since = r"run 1 holds .*: process 1 on here, since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        with pytest.raises(DatabaseBusy, match=since), crawl_lock(database):
            pass
        assert first.poll() is None
    with crawl_lock(database):
        pass


def test_a_dead_holders_lock_is_free(database: Database, archive_url: str) -> None:
    with holder(archive_url) as first:
        first.kill()
        first.wait()
        with crawl_lock(database):
            pass


def test_on_postgresql_crawls_of_different_domains_live_side_by_side(postgresql: PostgreSQLServer) -> None:
    url = postgresql.create("beside", TEMPLATE)
    first, second = open_database(url), open_database(url)
    with domains_lock(first, {"news.example"}):
        with domains_lock(second, {"other.example"}):
            pass
        with pytest.raises(DatabaseBusy, match="holds"), domains_lock(second, {"other.example", "news.example"}):
            pass
        with domains_lock(second, {"other.example"}):  # what was taken before the refusal is free again
            pass
        with pytest.raises(DatabaseBusy, match="holds"), crawl_lock(second):
            pass
    with crawl_lock(second):
        pass
    first.close()
    second.close()


def test_a_crawl_that_is_led_to_another_domain_holds_it_where_nobody_else_does(postgresql: PostgreSQLServer) -> None:
    url = postgresql.create("led", TEMPLATE)
    first, second = open_database(url), open_database(url)
    with domains_lock(first, {"news.example"}) as lock, domains_lock(second, {"other.example"}) as other:
        assert [lock.hold(f"{name}.example") for name in ("news", "other", "third", "third")] == [
            True,
            False,
            True,
            True,
        ]
        assert not other.hold("third.example")
    with domains_lock(second, {"third.example"}):  # free again
        pass
    with crawl_lock(first) as alone:
        assert alone.hold("other.example")
    first.close()
    second.close()


def test_a_crawl_beside_others_closes_dead_runs_and_leaves_living_ones(postgresql: PostgreSQLServer) -> None:
    url = postgresql.create("vouched", TEMPLATE)
    first, second = open_database(url), open_database(url)
    with domains_lock(first, {"news.example"}) as lock:
        living = Crawling(first, scope("https://news.example/1", name="news"), lock=lock)
        assert [lease.url for lease in living.lease()] == ["https://news.example/1"]
        with domains_lock(second, {"dead.example"}) as dead_lock:
            dead = Crawling(second, scope("https://dead.example/1", name="dead"), lock=dead_lock)
            assert [lease.url for lease in dead.lease()] == ["https://dead.example/1"]
        with domains_lock(second, {"dead.example"}) as taken_over:
            next_run = Crawling(second, scope("https://dead.example/1", name="dead"), lock=taken_over)
            assert [lease.url for lease in next_run.lease()] == ["https://dead.example/1"]
            statuses = rows(first, "SELECT id, status FROM runs ORDER BY id")
    assert statuses == [(living.run_id, "running"), (dead.run_id, "killed"), (next_run.run_id, "running")]
    for run in (living, dead, next_run):
        run.writer.close()
    first.close()
    second.close()
