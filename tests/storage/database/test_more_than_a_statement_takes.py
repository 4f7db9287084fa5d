"""No list of addresses or sources is too long for a statement: databases take so many variables, and no more."""

import dataclasses
import datetime
import sqlite3
from pathlib import Path

from sqlalchemy import event

from pipelines.addresses.place import place
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from storage.erasure.delete import erase, plan_erasure
from storage.frontier.host_state import Rest, store_rest
from storage.frontier.polling import refuse_resting
from storage.reading import Entry
from tests.support.visits import Crawling, listing, rows, scope

SQLITES = 32_766  # variables a statement, where it was not built otherwise (sqlite.org/limits.html)
FEED, NEXT = "https://news.example/feed.xml", "https://news.example/feed.xml?page=2"
PAGE = "https://resting.example/a/1000"


def limited(database: Database) -> Database:
    """The same database with SQLite's usual limit."""
    if database.is_sqlite:
        database.engine.dispose()
        event.listen(
            database.engine,
            "connect",
            lambda connection, _: connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, SQLITES),
        )
    return database


def test_a_feed_of_33000_entries_is_taken_where_something_was_forgotten(tmp_path: Path) -> None:
    database = limited(open_database(f"sqlite:///{tmp_path}/kiji.db"))
    with database.writing() as session:
        erase(session, plan_erasure(session, place("https://news.example/a/7")), utc_now(), "a letter")
    crawl = Crawling(database, scope(FEED))
    read = listing(FEED, *(f"https://news.example/a/{number}" for number in range(33_000)))
    led_on = dataclasses.replace(read, entries=(*read.entries, Entry(NEXT, is_listing=True)))
    assert crawl.store(crawl.lease_url(FEED), led_on).outcome == "not_article"
    assert rows(database, "SELECT count(*) FROM address WHERE state = 'queued'") == [(33_000,)]
    crawl.finish()
    database.close()


def test_a_run_of_66000_sources_ends_while_hosts_rest(database: Database) -> None:
    limited(database)
    crawl = Crawling(database, scope(PAGE))
    soon = utc_now() + datetime.timedelta(hours=1)
    with database.writing() as session:
        store_rest(session, "resting.example", Rest(soon, 1, "HTTP 429"))
        refuse_resting(session, crawl.run_id, dict.fromkeys(range(1, 66_001), scope(PAGE)), utc_now())
    told = rows(database, "SELECT url, outcome, substr(reason, 1, 8) FROM fetches")
    assert told == [(PAGE, "refused", "HTTP 429")]
