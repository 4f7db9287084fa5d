"""A page that is written on all day is one article with few revisions, and what is no wording makes none."""

import datetime

import pytest

from storage.database.engine import Database
from storage.visit import Visit
from tests.support.visits import FIRST_DAY, STORY, Crawling, article, rows, scope

PAGE = "https://one.example/live/1000"


def follow(database: Database, minutes: list[int], texts: list[str]) -> None:
    """Visits of one page, each at a minute of the first day with other words."""
    crawling = Crawling(database, scope(PAGE))
    lease = crawling.lease_url(PAGE)
    for minute, text in zip(minutes, texts, strict=True):
        when = FIRST_DAY + datetime.timedelta(minutes=minute)
        crawling.writer.store(Visit(lease, PAGE, when, 200, article(PAGE, text))).result()
    crawling.finish()


def test_a_live_blog_keeps_its_first_and_present_wording_and_one_every_few_hours(database: Database) -> None:
    minutes = list(range(0, 12 * 60, 10))
    follow(database, minutes, [f"{STORY} Update number {minute}." for minute in minutes])
    found = rows(database, "SELECT revision, text FROM revisions ORDER BY revision")
    assert rows(database, "SELECT count(*) FROM articles") == [(1,)]
    assert [revision for revision, _ in found] == list(range(1, 10))
    assert found[0][1] == f"{STORY} Update number 0."
    assert found[-1][1] == f"{STORY} Update number {minutes[-1]}."


def test_quick_corrections_of_an_ordinary_article_are_all_kept(database: Database) -> None:
    follow(database, [0, 2, 5, 9], [f"{STORY} Version {n}." for n in range(4)])
    assert rows(database, "SELECT count(*) FROM revisions") == [(4,)]


@pytest.mark.parametrize("again", [STORY.replace(" ", "  "), STORY.replace(" that", " — that"), STORY.upper()])
def test_spacing_punctuation_and_case_alone_make_no_revision(database: Database, again: str) -> None:
    follow(database, [0, 60], [STORY, again])
    assert rows(database, "SELECT count(*) FROM revisions") == [(1,)]
