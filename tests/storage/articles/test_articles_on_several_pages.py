"""An article on several pages is one article: every page is fetched and accounted, and the text has them all."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Literal

import pytest
from sqlalchemy import text

from pipelines.addresses.place import place
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.upgrade import upgrade
from storage.erasure.delete import erase, plan_erasure
from storage.reading import Reading
from storage.visit import Lease, Visit
from tests.support.earlier_schemas import take_back
from tests.support.visits import FIRST_DAY, OTHER_STORY, STORY, Crawling, article, rows, scope

HOST = "https://news.example"
FIRST, SECOND, THIRD = (f"{HOST}/ja/n/7000{end}" for end in ("", "?page=2", "?page=3"))
LAST_WORDS = "The museum of ropes opens in March, its director said, with a hall for the longest of them and a school."
PAGES = {FIRST: STORY, SECOND: OTHER_STORY, THIRD: LAST_WORDS}


def page(url: str, text: str = "", title: str = "Ferry returns", pages: Sequence[str] = tuple(PAGES)) -> Reading:
    """One page of an article that stands on these, as it is read."""
    number = pages.index(url) + 1
    following = tuple((at, other) for at, other in enumerate(pages, 1) if at > number)
    first = pages[0] if number > 1 else ""
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
        erase(session, plan_erasure(session, place(SECOND)), utc_now(), "a letter")
    assert rows(database, "SELECT url FROM articles") == rows(database, "SELECT * FROM article_part") == []


def shown(database: Database) -> tuple[object, ...]:
    """The article's text and its number of revisions."""
    ((text, revision),) = rows(database, "SELECT text, revision FROM articles")
    return text, revision


ELSEWHERE = f"{FIRST}/2"
"""The second page under its other address."""


@pytest.mark.parametrize("order", [*itertools.permutations([FIRST, SECOND, ELSEWHERE])])
def test_a_page_at_two_addresses_is_one_part(database: Database, order: tuple[str, ...]) -> None:
    crawling = Crawling(database, scope(*order))
    leases = {lease.url: lease for lease in crawling.lease()}
    said = {FIRST: page(FIRST, pages=(FIRST, SECOND)), SECOND: page(SECOND, pages=(FIRST, SECOND))}
    said[ELSEWHERE] = page(ELSEWHERE, f"{OTHER_STORY} Tell us more.", pages=(FIRST, ELSEWHERE))
    for day, url in enumerate(order):
        crawling.store(leases[url], said[url], day=day)
    assert sorted(rows(database, "SELECT url FROM copies")) == [(ELSEWHERE,), (SECOND,)]
    crawling.store(leases[FIRST], said[FIRST], day=7)
    assert shown(database) == (f"{STORY}\n{OTHER_STORY}", 1)  # as the first page leads to it
    crawling.store(leases[ELSEWHERE], said[ELSEWHERE], day=8)
    assert shown(database) == (f"{STORY}\n{OTHER_STORY}", 1)


@pytest.mark.parametrize("url", [FIRST, SECOND])
def test_a_page_that_another_leads_to_no_more_is_no_part_and_one_again_when_it_does(
    database: Database, url: str
) -> None:
    crawling, leases = crawled(database)
    whole, shorter = "\n".join(PAGES.values()), f"{STORY}\n{OTHER_STORY}"
    assert crawling.store(leases[url], page(url, pages=(FIRST, SECOND)), day=1).outcome == "updated"
    assert shown(database) == (shorter, 2)
    assert rows(database, "SELECT text FROM revisions WHERE revision = 1") == [(whole,)]
    assert rows(database, f"SELECT text FROM copies WHERE url = '{THIRD}'") == [(LAST_WORDS,)]
    crawling.store(leases[SECOND], page(SECOND, pages=(FIRST, SECOND)), day=2)
    assert shown(database) == (shorter, 2)
    crawling.store(leases[url], page(url), day=3)
    assert shown(database) == (whole, 2)


def test_a_page_that_only_the_one_before_leads_to_stays(database: Database) -> None:
    crawling = Crawling(database, scope(*PAGES))
    leases = {lease.url: lease for lease in crawling.lease()}
    following = {FIRST: ((2, SECOND),), SECOND: ((3, THIRD),), THIRD: ()}
    said = {url: dataclasses.replace(page(url), following=next_one) for url, next_one in following.items()}
    for day, url in enumerate([*PAGES, FIRST, SECOND, FIRST]):
        crawling.store(leases[url], said[url], day=day)
    assert shown(database) == ("\n".join(PAGES.values()), 1)


