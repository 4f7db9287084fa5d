"""An article stays at the address that answered where its canonical address shows no article, and is read there."""

import dataclasses
import importlib
from typing import Literal

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import update

from storage.database.check import check_database
from storage.database.engine import Database
from storage.frontier.polling import refresh_source
from storage.reading import Reading
from storage.tables.core import Address
from storage.visit import Visit
from tests.support.near_texts import report
from tests.support.visits import FIRST_DAY, OTHER_STORY, Crawling, article, rows, scope

HOST = "https://news.example"
PAGE, PRINT, CANONICAL, CARD = f"{HOST}/n/1000", f"{HOST}/print/1000", f"{HOST}/harbour/1000", f"{HOST}/n/2000"
LOGIN = f"{HOST}/login?next=/harbour/1000"
FORM = Reading(LOGIN, LOGIN, kind="other", reason="a form")
SECTION = Reading(CANONICAL, CANONICAL, kind="section", reason="a section of 12 links")
ARTICLES = "SELECT url, revision FROM articles ORDER BY id"
REFUSED = "SELECT url, canonical, reason, article_id FROM refused_canonicals"
GAVE_NONE = "the canonical address gave no article: "


def naming(url: str, text: str = "", canonical: str = CANONICAL, related: tuple[str, ...] = ()) -> Reading:
    """A page that names a canonical address."""
    reading = article(url, text, related=related) if text else article(url, related=related)
    return dataclasses.replace(reading, canonical_url=canonical, declared_canonical=canonical)


def answer(
    crawl: Crawling,
    status: int,
    *,
    reading: Reading | None = None,
    final_url: str = CANONICAL,
    verdict: Literal["refused", "failed"] | None = None,
    reason: str = "",
) -> str:
    """What the canonical address, which is due, answers; gives the outcome."""
    lease = crawl.lease_url(CANONICAL)
    visit = Visit(lease, final_url, FIRST_DAY, status, reading, verdict=verdict, reason=reason)
    return crawl.writer.store(visit).result().outcome


@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        (404, "failed", "HTTP 404"),
        (410, "failed", "HTTP 410"),
        (500, "failed", "HTTP 500"),
        (403, "refused", "HTTP 403"),
        (0, "refused", "robots.txt forbids it"),
        (0, "failed", "no answer within 30 s"),
    ],
)
def test_a_canonical_address_that_fails_gives_its_article_back(
    database: Database, status: int, verdict: Literal["refused", "failed"], reason: str
) -> None:
    crawl = Crawling(database, scope(PAGE))
    crawl.store(crawl.lease_url(PAGE), naming(PAGE, related=(CARD,)), day=0)
    answer(crawl, status, verdict=verdict, reason=reason)
    assert rows(database, ARTICLES) == [(PAGE, 1)]
    assert rows(database, REFUSED) == [(PAGE, CANONICAL, GAVE_NONE + reason, 1)]
    assert rows(database, "SELECT page_url, article_id, url FROM related_links") == [(PAGE, 1, CARD)]
    assert CARD in {lease.url for lease in crawl.lease()}  # its links are followed as before
    assert rows(database, f"SELECT due_at IS NOT NULL, page_id FROM address WHERE url = '{PAGE}'") == [(1, None)]
    crawl.finish()
    assert check_database(database) == []


@pytest.mark.parametrize(
    ("final_url", "reading", "reason"),
    [
        (LOGIN, FORM, GAVE_NONE + "a form"),
        (CANONICAL, SECTION, GAVE_NONE + "a section of 12 links"),
        (CANONICAL, dataclasses.replace(FORM, kind="unreadable", reason="too large"), GAVE_NONE + "too large"),
        (f"{HOST}/n/7", article(f"{HOST}/n/7", OTHER_STORY, "Rice"), "the words at the canonical address are others"),
        (CANONICAL, article(CANONICAL, OTHER_STORY, "Rice"), "the words at the canonical address are others"),
    ],
)
def test_a_canonical_address_that_shows_something_else_gives_its_article_back(
    database: Database, final_url: str, reading: Reading, reason: str
) -> None:
    crawl = Crawling(database, scope(PAGE))
    crawl.store(crawl.lease_url(PAGE), naming(PAGE), day=0)
    answer(crawl, 200, reading=reading, final_url=final_url)
    assert rows(database, ARTICLES)[0] == (PAGE, 1)
    assert rows(database, REFUSED) == [(PAGE, CANONICAL, reason, 1)]
    crawl.finish()
    assert check_database(database) == []


