"""Letters whose marks a page has as characters of their own."""

import unicodedata

import pytest

from pipelines.extraction import extract
from pipelines.html.plain_text import compose_marks
from tests.support.article_pages import BODY, URL, html, paragraphs


@pytest.mark.parametrize("words", ["Björn Jäger", "Đặng Thị Hiền", "ガスと電気がとまる", "naïve cafés"])
def test_a_letter_and_its_marks_become_one_character(words: str) -> None:
    apart = unicodedata.normalize("NFD", words)
    assert apart != words
    assert compose_marks(apart) == words


@pytest.mark.parametrize("words", ["\ufa19田", "㈱", "ﬁne", "½"])
def test_what_is_no_letter_with_a_mark_stays_as_it_was_written(words: str) -> None:
    assert compose_marks(words) == words


def test_an_articles_text_has_composed_letters() -> None:
    line = "Haruka Mäkinen works forty fields with her two brothers, and was lucky with the rain in June."
    page = html(f"<main><h1>Rice</h1>{paragraphs([*BODY, unicodedata.normalize('NFD', line)])}</main>")
    assert line in extract(page, URL).text
