"""What a run asks for again, what it leaves out for its age, and what moves: on both kinds of database."""

import dataclasses
import datetime

from sqlalchemy import text, update

from storage.column_types import utc_now
from storage.database.engine import Database
from storage.frontier.host_state import Rest, store_rest
from storage.frontier.polling import find_due_sources
from storage.reading import Entry, Reading, iso_utc
from storage.schedule import PollSchedule
from storage.scope import Scope
from storage.tables.core import Source
from storage.visit import Lease, Result, Visit
from tests.support.visits import OTHER_STORY, STORY, Crawling, article, rows, scope

HOST = "https://news.example"
FEED, INDEX, HOME = f"{HOST}/feed.xml", f"{HOST}/sitemap.xml", f"{HOST}/"
OLD, YOUNG = f"{HOST}/a/1", f"{HOST}/a/2"
DAY = datetime.timedelta(days=1)
A_MONTH = PollSchedule(max_age=30 * DAY)


def sitemap(url: str, *entries: Entry) -> Reading:
    return Reading(url, url, kind="sitemap", reason="sitemap", entries=entries)


def moved(crawling: Crawling, lease: Lease, to: str, reading: Reading) -> Result:
    """What a redirect for good brings."""
    visit = Visit(lease, to, utc_now(), 200, reading, moved=True)
    return crawling.writer.store(visit).result()


def test_max_age_leaves_out_what_a_sitemap_dates_long_ago_and_what_its_own_page_does(database: Database) -> None:
    now = utc_now()
    crawling = Crawling(database, dataclasses.replace(scope(INDEX), rhythm=A_MONTH))
    entries = (Entry(OLD, changed_at=now - 90 * DAY), Entry(YOUNG, changed_at=now), Entry(f"{HOST}/a/3"))
    listed = crawling.store(crawling.lease_url(INDEX), sitemap(INDEX, *entries))
    assert listed.reason == "sitemap; 1 older than max_age"
    leases = {lease.url: lease for lease in crawling.lease()}
    assert set(leases) == {YOUNG, f"{HOST}/a/3"}
    undated = dataclasses.replace(article(f"{HOST}/a/3", related=(OLD,)), published_at=now - 90 * DAY)
    refused = crawling.store(leases[f"{HOST}/a/3"], undated)
    assert (refused.outcome, refused.reason[:18]) == ("refused", "older than max_age")
    crawling.store(leases[YOUNG], dataclasses.replace(article(YOUNG), published_at=now))
    assert crawling.lease() == []  # nor what an old article relates to
    assert rows(database, "SELECT url FROM articles") == [(YOUNG,)]


def test_an_index_has_its_sitemaps_asked_again_that_may_have_changed_also_where_it_is_unchanged(
    database: Database,
) -> None:
    closed, open_, undated, never = (f"{HOST}/sitemap-{name}.xml" for name in ("2019", "now", "undated", "9999"))
    now = utc_now()
    entries = (
        Entry(closed, is_listing=True, changed_at=now - 900 * DAY),
        Entry(open_, is_listing=True, changed_at=now),
        Entry(undated, is_listing=True),
        Entry(never, is_listing=True, changed_at=datetime.datetime.max.replace(tzinfo=datetime.UTC)),
    )
    first = Crawling(database, scope(INDEX))
    first.store(first.lease_url(INDEX), sitemap(INDEX, *entries))
    for lease in first.lease():
        first.store(lease, sitemap(lease.url))
    first.finish()
    second = Crawling(database, scope(INDEX))
    [index] = second.lease()
    second.writer.store(Visit(index, INDEX, utc_now(), 304, verdict="unchanged")).result()
    assert {lease.url for lease in second.lease()} == {open_, undated, never}


def test_an_article_that_moved_for_good_takes_its_edges_along_and_is_no_copy(database: Database) -> None:
    crawling = Crawling(database, scope(FEED, OLD))
    crawling.store(crawling.lease_url(OLD), article(OLD, related=(f"{HOST}/b/1",)))
    crawling.finish()
    again = Crawling(database, scope(FEED, OLD))
    result = moved(again, again.lease_url(OLD), YOUNG, article(YOUNG, STORY + " And more.", related=(f"{HOST}/b/1",)))
    assert result.outcome == "updated"
    assert rows(database, "SELECT id, url FROM articles") == [(1, YOUNG)]
    assert rows(database, "SELECT page_url, url, article_id FROM related_links") == [(YOUNG, f"{HOST}/b/1", 1)]
    assert rows(database, "SELECT count(*) FROM copies") == [(0,)]


def test_an_article_that_moves_back_is_where_it_was_and_no_copy(database: Database) -> None:
    crawling = Crawling(database, scope(OLD, YOUNG))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[OLD], article(OLD, related=(f"{HOST}/b/1",)))
    assert moved(crawling, leases[OLD], YOUNG, article(YOUNG)).outcome == "unchanged"
    assert moved(crawling, leases[YOUNG], OLD, article(OLD)).outcome == "unchanged"
    assert rows(database, "SELECT url FROM articles") == [(OLD,)]
    assert rows(database, "SELECT url FROM copies") == []
    assert rows(database, "SELECT page_url, article_id FROM related_links") == [(OLD, 1)]
    standing = f"SELECT page_id, moved_at FROM address WHERE url = '{OLD}'"
    assert rows(database, standing) == [(None, None)]
    assert rows(database, f"SELECT page_id FROM address WHERE url = '{YOUNG}'") == [(1,)]