def test_the_last_page_is_asked_again_where_a_later_one_is_led_to_no_more(database: Database) -> None:
    crawling, leases = crawled(database)
    crawling.store(leases[FIRST], page(FIRST, pages=(FIRST, SECOND)), day=1)  # or it names the next page alone now
    assert SECOND in [lease.url for lease in crawling.lease()]
    crawling.store(leases[SECOND], page(SECOND), day=1)
    assert shown(database) == ("\n".join(PAGES.values()), 2)


def test_an_article_that_stands_on_one_page_now_has_that_page_alone(database: Database) -> None:
    crawling, leases = crawled(database)
    assert crawling.store(leases[FIRST], page(FIRST, pages=(FIRST,)), day=1).outcome == "updated"
    assert shown(database) == (STORY, 2)
    assert rows(database, "SELECT * FROM article_part") == []
    crawling.store(leases[FIRST], page(FIRST, pages=(FIRST,)), day=2)
    assert shown(database) == (STORY, 2)


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_no_part_and_one_again_when_it_is_back(database: Database, status: int) -> None:
    crawling, leases = crawled(database)
    when = FIRST_DAY.replace(day=FIRST_DAY.day + 1)
    for url in (THIRD, THIRD, FIRST):
        gone = Visit(leases[url], url, when, status, verdict="failed", reason=f"HTTP {status}")
        assert crawling.writer.store(gone).result().outcome == "failed"
    crawling.store(leases[FIRST], page(FIRST), day=2)  # which leads to it still
    assert shown(database) == (f"{STORY}\n{OTHER_STORY}", 2)
    crawling.store(leases[THIRD], page(THIRD), day=3)
    assert shown(database) == ("\n".join(PAGES.values()), 2)


@pytest.mark.parametrize(("status", "verdict"), [(304, "unchanged"), (500, "failed")])
def test_a_page_that_has_not_changed_or_cannot_be_had_now_stays_a_part(
    database: Database, status: int, verdict: Literal["unchanged", "failed"]
) -> None:
    crawling, leases = crawled(database)
    for url in PAGES:
        crawling.writer.store(Visit(leases[url], url, FIRST_DAY, status, verdict=verdict)).result()
    assert shown(database) == ("\n".join(PAGES.values()), 1)


def test_a_page_that_redirects_to_the_first_one_is_no_part(database: Database) -> None:
    crawling, leases = crawled(database)
    crawling.store(leases[THIRD], page(FIRST), final_url=FIRST, day=1)
    crawling.store(leases[FIRST], page(FIRST), day=2)
    assert shown(database) == (f"{STORY}\n{OTHER_STORY}", 2)


def test_a_page_that_moved_is_the_same_part(database: Database) -> None:
    crawling, leases = crawled(database)
    moved = page(ELSEWHERE, PAGES[SECOND].replace("4,210 yen", "4,310 yen"), pages=(FIRST, ELSEWHERE, THIRD))
    crawling.store(leases[SECOND], moved, final_url=ELSEWHERE, day=1)
    assert shown(database) == ("\n".join((PAGES | {SECOND: moved.text}).values()), 2)


def test_a_later_page_that_a_better_extractor_reads_is_no_revision(database: Database) -> None:
    crawling, leases = crawled(database)
    better = dataclasses.replace(
        page(SECOND, OTHER_STORY.replace("Retailers", "Many retailers")), extractor_version="2"
    )
    assert crawling.store(leases[SECOND], better, day=1).outcome == "unchanged"
    assert shown(database) == ("\n".join((PAGES | {SECOND: better.text}).values()), 1)


def test_an_upgrade_leaves_one_page_of_each_number(database: Database) -> None:
    crawled(database)[0].finish()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE article_part SET number = 2 WHERE number = 3"))
        take_back(connection, "0013")
    upgrade(database)
    assert rows(database, "SELECT number, text FROM article_part ORDER BY number") == [(1, STORY), (2, OTHER_STORY)]
