"""Where a heading says nothing, a block's own class or id says that its articles are related."""

import lxml.html
import pytest

from pipelines.related.extract import take_related
from tests.support.page_parts import EN, EN_BODY, HOST, JA, JA_BODY, PAGE, Expected, page

NAMES = ("related-articles", "article-related", "js-related-list", "l-kanren")
SILENT = ("Full coverage", "この連載の記事", "その他の記事", "PICK UP", "World")
TELLING = (
    *(
        "Related Reads",
        "Related Analysis",
        "Related Items",
        "Suggested for you",
        "More to read",
        "You Might Be Interested In",
    ),
    *("関連するニュース", "この記事に関連するニュース", "関連特集", "オススメの記事"),
)
OTHER = (
    "Most read",
    "アクセスランキング",
    "Latest news",
    "新着記事",
    "Sponsored",
    "Tags",
    "関連タグ",
    "About the author",
    "Menu",
    "Aktuelle News",
    "Les plus lus",
    "많이 본 뉴스",
)


def block(name: str, heading: str, cards: tuple[Expected, ...], tag: str = "h2") -> str:
    items = "".join(f"<li><a href='{card.url}'><img src='/i.jpg'><h3>{card.title}</h3></a></li>" for card in cards)
    return f"<section class='{name}'><div class='bar'><{tag}>{heading}</{tag}></div><ul>{items}</ul></section>"


def edges(html: str) -> list[str]:
    return [card.url for card in take_related(lxml.html.document_fromstring(html), PAGE).cards]


def addresses(cards: tuple[Expected, ...]) -> list[str]:
    return [HOST + card.url for card in cards]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("heading", [*SILENT, *TELLING])
def test_a_block_that_is_named_related_is(name: str, heading: str) -> None:
    assert edges(page("Bridge to close", EN_BODY, after=block(name, heading, EN))) == addresses(EN)
    assert edges(page("図書館", JA_BODY + block(name, heading, JA, "h3"))) == addresses(JA)


@pytest.mark.parametrize("heading", TELLING)
def test_a_heading_that_says_related_needs_no_name(heading: str) -> None:
    assert edges(page("Bridge to close", EN_BODY, after=block("box", heading, EN))) == addresses(EN)


@pytest.mark.parametrize("name", ["box", *NAMES])
@pytest.mark.parametrize("heading", OTHER)
def test_a_heading_that_says_something_else_counts_more_than_a_name(name: str, heading: str) -> None:
    assert edges(page("Bridge to close", EN_BODY, after=block(name, heading, EN))) == []


@pytest.mark.parametrize("name", ["ranking", "menu", "most-read"])
def test_a_name_that_says_something_else_is_no_edge_where_the_heading_says_nothing(name: str) -> None:
    assert edges(page("Bridge to close", EN_BODY, after=block(name, "World", EN))) == []


def test_a_card_with_such_a_name_is_no_block_whose_heading_its_title_is() -> None:
    cards = "".join(
        f"<div class='related-item'><h3>{card.title}</h3><a href='{card.url}'>Read the whole story</a></div>"
        for card in EN
    )
    found = take_related(lxml.html.document_fromstring(page("Bridge to close", EN_BODY, after=cards)), PAGE).cards
    assert not [card.title for card in found if card.title == "Read the whole story"]