def test_an_article_whose_address_leads_to_the_home_page_now_stays_where_it_was(database: Database) -> None:
    crawling = Crawling(database, scope(OLD))
    crawling.store(crawling.lease_url(OLD), article(OLD))
    crawling.finish()
    again = Crawling(database, scope(OLD))
    section = Reading(HOME, HOME, kind="section", reason="a section")
    assert moved(again, again.lease_url(OLD), HOME, section).outcome == "not_article"
    assert rows(database, "SELECT url FROM articles") == [(OLD,)]
    assert rows(database, f"SELECT article_id FROM address WHERE url = '{OLD}'") == [(1,)]


def test_a_start_page_that_moved_for_good_is_asked_for_where_it_is_until_that_is_gone(database: Database) -> None:
    new = "https://elsewhere.example/feed.xml"
    first = Crawling(database, scope(FEED))
    moved(first, first.lease_url(FEED), new, sitemap(new, Entry("https://elsewhere.example/a/1")))
    assert {lease.url for lease in first.lease()} == {"https://elsewhere.example/a/1"}
    first.finish()
    second = Crawling(database, scope(FEED))
    asked = second.lease_url(new)
    assert asked.via == "start"
    second.writer.store(Visit(asked, new, utc_now(), 404, verdict="failed", reason="HTTP 404")).result()
    second.finish()
    third = Crawling(database, scope(FEED))
    assert FEED in {lease.url for lease in third.lease()}


def test_a_host_that_rests_is_not_asked_by_the_next_run_and_the_record_says_so(database: Database) -> None:
    until = utc_now() + DAY
    with database.writing() as session:
        store_rest(session, "news.example", Rest(until, 1, "HTTP 429, with Retry-After"))
    wanted: tuple[Scope, ...] = (scope(FEED), scope("https://other.example/a/1", name="other"))
    with database.writing() as session:
        assert find_due_sources(session, wanted, utc_now()) == {"other": True}
        assert set(find_due_sources(session, wanted, until + DAY)) == {"mirai", "other"}
    crawling = Crawling(database, *wanted)  # both by name
    assert {lease.url for lease in crawling.lease()} == {"https://other.example/a/1"}
    crawling.finish()
    [(outcome, reason, url)] = rows(database, "SELECT outcome, reason, url FROM fetches")
    assert (outcome, url) == ("refused", FEED)
    assert str(reason).startswith("HTTP 429, with Retry-After; not asked before ")
    assert rows(database, "SELECT refused FROM runs") == [(1,)]


def test_what_is_due_of_many_sources_is_what_is_due_of_each(database: Database) -> None:
    wanted = [scope(f"https://site{number}.example/a/1", name=f"site{number}") for number in range(60)]
    unfinished, quiet, reread = wanted[:20], wanted[20:40], wanted[40:50]  # the last ten were never crawled
    for part in (unfinished, [*quiet, *reread]):
        crawling = Crawling(database, *part)
        for lease in crawling.lease() if part is not unfinished else ():
            crawling.store(lease, article(lease.url, f"{OTHER_STORY} In {lease.host} it was {lease.address_id}."))
        crawling.finish()
    now = utc_now()
    with database.writing() as session:
        past = {"past": iso_utc(now - DAY) if database.is_sqlite else now - DAY}
        for one in reread:
            statement = text("UPDATE address SET due_at = :past WHERE host = :host")
            session.execute(statement, {**past, "host": one.starts[0].host})
    with database.reading() as connection:
        together = find_due_sources(connection, wanted, now)
        alone = [find_due_sources(connection, [one], now) for one in wanted]
    assert together == {name: polled for found in alone for name, polled in found.items()}
    assert together == dict.fromkeys((one.name for one in (*unfinished, *wanted[50:])), True) | dict.fromkeys(
        (one.name for one in reread), False
    )


def test_a_lease_that_is_given_back_costs_no_budget_and_is_due_when_it_was_told(database: Database) -> None:
    crawling = Crawling(database, scope(OLD, YOUNG, max_pages=2))
    first, second = crawling.lease()
    crawling.writer.give_back(first, utc_now() - DAY).result()
    crawling.store(second, article(second.url, OTHER_STORY))
    assert [lease.url for lease in crawling.lease()] == [first.url]


def test_articles_are_read_again_as_their_source_says_and_what_is_gone_is_not_refreshed(database: Database) -> None:
    never = dataclasses.replace(scope(OLD, YOUNG), rhythm=PollSchedule(rereads=()))
    crawling = Crawling(database, never)
    for lease in crawling.lease():
        crawling.store(lease, article(lease.url, STORY if lease.url == OLD else OTHER_STORY))
    assert rows(database, "SELECT due_at FROM address") == [(None,), (None,)]
    crawling.finish()
    second = Crawling(database, never)
    visit = Visit(second.lease_url(OLD), OLD, utc_now(), 410, verdict="failed", reason="HTTP 410")
    second.writer.store(visit).result()
    second.finish()
    third = Crawling(database, scope(FEED))
    started = third.writer.start([scope(FEED)], [], command="test", version="0", host="here", pid=1, again=True)
    started.result()
    assert OLD not in {lease.url for lease in third.lease()}


def test_a_source_that_a_clock_far_ahead_has_polled_is_due_now(database: Database) -> None:
    crawling, now = Crawling(database, scope(FEED)), utc_now()
    crawling.store(crawling.lease_url(FEED), sitemap(FEED))
    crawling.finish()
    for years, due in ((0, {}), (10, {"mirai": True})):
        with database.writing() as session:
            ahead = {"due_at": now + 365 * years * DAY + PollSchedule().poll_max}
            session.execute(update(Source).values(ahead))
        with database.reading() as connection:
            assert find_due_sources(connection, [scope(FEED)], now) == due
