"""A fetch says what its page was to a reader."""

import dataclasses

from storage.database.engine import Database
from storage.reading import Reading
from tests.support.visits import Crawling, article, rows, scope

ARTICLE, FORM, FEED = "https://news.example/a/1000", "https://news.example/login", "https://news.example/feed"


def test_the_type_of_each_fetched_page_is_kept(database: Database) -> None:
    crawl = Crawling(database, scope(ARTICLE, FORM, FEED))
    readings = {
        ARTICLE: dataclasses.replace(article(ARTICLE), page_type="live_blog"),
        FORM: Reading(url=FORM, canonical_url=FORM, reason="a form", page_type="form"),
        FEED: Reading(url=FEED, canonical_url=FEED, kind="feed", reason="feed"),
    }
    for lease in crawl.lease():
        crawl.store(lease, readings[lease.url])
    crawl.finish()
    found = rows(database, "SELECT url, outcome, page_type FROM fetches ORDER BY url")
    assert found == [(ARTICLE, "new", "live_blog"), (FEED, "not_article", None), (FORM, "not_article", "form")]
