"""A database that goes away, is locked, full or read-only under a crawl: tried again, or told in one line."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from pipelines.text_rules import PipelineRules
from storage.column_types import utc_now
from storage.database.crawl_lock import crawl_lock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseBusy, DatabaseFull, DatabaseLocked, DatabaseLost, DatabaseReadOnly
from storage.visit import Visit
from storage.writer.run_writer import RunWriter
from tests.support.databases import TEMPLATE, names
from tests.support.postgresql import PostgreSQLServer
from tests.support.visits import Crawling, article, rows, scope

PAGES = [f"https://news.example/ja/n/{number}" for number in range(5)]
PATIENT = [0.05] * 1000
IMPATIENT = [0.01, 0.01]


def words(number: int) -> str:
    return " ".join(f"word{number}x{place}" for place in range(80)) + "."


def visits(crawling: Crawling) -> list[Visit]:
    leases = sorted(crawling.lease(), key=lambda lease: lease.url)
    read = [article(lease.url, words(number)) for number, lease in enumerate(leases)]
    return [Visit(lease, lease.url, utc_now(), 200, page) for lease, page in zip(leases, read, strict=True)]


@pytest.fixture
def on_server(postgresql: PostgreSQLServer) -> Iterator[Database]:
    """An archive on a server that the test may stop and start."""
    name = next(names)
    database = open_database(postgresql.create(name, TEMPLATE))
    yield database
    database.close()
    postgresql.drop(name)


@pytest.fixture
def on_file(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """An archive in an SQLite file that does not wait long for a lock."""
    (tmp_path / "kiji.db").write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    set_pragma(database, "busy_timeout = 20")
    yield database
    database.close()


def set_pragma(database: Database, pragma: str) -> None:
    """Have every connection from now on so."""
    event.listen(database.engine, "connect", lambda connection, _record: connection.execute(f"PRAGMA {pragma}"))
    database.engine.dispose()


def test_a_server_restarted_in_mid_crawl_costs_nothing_but_time(
    postgresql: PostgreSQLServer, on_server: Database
) -> None:
    with crawl_lock(on_server):
        crawling = Crawling(on_server, scope(*PAGES), waits=PATIENT)
        waiting = visits(crawling)
        postgresql.crash()
        futures = [crawling.writer.store(visit) for visit in waiting]
        postgresql.start()
        assert [future.result().outcome for future in futures] == ["new"] * 5
        other = open_database(str(on_server.engine.url))
        with pytest.raises(DatabaseBusy, match="holds"), crawl_lock(other):  # it was taken again after the restart
            pass
        other.close()
        crawling.finish()
    assert rows(on_server, "SELECT status, articles_new, failed FROM runs") == [("done", 5, 0)]
    assert rows(on_server, "SELECT count(*) FROM fetches") == [(5,)]


def test_a_connection_lost_in_the_middle_of_a_batch_costs_nothing(
    postgresql: PostgreSQLServer, on_server: Database
) -> None:
    class Cutting(PipelineRules):
        cuts = 3

        def text_hash(self, text: str) -> str:
            if text == words(2) and self.cuts:
                self.cuts -= 1
                postgresql.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    f" WHERE datname = '{on_server.engine.url.database}'"
                )
            return super().text_hash(text)

    crawling = Crawling(on_server, scope(*PAGES), waits=PATIENT, rules=Cutting())
    futures = [crawling.writer.store(visit) for visit in visits(crawling)]
    assert [future.result().outcome for future in futures] == ["new"] * 5
    assert rows(on_server, "SELECT articles_new, (SELECT count(*) FROM fetches) FROM runs") == [(5, 5)]


def test_a_commit_that_was_not_confirmed_is_not_counted_twice(on_server: Database) -> None:
    crawling = Crawling(on_server, scope(*PAGES), waits=PATIENT)
    [first, *_] = visits(crawling)

    def cut(session: Session) -> None:
        if session.in_nested_transaction():  # a savepoint's end is told as a commit, too
            return
        event.remove(Session, "after_commit", cut)
        raise OperationalError("COMMIT", {}, psycopg.OperationalError("server closed the connection unexpectedly"))

    event.listen(Session, "after_commit", cut)
    assert crawling.writer.store(first).result().outcome == "new"
    assert rows(on_server, "SELECT articles_new, (SELECT count(*) FROM fetches) FROM runs") == [(1, 1)]


def test_a_server_that_stays_away_ends_the_run_in_one_line_and_loses_nothing(
    postgresql: PostgreSQLServer, on_server: Database
) -> None:
    crawling = Crawling(on_server, scope(*PAGES), waits=IMPATIENT)
    waiting = visits(crawling)
    postgresql.crash()
    with pytest.raises(DatabaseLost, match=r"does not answer any more .* start again") as caught:
        crawling.writer.store(waiting[0]).result()
    assert "\n" not in str(caught.value)
    assert crawling.writer.trouble == str(caught.value)
    postgresql.start()
    with pytest.raises(DatabaseLost):  # the run is over, whatever happens later
        crawling.writer.store(waiting[1]).result()
    crawling.finish("failed")
    after = Crawling(on_server, scope(*PAGES))
    assert [after.writer.store(visit).result().outcome for visit in visits(after)] == ["new"] * 5


def test_a_crawl_that_lost_the_database_to_another_writes_no_more(on_server: Database) -> None:
    crawling = Crawling(on_server, scope(*PAGES))
    [first, *_] = visits(crawling)
    other = Crawling(on_server, scope(*PAGES))
    with pytest.raises(DatabaseBusy, match="another crawl has taken over from run 1"):
        crawling.writer.store(first).result()
    other.finish()
    assert rows(on_server, "SELECT status FROM runs ORDER BY id") == [("killed",), ("done",)]


def test_writers_in_the_way_are_waited_for(on_file: Database) -> None:
    crawling = Crawling(on_file, scope(*PAGES), waits=PATIENT)
    [first, *_] = visits(crawling)
    blocker = sqlite3.connect(str(on_file.engine.url.database), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    future = crawling.writer.store(first)
    with pytest.raises(DatabaseLocked, match="locked by other writers"):
        RunWriter(on_file, PipelineRules(), IMPATIENT).start([], [], command="", version="", host="", pid=1).result()
    blocker.execute("ROLLBACK")
    blocker.close()
    assert future.result().outcome == "new"


def test_a_full_disk_is_told_at_once_and_what_was_stored_stands(on_file: Database) -> None:
    crawling = Crawling(on_file, scope(*PAGES), waits=PATIENT)
    waiting = visits(crawling)
    assert crawling.writer.store(waiting[0]).result().outcome == "new"
    set_pragma(on_file, "max_page_count = 1")  # no more pages than there are
    big = Visit(waiting[1].lease, PAGES[1], utc_now(), 200, article(PAGES[1], words(9) * 500))
    with pytest.raises(DatabaseFull, match=r"no room left to grow .*; free space on its disk, and start again"):
        crawling.writer.store(big).result()
    assert rows(on_file, "SELECT count(*) FROM articles") == [(1,)]


def test_a_database_that_may_only_be_read_is_told_at_once(on_file: Database) -> None:
    set_pragma(on_file, "query_only = ON")
    with pytest.raises(DatabaseReadOnly, match=r"cannot be written to .*; give write permission"):
        Crawling(on_file, scope(*PAGES), waits=PATIENT)


def test_what_is_looked_at_is_not_written_to(on_server: Database) -> None:
    with pytest.raises(DatabaseReadOnly), on_server.reading() as connection:
        connection.execute(text("DELETE FROM copy"))


def test_a_page_with_more_links_than_a_statement_has_room_for_is_stored_whole(database: Database) -> None:
    many = tuple(f"https://news.example/ja/n/{number}" for number in range(7_000))  # 70,000 values
    crawling = Crawling(database, scope(PAGES[0], depth=1))
    result = crawling.store(crawling.lease_url(PAGES[0]), article(PAGES[0], words(1), related=many))
    assert result.outcome == "new"
    assert rows(database, "SELECT count(*), max(position) FROM related_links") == [(6_999, 6_999)]