@pytest.mark.parametrize("status", [404, 403, 500])
def test_an_article_that_came_back_is_refreshed_where_it_is_and_corrections_are_found(
    database: Database, status: int
) -> None:
    crawl = Crawling(database, scope(PAGE))
    crawl.store(crawl.lease_url(PAGE), naming(PAGE), day=0)
    answer(crawl, status, verdict="failed", reason=f"HTTP {status}")
    crawl.finish()
    again = Crawling(database, scope("https://news.example/other"))
    with database.writing() as session:
        refresh_source(session, 1, FIRST_DAY)
    leases = {lease.url: lease for lease in again.lease()}
    corrected = naming(PAGE, article(PAGE).text + " The fare stays at 4 pounds.")
    assert again.store(leases[PAGE], corrected, day=1).outcome == "updated"
    assert rows(database, ARTICLES) == [(PAGE, 2)]
    assert rows(database, REFUSED) == [(PAGE, CANONICAL, f"{GAVE_NONE}HTTP {status}", 1)]


def test_a_page_met_after_its_dead_canonical_address_says_what_that_answered(database: Database) -> None:
    crawl = Crawling(database, scope(PAGE, CANONICAL))
    leases = {lease.url: lease for lease in crawl.lease()}
    crawl.writer.store(
        Visit(leases[CANONICAL], CANONICAL, FIRST_DAY, 404, verdict="failed", reason="HTTP 404")
    ).result()
    crawl.store(leases[PAGE], naming(PAGE))
    assert rows(database, ARTICLES) == [(PAGE, 1)]
    assert rows(database, REFUSED) == [(PAGE, CANONICAL, f"{GAVE_NONE}HTTP 404", 1)]


@pytest.mark.parametrize("text", [report(1), report(1) + " The fare stays at 4 pounds.", report(1)[:-40] + "today."])
def test_a_canonical_address_that_failed_for_a_while_takes_the_article_when_it_answers(
    database: Database, text: str
) -> None:
    crawl = Crawling(database, scope(PAGE))
    lease = crawl.lease_url(PAGE)
    crawl.store(lease, naming(PAGE, report(1)), day=0)
    canonical = crawl.lease_url(CANONICAL)
    crawl.writer.store(Visit(canonical, CANONICAL, FIRST_DAY, 503, verdict="failed", reason="HTTP 503")).result()
    assert crawl.store(canonical, article(CANONICAL, text), day=1).outcome == "copy"
    assert rows(database, ARTICLES) == [(CANONICAL, 1)]
    assert rows(database, "SELECT url, kind, article_id FROM copies") == [(PAGE, "url", 1)]
    assert rows(database, REFUSED) == []
    crawl.finish()
    assert check_database(database) == []


@pytest.mark.parametrize("moved", [False, True])
def test_a_canonical_address_that_leads_back_to_its_page_leaves_the_article_there(
    database: Database, moved: bool
) -> None:
    crawl = Crawling(database, scope(PAGE))
    crawl.store(crawl.lease_url(PAGE), naming(PAGE), day=0)
    lease = crawl.lease_url(CANONICAL)
    crawl.writer.store(Visit(lease, PAGE, FIRST_DAY, 200, naming(PAGE), moved=moved)).result()
    assert rows(database, ARTICLES) == [(PAGE, 1)]
    assert rows(database, f"SELECT page_id FROM address WHERE url = '{PAGE}'") == [(None,)]
    crawl.finish()
    assert check_database(database) == []


def test_a_canonical_address_that_leads_to_the_article_files_it_where_it_was_read(database: Database) -> None:
    crawl = Crawling(database, scope(PAGE))
    crawl.store(crawl.lease_url(PAGE), naming(PAGE), day=0)
    end = f"{HOST}/2026/harbour"
    answer(crawl, 200, reading=article(end), final_url=end)
    assert rows(database, ARTICLES) == [(end, 1)]
    assert rows(database, "SELECT url FROM copies") == [(PAGE,)]


