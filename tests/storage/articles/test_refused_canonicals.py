"""A canonical address that is not believed is kept with the reason, and joins nothing; through the real reading."""

import pytest

from pipelines.raw_page import RawPage
from pipelines.read_page import read_page
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.reading import Reading
from tests.support.near_texts import report
from tests.support.stored import store
from tests.support.visits import article, rows

HOME, PAGE, OTHER = "https://one.example/", "https://one.example/news/2026/10/05/ferry", "https://one.example/news/9"
REFUSED = "SELECT url, site, canonical, reason, article_id FROM refused_canonicals ORDER BY url"


def page(url: str, canonical: str, words: str, *, by: str = "rel") -> Reading:
    """A page as it comes from a server, read as a crawl reads it."""
    named = (
        f'<link rel="canonical" href="{canonical}">'
        if by == "rel"
        else f'<meta property="og:url" content="{canonical}">'
    )
    paragraphs = "".join(f"<p>{sentence}.</p>" for sentence in words.split(". "))
    html = (
        f'<!doctype html><html lang="en"><head>{named}<meta property="og:type" content="article">'
        f"<title>The ferry returns</title></head><body><article><h1>The ferry returns</h1>{paragraphs}</article></body>"
    )
    return read_page(RawPage(url, url, html.encode(), 200, utc_now(), (("content-type", "text/html"),)))


@pytest.mark.parametrize("by", ["rel", "og"])
@pytest.mark.parametrize(
    ("url", "canonical", "reason"),
    [
        (PAGE, HOME, "the home page"),
        (PAGE + "?page=2", PAGE, "another page of the pagination"),
        (PAGE, "https://two.example/news/2026/10/05/ferry", "another registered domain"),
    ],
)
def test_a_page_that_names_another_place_keeps_its_own_address_and_the_reason(
    database: Database, url: str, canonical: str, reason: str, by: str
) -> None:
    assert store(database, page(url, canonical, report(1), by=by)) == ["new"]
    assert rows(database, "SELECT url FROM articles") == [(url,)]
    assert rows(database, REFUSED) == [(url, url.split("/")[2], canonical, reason, 1)]


def test_a_page_with_other_words_than_its_canonical_one_is_an_article_of_its_own(database: Database) -> None:
    assert store(database, article(OTHER, report(1)), page(PAGE, OTHER, report(2))) == ["new", "new"]
    assert rows(database, REFUSED) == [(PAGE, "one.example", OTHER, "the words at the canonical address are others", 2)]


def test_many_pages_that_name_the_home_page_do_not_become_one(database: Database) -> None:
    pages = [page(f"https://one.example/news/2026/10/05/{n}", HOME, report(n)) for n in range(3)]
    assert store(database, *pages) == ["new", "new", "new"]
    assert len(rows(database, REFUSED)) == 3


def test_a_page_that_names_itself_at_last_is_refused_no_more(database: Database) -> None:
    assert store(database, page(PAGE, HOME, report(1))) == ["new"]
    assert store(database, page(PAGE, PAGE, report(1))) == ["unchanged"]
    assert rows(database, REFUSED) == []


def test_a_refusal_by_the_words_stands_as_long_as_the_page_says_the_same(database: Database) -> None:
    assert store(database, article(OTHER, report(1)), page(PAGE, OTHER, report(2))) == ["new", "new"]
    assert store(database, page(PAGE, OTHER, report(2))) == ["unchanged"]
    assert len(rows(database, REFUSED)) == 1
