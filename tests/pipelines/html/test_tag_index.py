"""Elements found by tag and attribute after one walk over a page."""

import lxml.html

from pipelines.html.dom_index import DomIndex
from pipelines.html.tag_index import TagIndex
from pipelines.html.unclosed import unnest_words

_PAGE = """<html><head><title>Ferry</title><meta name="author" content="A"></head><body class="home">
<h2 class="head">First</h2><!-- a comment --><svg><title>Icon</title></svg>
<div class="card" itemprop="author"><h3 id="x">Second</h3></div><h2 class="head">Third</h2></body></html>"""


def _index(html: str = _PAGE) -> TagIndex:
    return TagIndex(lxml.html.document_fromstring(html))


def test_elements_of_several_tags_come_in_document_order() -> None:
    assert [one.text for one in _index().tagged("h3", "h2")] == ["First", "Second", "Third"]


def test_a_tag_that_a_page_lacks_has_no_elements() -> None:
    assert list(_index().tagged("table")) == []


def test_values_of_an_attribute_come_by_first_appearance_with_their_places() -> None:
    tags = _index()
    assert list(tags.values("class")) == ["home", "head", "card"]
    assert [one.text for one in tags.at(tags.values("class")["head"])] == ["First", "Third"]


def test_elements_are_found_by_an_attribute() -> None:
    assert [one.get("class") for one in _index().having("itemprop")] == ["card"]


def test_the_first_title_is_the_documents() -> None:
    assert _index().title == "Ferry"
    assert _index("<html><body>No title</body></html>").title == ""


def test_an_element_that_is_no_menu_after_all_is_found_as_a_plain_one() -> None:
    words = "<p>The ferry to the outer islands sails again, after divers have replaced the piles below it.</p>"
    page = DomIndex(lxml.html.document_fromstring(f'<html><body><nav class="menu">{words * 8}</nav></body></html>'))
    unnest_words(page)
    assert list(page.tags.tagged("nav")) == []
    assert "menu" not in page.tags.values("class")


def test_what_a_page_loses_is_found_no_more() -> None:
    page = DomIndex(lxml.html.document_fromstring(_PAGE))
    page.remove(page.tags.tagged("div"))
    assert [one.text for one in page.tags.tagged("h2", "h3")] == ["First", "Third"]
    assert list(page.tags.having("itemprop")) == []