def test_other_pages_that_named_the_dead_address_are_copies_of_the_page_that_stays(database: Database) -> None:
    crawl = Crawling(database, scope(PAGE, PRINT))
    leases = {lease.url: lease for lease in crawl.lease()}
    crawl.store(leases[PAGE], naming(PAGE, related=(CARD,)))
    crawl.store(leases[PRINT], naming(PRINT))
    answer(crawl, 404, verdict="failed", reason="HTTP 404")
    assert rows(database, ARTICLES) == [(PAGE, 1)]
    assert rows(database, "SELECT url, kind, article_id FROM copies") == [(PRINT, "url", 1)]
    assert rows(database, "SELECT page_url FROM related_links") == [(PAGE,)]
    crawl.finish()
    assert check_database(database) == []


def test_an_article_that_was_read_at_its_canonical_address_stays_there_when_that_fails_later(
    database: Database,
) -> None:
    crawl = Crawling(database, scope(CANONICAL))
    lease = crawl.lease_url(CANONICAL)
    crawl.store(lease, article(CANONICAL))
    crawl.writer.store(Visit(lease, CANONICAL, FIRST_DAY, 410, verdict="failed", reason="HTTP 410")).result()
    assert rows(database, ARTICLES) == [(CANONICAL, 1)]
    assert rows(database, REFUSED) == []


def _file_under_dead(database: Database, outcome: str, reason: str) -> None:
    """Store an article as versions did that left it under a canonical address without an answer."""
    crawl = Crawling(database, scope(PAGE))
    crawl.store(crawl.lease_url(PAGE), naming(PAGE, report(1), related=(CARD,)), day=0)
    crawl.finish()
    with database.writing() as session:
        dead = {"state": "done", "outcome": outcome, "reason": reason, "due_at": None, "lease_run_id": None}
        session.execute(update(Address).where(Address.url == CANONICAL).values(dead))
    assert rows(database, ARTICLES) == [(CANONICAL, 1)]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [("failed", "HTTP 404"), ("failed", "HTTP 500"), ("refused", "HTTP 403"), ("not_article", "a section of 12 links")],
)
def test_an_article_that_lies_under_a_dead_address_comes_home_when_its_page_is_read_again(
    database: Database, outcome: str, reason: str
) -> None:
    _file_under_dead(database, outcome, reason)
    crawl = Crawling(database, scope(PAGE))
    assert crawl.store(crawl.lease_url(PAGE), naming(PAGE, report(1), related=(CARD,)), day=1).outcome == "unchanged"
    crawl.finish()
    assert rows(database, ARTICLES) == [(PAGE, 1)]
    assert rows(database, REFUSED) == [(PAGE, CANONICAL, GAVE_NONE + reason, 1)]
    assert rows(database, "SELECT page_url, url FROM related_links") == [(PAGE, CARD)]
    assert check_database(database) == []


def test_an_article_whose_canonical_address_is_not_asked_yet_stays_there(database: Database) -> None:
    _file_under_dead(database, "failed", "HTTP 404")
    with database.writing() as session:
        session.execute(update(Address).where(Address.url == CANONICAL).values(state="queued", outcome=None))
    crawl = Crawling(database, scope(PAGE))
    crawl.store(crawl.lease_url(PAGE), naming(PAGE, report(1)), day=1)
    assert rows(database, ARTICLES) == [(CANONICAL, 1)]
    crawl.finish()


def test_an_upgrade_asks_dead_canonical_addresses_once_more_and_no_others(database: Database) -> None:
    """What ``migration`` 0024 does to an archive that an earlier version has filled."""
    _file_under_dead(database, "failed", "HTTP 410")
    migration = importlib.import_module("storage.migrations.versions.0024_dead_canonicals")
    with database.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()
    assert rows(database, "SELECT url FROM address WHERE state = 'queued'") == [(CANONICAL,)]
    crawl = Crawling(database, scope(PAGE))
    answer(crawl, 410, verdict="failed", reason="HTTP 410")
    assert rows(database, ARTICLES) == [(PAGE, 1)]
    crawl.finish()
