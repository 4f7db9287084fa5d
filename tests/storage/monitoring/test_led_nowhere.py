"""A run tells which sources were led nowhere, and names no source that was led on once."""

import dataclasses

from storage.database.engine import Database
from storage.monitoring.led_nowhere import find_led_nowhere
from storage.reading import Reading
from tests.support.near_texts import report
from tests.support.visits import Crawling, article, listing, rows, scope

FEED = "https://news.example/feed.xml"
ONE, TWO, LINKED = (f"https://news.example/a/{number}" for number in (1, 2, 3))
ELSEWHERE = "https://other.example/a/1"


def leaf(url: str, nearest: str, number: int) -> Reading:
    return dataclasses.replace(article(url, report(number)), nearest_list=nearest)


def told(database: Database, run_id: int, *unfollowed: str) -> list[str]:
    with database.reading() as connection:
        return [f"{hint.source}: {hint}" for hint in find_led_nowhere(connection, run_id, unfollowed)]


def test_a_source_whose_entries_have_no_related_link_is_named_with_the_nearest_list(database: Database) -> None:
    crawl = Crawling(database, scope(FEED))
    crawl.store(crawl.lease_url(FEED), listing(FEED, ONE, TWO))
    leases = {lease.url: lease for lease in crawl.lease()}
    crawl.store(leases[ONE], leaf(ONE, '0.12 as related: latest "Latest", 4 links', 1))
    crawl.store(leases[TWO], leaf(TWO, '0.31 as related: ranking "Most read", 5 links', 2))
    crawl.finish()
    nearest = 'nearest is 0.31 as related: ranking "Most read", 5 links'
    assert told(database, crawl.run_id) == [f"mirai: none of the 2 articles read has a related link; {nearest}"]
    assert told(database, crawl.run_id, "mirai") == []
    assert rows(database, "SELECT related, nearest_list FROM fetches WHERE url LIKE '%/a/1'") == [
        (0, '0.12 as related: latest "Latest", 4 links')
    ]


def test_a_source_that_was_led_on_once_is_not_named_for_a_leaf(database: Database) -> None:
    crawl = Crawling(database, scope(FEED))
    crawl.store(crawl.lease_url(FEED), listing(FEED, ONE))
    crawl.store(crawl.lease_url(ONE), article(ONE, report(1), related=(LINKED,)))
    crawl.finish()
    again = Crawling(database, scope(FEED))
    leases = {lease.url: lease for lease in again.lease()}
    again.store(leases[FEED], listing(FEED, ONE, TWO))
    again.store(leases[LINKED], leaf(LINKED, "", 3))
    again.store(again.lease_url(TWO), leaf(TWO, "", 2))
    again.finish()
    assert [told(database, run_id) for run_id in (crawl.run_id, again.run_id)] == [[], []]


def test_a_run_that_ends_with_its_first_page_says_so(database: Database) -> None:
    crawl = Crawling(database, scope(ONE, name="leaf"), scope(ELSEWHERE, name="outward"))
    leases = {lease.url: lease for lease in crawl.lease()}
    crawl.store(leases[ONE], leaf(ONE, "", 1))
    crawl.store(leases[ELSEWHERE], article(ELSEWHERE, report(2), related=(TWO,)))
    crawl.finish()
    assert told(database, crawl.run_id) == [
        "leaf: the only article read has no related link, nor any other list of links",
        "outward: the run ended with its first page: all its related links (1) lead to other sites",
    ]
