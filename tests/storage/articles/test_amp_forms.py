"""AMP, mobile and print forms meet their article by what either page says of the other, whichever comes first."""

import dataclasses

import pytest

from storage.database.engine import Database
from storage.reading import Reading
from tests.support.near_texts import report
from tests.support.stored import store
from tests.support.visits import OTHER_STORY, STORY, article, rows

PAGE, AMP = "https://one.example/a/1000", "https://one.example/amp/a/1000"
CACHE = "https://one-example.cache.example/c/s/one.example/amp/a/1000"
LEADING, THIRD = "https://one.example/a/1001", "https://two.example/a/2000"
BRIEF = "Ferry back on Monday."
COPIES = "SELECT url, kind, article_id FROM copies ORDER BY url"


def naming(url: str, form: str, text: str = BRIEF, **more: object) -> Reading:
    """A page that names its AMP form."""
    return dataclasses.replace(article(url, text), alternates=(form,), **more)  # type: ignore[arg-type]  # by name


def edited(text: str) -> str:
    return text.replace(" said that ", " told us that ", 2)


@pytest.mark.parametrize("words", [BRIEF, STORY])
def test_a_form_that_comes_after_the_page_that_names_it_is_a_copy(database: Database, words: str) -> None:
    assert store(database, naming(PAGE, AMP, words), article(AMP, words)) == ["new", "copy"]
    assert rows(database, COPIES) == [(AMP, "url", 1)]
    assert rows(database, "SELECT url FROM articles") == [(PAGE,)]


def test_a_page_that_comes_after_its_form_takes_over_with_edges_and_id(database: Database) -> None:
    text = report(1)
    amp = article(AMP, text, title="Ferry returns (AMP)", related=(LEADING,))
    assert store(database, amp, naming(PAGE, AMP, edited(text))) == ["new", "copy"]
    assert rows(database, "SELECT id, url, title, text FROM articles") == [(1, PAGE, "Ferry returns", edited(text))]
    assert rows(database, "SELECT url, kind, title FROM copies") == [(AMP, "url", "Ferry returns (AMP)")]
    assert rows(database, "SELECT article_id, page_url, url FROM related_links") == [(1, PAGE, LEADING)]
    assert store(database, naming(PAGE, AMP, edited(text)), article(AMP, text)) == ["unchanged", "unchanged"]
    assert rows(database, "SELECT count(*) FROM articles") == rows(database, "SELECT count(*) FROM copies") == [(1,)]


def test_a_form_with_other_words_is_an_article_of_its_own(database: Database) -> None:
    assert store(database, naming(PAGE, AMP, STORY), article(AMP, OTHER_STORY)) == ["new", "new"]
    assert store(database, naming(LEADING, AMP, report(3))) == ["new"]
    assert rows(database, COPIES) == []


@pytest.mark.parametrize("form_first", [True, False])
def test_a_form_on_another_host_counts_where_both_name_each_other(database: Database, form_first: bool) -> None:
    form = dataclasses.replace(
        article(CACHE, BRIEF), declared_canonical=PAGE, canonical_refused="another registered domain"
    )
    pages = [form, naming(PAGE, CACHE)] if form_first else [naming(PAGE, CACHE), form]
    assert store(database, *pages) == ["new", "copy"]
    assert rows(database, COPIES) == [(CACHE, "url", 1)]
    assert rows(database, "SELECT url FROM articles") == [(PAGE,)]


def test_a_page_cannot_take_another_publishers_article_by_naming_it_as_its_form(database: Database) -> None:
    text = report(1)
    assert store(database, article(PAGE, text), naming(THIRD, PAGE, edited(text))) == ["new", "copy"]
    assert rows(database, COPIES) == [(THIRD, "near", 1)]
    assert rows(database, "SELECT url FROM articles") == [(PAGE,)]


def test_the_form_of_a_copy_is_a_copy_of_the_same_article(database: Database) -> None:
    text = report(1)
    pages = [article(THIRD, text), article(AMP, text), naming(PAGE, AMP, text)]
    assert store(database, *pages) == ["new", "copy", "copy"]
    assert rows(database, COPIES) == [(PAGE, "url", 1), (AMP, "exact", 1)]
