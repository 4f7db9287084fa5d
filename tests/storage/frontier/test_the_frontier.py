"""What is asked for, from where, how deep, and that nothing is lost with a run that dies."""

import dataclasses

from sqlalchemy import text

from storage.database.engine import Database
from storage.reading import Entry
from storage.writer.run_writer import RunWriter
from tests.support.visits import OTHER_STORY, Crawling, article, listing, scope

HOST = "https://news.example"
FEED = f"{HOST}/feed.xml"


def page(number: int) -> str:
    return f"{HOST}/ja/n/{number}"


def urls(crawling: Crawling) -> set[str]:
    return {lease.url for lease in crawling.lease()}


def test_related_articles_are_followed_to_the_sources_depth(database: Database) -> None:
    crawling = Crawling(database, scope(page(1), depth=2))
    crawling.store(crawling.lease_url(page(1)), article(page(1), related=(page(2),)))
    crawling.store(crawling.lease_url(page(2)), article(page(2), OTHER_STORY, related=(page(3),)))
    crawling.store(crawling.lease_url(page(3)), article(page(3), OTHER_STORY + "!", related=(page(4),)))
    assert urls(crawling) == set()
    with database.reading() as connection:
        edges = connection.execute(
            text("SELECT page_url, url, related_article_id FROM related_links ORDER BY 1")
        ).fetchall()
    assert [tuple(edge) for edge in edges] == [(page(1), page(2), 2), (page(2), page(3), 2), (page(3), page(4), None)]


def test_an_entry_of_a_feed_starts_at_depth_0_and_its_domain_belongs_to_the_source(database: Database) -> None:
    elsewhere = "https://wire.example.org/a/1"
    crawling = Crawling(database, scope(FEED, depth=1))
    result = crawling.store(crawling.lease_url(FEED), listing(FEED, page(1), elsewhere))
    assert (result.outcome, result.reason) == ("not_article", "feed")
    leases = {lease.url: lease for lease in crawling.lease()}
    assert {lease.depth for lease in leases.values()} == {0}
    sibling = "https://photos.example.org/a/2"
    crawling.store(leases[elsewhere], article(elsewhere, related=(sibling, "https://stranger.example.net/a/3")))
    assert urls(crawling) == {sibling}


def test_a_link_to_a_host_of_no_source_is_an_edge_and_is_not_asked_for(database: Database) -> None:
    crawling = Crawling(database, scope(page(1)))
    crawling.store(crawling.lease_url(page(1)), article(page(1), related=("http://10.0.0.1/admin", page(2))))
    assert urls(crawling) == {page(2)}
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM related_links")).scalar() == 2


def test_when_a_page_comes_nearer_its_stored_edges_are_taken_up_without_a_fetch(database: Database) -> None:
    crawling = Crawling(database, scope(page(1), FEED, depth=1))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[page(1)], article(page(1), related=(page(2),)))
    crawling.store(crawling.lease_url(page(2)), article(page(2), OTHER_STORY, related=(page(3),)))
    assert urls(crawling) == set()  # page 3 would be at depth 2
    crawling.store(leases[FEED], listing(FEED, page(2)))
    assert urls(crawling) == {page(3)}


def test_a_deeper_config_takes_up_the_stored_edges_of_an_earlier_run(database: Database) -> None:
    first = Crawling(database, scope(page(1), depth=0))
    first.store(first.lease_url(page(1)), article(page(1), related=(page(2),)))
    assert urls(first) == set()
    first.finish()
    second = Crawling(database, scope(page(1), depth=1))
    assert urls(second) == {page(1), page(2)}


def test_an_address_that_two_sources_want_is_followed_for_both(database: Database) -> None:
    shallow, deep = scope(page(1), name="shallow", depth=0), scope(page(1), name="deep", depth=1)
    crawling = Crawling(database, shallow, deep)
    [lease] = crawling.lease()
    crawling.store(lease, article(page(1), related=(page(2),)))
    assert urls(crawling) == {page(2)}


def test_the_leases_of_a_dead_run_are_free_again_and_the_run_is_called_killed(database: Database) -> None:
    dead = Crawling(database, scope(page(1)))
    assert urls(dead) == {page(1)}
    dead.writer.close()
    alive = Crawling(database, scope(page(1)))
    assert urls(alive) == {page(1)}
    alive.finish()
    with database.reading() as connection:
        assert list(connection.scalars(text("SELECT status FROM runs ORDER BY id"))) == ["killed", "done"]


def test_the_budget_leaves_the_rest_for_the_next_run_and_says_so_once(database: Database) -> None:
    wanted = scope(FEED, max_pages=2)
    first = Crawling(database, wanted)
    first.store(first.lease_url(FEED), listing(FEED, page(1), page(2), page(3)))
    [lease] = first.lease()
    first.store(lease, article(lease.url))
    assert first.lease() == []
    first.finish()
    with database.reading() as connection:
        refused = connection.execute(text("SELECT url, reason FROM fetches WHERE outcome = 'refused'")).fetchall()
        assert sorted(row.url for row in refused) == [page(2), page(3)]
        assert {row.reason for row in refused} == {"budget: max_pages reached"}
    second = Crawling(database, wanted)
    assert len(second.lease()) == 2
    second.finish()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM fetches WHERE outcome = 'refused'")).scalar() == 2


def test_a_host_has_no_more_in_flight_than_its_window(database: Database) -> None:
    crawling = Crawling(database, scope(FEED))
    crawling.store(crawling.lease_url(FEED), listing(FEED, *(page(number) for number in range(50))))
    writer: RunWriter = crawling.writer
    assert len(writer.lease({"news.example": 3}, window=8, limit=100, requests=0).result()) == 3


def test_the_counts_of_a_run_add_up_to_its_fetches(database: Database) -> None:
    crawling = Crawling(database, scope(page(1), FEED))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[FEED], listing(FEED, page(2)))
    crawling.store(leases[page(1)], article(page(1)))
    crawling.store(crawling.lease_url(page(2)), article(page(2)))
    crawling.finish()
    with database.reading() as connection:
        run = connection.execute(text("SELECT * FROM runs")).mappings().one()
        fetches = connection.execute(text("SELECT count(*) FROM fetches")).scalar()
    names = ("articles_new", "articles_updated", "articles_unchanged", "copies", "not_articles", "refused", "failed")
    assert sum(run[name] for name in names) == fetches == 3


def test_a_listing_that_a_start_page_redirects_to_and_that_lists_itself_is_not_asked_for_again(
    database: Database,
) -> None:
    crawling = Crawling(database, scope(f"{HOST}/start"))
    crawling.store(crawling.lease_url(f"{HOST}/start"), listing(FEED, FEED, page(1)), final_url=FEED)
    assert urls(crawling) == {page(1)}


def test_of_several_spellings_in_a_feed_the_first_counts_with_what_it_says(database: Database) -> None:
    first, again = "https://www.news.example/ja/n/%31?b=2&a=1", f"{HOST}/ja/n/1/?a=1&b=2"
    crawling = Crawling(database, scope(FEED))
    entries = Entry(first, title="Ferry returns", is_news=True), Entry(again, title="Read this first", is_news=True)
    crawling.store(crawling.lease_url(FEED), dataclasses.replace(listing(FEED), entries=entries))
    assert [(lease.url, lease.feed_title) for lease in crawling.lease()] == [(first, "Ferry returns")]
