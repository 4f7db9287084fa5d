"""An archive moves between SQLite and PostgreSQL, and back, without a changed row."""

import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.cli import run
from storage.database.copy import TransferRefused, compute_digests, copy_database, count_rows_in
from storage.database.engine import Database
from storage.database.open import open_database
from storage.frontier.host_state import store_reservations
from storage.reading import Reservation
from storage.tables.blocklist import BlockedAddress
from storage.tables.core import Article
from storage.tables.dedup import SimilarPair
from storage.tables.fetches import ImportFile
from storage.tables.hosts import HostRest, RobotsFile
from storage.tables.site_lines import SiteFurniture
from storage.tables.stories import Story, StoryProfile, StoryTerm, StoryTie
from storage.tables.warc import WarcPage
from tests.support.databases import names
from tests.support.filling import fill_empty
from tests.support.postgresql import PostgreSQLServer
from tests.support.visits import FIRST_DAY, OTHER_STORY, STORY, Crawling, article, listing, rows, scope

HOST = "https://news.example"
FEED = f"{HOST}/feed.xml"


def page(number: int) -> str:
    return f"{HOST}/ja/n/{number}"


@pytest.fixture
def filled(database: Database) -> Database:
    """An archive with rows in every table: edges, copies, revisions, redirects, leases and a killed run."""
    crawling = Crawling(database, scope(FEED, page(9)))
    crawling.store(crawling.lease_url(FEED), listing(FEED, page(1), page(2), "https://wire.example.org/a/3"))
    leases = {lease.url: lease for lease in crawling.lease()}
    amp = dataclasses.replace(article(page(1), "日本語の本文。" * 40, "見出し"), canonical_url=page(5))
    crawling.store(leases[page(1)], amp)
    crawling.store(leases[page(2)], article(page(2), STORY, related=(page(1), page(7))), day=0)
    crawling.store(leases[page(2)], article(page(2), OTHER_STORY), day=1)
    redirected = article(page(8), OTHER_STORY + " More.", "It’s 'quoted' \\ % \t 𠮷")
    crawling.store(leases["https://wire.example.org/a/3"], redirected, final_url=page(8))
    crawling.store(crawling.lease_url(page(7)), article(page(7), STORY))
    with database.writing() as session:
        first, second, *_ = session.scalars(select(Article.id))
        alike = {"similarity": 0.75, "containment": 0.875, "reason": "numbers differ", "seen_at": FIRST_DAY}
        session.add(SimilarPair(article_id=second, other_id=first, **alike))
        where = {"address_id": 1, "source_id": 1, "fetched_at": FIRST_DAY}
        session.add(WarcPage(digest="sha256:X", file="a.warc.gz", offset=2**40, length=9, **where))
        session.add(BlockedAddress(key_hash="0" * 32, forgotten_at=FIRST_DAY, reason="手紙"))
        session.add(ImportFile(path="/archive/a.warc.gz", size=2**40, modified=2**60, run_id=crawling.run_id))
        session.add(Story(id=2**20, first_at=FIRST_DAY, last_at=FIRST_DAY))
        session.flush()
        session.add(Story(first_at=FIRST_DAY, last_at=FIRST_DAY, merged_into_id=2**20))
        tied = session.scalars(select(Article.id).order_by(Article.id)).all()
        shared = {"kind": "alike", "weight": 0.5, "detail": "韓国; 350 billion", "decided_at": FIRST_DAY}
        session.add(StoryTie(article_id=tied[1], other_id=tied[0], **shared))
        session.merge(StoryProfile(article_id=tied[0], at=FIRST_DAY, version=0, terms="5 name 韓国"))
        session.add(StoryTerm(week=1, term=2**61, articles=1, article_ids="1,"))
        session.add(
            RobotsFile(origin=HOST, status=200, body="User-agent: *\n", fetched_at=FIRST_DAY, tried_at=FIRST_DAY)
        )
        session.add(HostRest(host="news.example", until=FIRST_DAY, strikes=5, reason="HTTP 429"))
        reserved = [Reservation("tdm-reservation", "meta", "https://news.example/方針")]
        store_reservations(session, leases[page(1)].source_id, "news.example", reserved, FIRST_DAY)
        seen = {"first_seen_at": FIRST_DAY, "last_seen_at": FIRST_DAY}
        session.add(SiteFurniture(host="日本.example", fingerprint=-(2**63), line="購読", pages=2, **seen))
        fill_empty(session.connection())
    assert [table for table, digest in compute_digests(database).items() if not digest.rows] == []
    return database


@pytest.fixture
def elsewhere(filled: Database, tmp_path: Path, postgresql: PostgreSQLServer) -> Iterator[str]:
    """An empty database of the other kind."""
    if not filled.is_sqlite:
        yield f"sqlite:///{tmp_path}/there.db"
        return
    name = next(names)
    yield postgresql.create(name)
    postgresql.drop(name)


def test_there_and_back_every_table_is_the_same(filled: Database, elsewhere: str, tmp_path: Path) -> None:
    there = open_database(elsewhere)
    back = open_database(f"sqlite:///{tmp_path}/back.db")
    assert copy_database(filled, there) == copy_database(there, back) == count_rows_in(filled)
    assert compute_digests(filled) == compute_digests(there) == compute_digests(back)
    query = "SELECT url, title, text, published_at, first_seen_at, language_confidence FROM articles ORDER BY id"
    assert rows(filled, query) == rows(back, query)
    back.close()
    there.close()


def test_a_crawl_goes_on_where_the_archive_was_moved_to(filled: Database, elsewhere: str) -> None:
    there = open_database(elsewhere)
    copy_database(filled, there)
    crawling = Crawling(there, scope(FEED, page(20)))
    assert crawling.run_id == 2
    assert crawling.store(crawling.lease_url(page(20)), article(page(20), "Words of its own. " * 20)).outcome == "new"
    crawling.finish()
    assert rows(there, "SELECT status FROM runs ORDER BY id") == [("killed",), ("done",)]
    there.close()


def test_the_command_copies_tells_one_line_and_overwrites_nothing(
    filled: Database, elsewhere: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(filled.engine.url)
    assert run(["db", "copy", source, elsewhere]) == 0
    assert capsys.readouterr().out == (
        f"copied {count_rows_in(filled)} rows from {filled.url} to {open_and_tell(elsewhere)}:"
        " counts and hashes agree\n"
    )
    assert run(["db", "copy", source, elsewhere]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert run(["db", "copy", source, source]) == 2
    assert run(["db", "copy", "sqlite:///no-such-file.db", elsewhere]) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert not Path("no-such-file.db").exists()


def open_and_tell(url: str) -> str:
    database = open_database(url)
    database.close()
    return database.url


def test_a_copy_that_comes_out_different_is_taken_back(filled: Database, tmp_path: Path) -> None:
    there = open_database(f"sqlite:///{tmp_path}/there.db")
    with sqlite3.connect(tmp_path / "there.db") as meddler:
        meddler.execute(
            "CREATE TRIGGER meddle AFTER INSERT ON article BEGIN UPDATE article SET title = 'x' WHERE id = 1; END"
        )
    meddler.close()
    with pytest.raises(TransferRefused, match="table article came out different"):
        copy_database(filled, there)
    assert count_rows_in(there) == 0
    there.close()
