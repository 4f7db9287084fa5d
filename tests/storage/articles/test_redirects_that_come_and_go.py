"""What is stored of an address stays its own, wherever the address leads for a while."""

import dataclasses

import pytest
from sqlalchemy import text

from storage.column_types import utc_now
from storage.database.check import check_database
from storage.database.engine import Database
from storage.database.upgrade import upgrade
from storage.frontier.polling import refresh_source
from storage.reading import Reading
from storage.visit import Lease, Visit
from tests.support.earlier_schemas import take_back
from tests.support.visits import FIRST_DAY, OTHER_STORY, Crawling, article, rows, scope

HOST = "https://news.example"
PAGE, OTHER, LINKING, HOME = f"{HOST}/a/1000", f"{HOST}/b/1000", f"{HOST}/c/1000", f"{HOST}/"
AMP, CARD = f"{HOST}/amp/a/1000", f"{HOST}/x/1"
MUSEUM = (
    "A museum in Kyoto opened a new wing on Tuesday with 300 paintings by local artists of the nineteenth century. "
    "Its director said that the city had paid for half of it, and visitors for the rest."
)
SECTION = Reading(HOME, HOME, kind="section", reason="a section")


SHOWN = "SELECT url, article_id, page_id FROM address WHERE url = '{}'"


def begin(database: Database, *urls: str) -> tuple[Crawling, dict[str, Lease]]:
    """A run that has leased these addresses, and may ask for each of them over and over."""
    crawl = Crawling(database, scope(*urls))
    return crawl, {lease.url: lease for lease in crawl.lease()}


@pytest.mark.parametrize("moved", [False, True])
def test_an_article_whose_address_leads_to_another_article_stays_what_it_was(database: Database, moved: bool) -> None:
    crawl, leases = begin(database, PAGE, OTHER, LINKING)
    crawl.store(leases[PAGE], article(PAGE, related=(CARD,)))
    crawl.store(leases[OTHER], article(OTHER, OTHER_STORY, "Rice"))
    crawl.store(leases[LINKING], article(LINKING, MUSEUM, "Museum", related=(PAGE,)))
    edges = "SELECT page_url, article_id, url, related_article_id FROM related_links ORDER BY page_url"
    before = rows(database, edges)
    assert before == [(PAGE, 1, CARD, None), (LINKING, 3, PAGE, 1)]
    crawl.writer.store(
        Visit(leases[PAGE], OTHER, FIRST_DAY, 200, article(OTHER, OTHER_STORY, "Rice"), moved=moved)
    ).result()
    assert rows(database, edges) == before
    assert rows(database, SHOWN.format(PAGE)) == [(PAGE, 1, None)]
    crawl.finish()
    assert check_database(database) == []


def test_the_other_article_is_read_on_by_the_source_that_was_led_to_it(database: Database) -> None:
    crawl, leases = begin(database, PAGE)
    crawl.store(leases[PAGE], article(PAGE))
    crawl.store(leases[PAGE], article(OTHER, OTHER_STORY, "Rice", related=(CARD,)), OTHER)
    assert {lease.url for lease in crawl.lease()} == {CARD}


def test_a_copy_whose_address_leads_elsewhere_stays_the_copy_that_it_was(database: Database) -> None:
    elsewhere = "https://other.example/a/1"
    for reading in (article(OTHER, OTHER_STORY, "Rice"), SECTION):
        crawl, leases = begin(database, PAGE, OTHER, elsewhere)
        crawl.store(leases[PAGE], article(PAGE))
        crawl.store(leases[OTHER], article(OTHER, OTHER_STORY, "Rice"))
        crawl.store(leases[elsewhere], article(elsewhere))
        crawl.store(leases[elsewhere], reading, reading.url)
        crawl.finish()
        assert rows(database, SHOWN.format(elsewhere)) == [(elsewhere, 1, None)]
        assert check_database(database) == []


def test_a_page_that_answers_by_itself_again_stands_for_itself_and_is_refreshed(database: Database) -> None:
    crawl, leases = begin(database, PAGE)
    crawl.store(leases[PAGE], SECTION, HOME, day=0)
    assert rows(database, SHOWN.format(PAGE)) != [(PAGE, None, None)]
    crawl.store(leases[PAGE], article(PAGE, related=(CARD,)), day=1)
    assert rows(database, SHOWN.format(PAGE)) == [(PAGE, 1, None)]
    later = Visit(leases[PAGE], PAGE, FIRST_DAY.replace(day=12), 304, verdict="unchanged")
    crawl.writer.store(later).result()
    assert rows(database, "SELECT last_seen_at FROM related_links") == [("2026-10-12T06:00:00Z",)]
    with database.writing() as session:
        refresh_source(session, 1, utc_now())
    assert PAGE in {lease.url for lease in crawl.lease()}


def test_an_address_that_answers_by_itself_without_an_article_shows_none(database: Database) -> None:
    crawl, leases = begin(database, PAGE)
    crawl.store(leases[PAGE], article(OTHER), OTHER)
    assert rows(database, SHOWN.format(PAGE)) == [(PAGE, 1, 2)]
    crawl.store(leases[PAGE], Reading(PAGE, PAGE, kind="section", reason="a section"))
    assert rows(database, SHOWN.format(PAGE)) == [(PAGE, None, None)]


def test_a_joined_copy_that_becomes_an_article_of_its_own_stands_for_itself(database: Database) -> None:
    crawl, leases = begin(database, PAGE, AMP)
    crawl.store(leases[PAGE], article(PAGE))
    crawl.store(leases[AMP], dataclasses.replace(article(AMP), canonical_url=PAGE))
    assert rows(database, SHOWN.format(AMP)) == [(AMP, 1, 1)]
    crawl.store(leases[AMP], article(AMP, OTHER_STORY, "Rice"))
    assert rows(database, SHOWN.format(AMP)) == [(AMP, 2, None)]


def test_an_upgrade_gives_back_what_redirects_had_joined_to_others(database: Database) -> None:
    elsewhere = "https://other.example/a/1"
    crawl, leases = begin(database, PAGE, OTHER, elsewhere)
    crawl.store(leases[PAGE], article(PAGE))
    crawl.store(leases[OTHER], article(OTHER, OTHER_STORY, "Rice"))
    crawl.store(leases[elsewhere], article(elsewhere))
    crawl.finish()
    with database.engine.begin() as connection:
        joined = f"UPDATE address SET page_id = 2, article_id = 2 WHERE url IN ('{PAGE}', '{elsewhere}')"
        connection.execute(text(joined))
    assert len(check_database(database)) == 2
    with database.engine.begin() as connection:
        take_back(connection, "0012")
    upgrade(database)
    assert check_database(database) == []
    assert rows(database, "SELECT article_id, page_id FROM address ORDER BY id") == [(1, None), (2, None), (1, None)]
