"""Every edge that a page declares, and no other, whatever the page's design."""

import itertools
import re
from collections.abc import Callable

import lxml.html
import pytest

from pipelines.related.extract import take_related
from tests.support import english_designs, japanese_designs
from tests.support.japanese_designs import Design
from tests.support.page_parts import EN_BODY, HOST, JA_BODY, PAGE

ALL = (*japanese_designs.DESIGNS, *english_designs.DESIGNS)
by_design = pytest.mark.parametrize("design", ALL, ids=lambda design: f"{design.__module__[14:16]}-{design.__name__}")


def absolute(url: str) -> str:
    return url if url.startswith("http") else HOST + url


@by_design
def test_every_edge_is_found_in_order_and_no_other(design: Callable[[], Design]) -> None:
    html, expected = design()
    found = take_related(lxml.html.document_fromstring(html), PAGE)
    assert [card.url for card in found.cards] == [absolute(card.url) for card in expected]


@by_design
def test_cards_have_their_own_title_and_summary(design: Callable[[], Design]) -> None:
    html, expected = design()
    found = take_related(lxml.html.document_fromstring(html), PAGE)
    assert [(card.title, card.summary) for card in found.cards] == [(card.title, card.summary) for card in expected]


@by_design
def test_nothing_of_a_card_is_left_in_the_tree_and_all_of_the_body_is(design: Callable[[], Design]) -> None:
    html, expected = design()
    tree = lxml.html.document_fromstring(html)
    take_related(tree, PAGE)
    left = str(tree.xpath("string()"))
    assert not [text for card in expected for text in (card.title, card.summary) if text and text in left]
    body = JA_BODY if "市は三日" in html else EN_BODY
    sentences = itertools.chain.from_iterable(re.findall(r"[^<>]+", part) for part in body.split("</p>"))
    assert not [sentence for sentence in sentences if sentence != "p" and sentence not in left]


@by_design
def test_rankings_and_latest_lists_are_cut_under_names_of_their_own(design: Callable[[], Design]) -> None:
    html, _ = design()
    tree = lxml.html.document_fromstring(html)
    rules = {cut.rule for cut in take_related(tree, PAGE).cuts}
    assert {"list-ranking", "list-latest", "list-advertisement"} <= rules
    assert "県境のトンネル" not in str(tree.xpath("string()"))
