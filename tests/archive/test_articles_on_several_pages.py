"""An article on several pages is one article: every page is fetched and accounted, and the text has them all."""

import dataclasses

import pytest

from pipelines.judgement import place
from storage.database import Database
from storage.forgetting import find_doomed, forget
from storage.reading import Reading
from storage.types import utc_now
from storage.visit import Lease
from tests.archive.conftest import OTHER_STORY, STORY, Crawling, article, rows, scope

HOST = "https://news.example"
FIRST, SECOND, THIRD = (f"{HOST}/ja/n/7000{end}" for end in ("", "?page=2", "?page=3"))
LAST_WORDS = "The museum of ropes opens in March, its director said, with a hall for the longest of them and a school."
PAGES = {FIRST: STORY, SECOND: OTHER_STORY, THIRD: LAST_WORDS}


def page(url: str, text: str = "", title: str = "Ferry returns") -> Reading:
    """One page of the article, as it is read."""
    number = list(PAGES).index(url) + 1
    following = tuple((at, other) for at, other in enumerate(PAGES, 1) if at > number)
    first = FIRST if number > 1 else ""
    reading = article(url, text or PAGES[url], title)
    return dataclasses.replace(reading, page_number=number, first_page=first, following=following)


@pytest.mark.parametrize("start", [FIRST, THIRD])
def test_whichever_page_is_met_first_the_article_has_all_of_them_in_order(database: Database, start: str) -> None:
    crawling = Crawling(database, scope(start, depth=0))
    outcomes = []
    while leases := crawling.lease():
        outcomes += [crawling.store(lease, page(lease.url)).outcome for lease in leases]
    assert sorted(outcomes) == ["copy", "copy", "new"]
    assert rows(database, "SELECT url, text, revision FROM articles") == [(FIRST, "\n".join(PAGES.values()), 1)]
    assert len(rows(database, "SELECT url FROM copies WHERE kind = 'url'")) == 2
    assert rows(database, "SELECT revision FROM revisions") == [(1,)]


def crawled(database: Database) -> tuple[Crawling, dict[str, Lease]]:
    crawling = Crawling(database, scope(*PAGES))
    leases = {lease.url: lease for lease in crawling.lease()}
    for url in PAGES:
        crawling.store(leases[url], page(url), day=0)
    return crawling, leases


def test_the_first_page_read_again_is_no_revision_and_loses_no_page(database: Database) -> None:
    crawling, leases = crawled(database)
    assert crawling.store(leases[FIRST], page(FIRST), day=1).outcome == "unchanged"
    assert rows(database, "SELECT text, revision FROM articles") == [("\n".join(PAGES.values()), 1)]


@pytest.mark.parametrize("url", [FIRST, SECOND])
def test_other_words_on_any_page_are_one_revision_of_the_whole(database: Database, url: str) -> None:
    crawling, leases = crawled(database)
    corrected = PAGES[url].replace("said on Monday", "said on Tuesday").replace("4,210 yen", "4,310 yen")
    assert crawling.store(leases[url], page(url, corrected), day=1).outcome == "updated"
    whole = "\n".join((PAGES | {url: corrected}).values())
    assert rows(database, "SELECT text, revision FROM articles") == [(whole, 2)]
    assert rows(database, "SELECT text FROM revisions WHERE revision = 1") == [("\n".join(PAGES.values()),)]


def test_forgetting_a_later_page_takes_the_article_whose_words_it_has(database: Database) -> None:
    crawled(database)
    with database.writing() as session:
        forget(session, find_doomed(session, place(SECOND)), utc_now(), "a letter", place)
    assert rows(database, "SELECT url FROM articles") == rows(database, "SELECT * FROM article_part") == []
