"""What a learnt model finds where no heading says what a list is."""

import lxml.html
import pytest

from pipelines.related.extract import RelatedBlocks, take_related
from tests.support.page_parts import EN, EN_BODY, Expected

SITE = "https://short.example"
DESIGNS = {
    "div": "<div class='related-articles'>{}</div>",
    "aside": "<aside class='article-related'>{}</aside>",
    "section": "<section class='related'>{}</section>",
}
CARDS = {
    "heading": "<div class='card'><a href='{url}'><h3>{title}</h3></a></div>",
    "picture": "<div class='card'><a href='{url}'><img src='/p.jpg'></a><h4><a href='{url}'>{title}</a></h4></div>",
    "link": "<a class='item' href='{url}'>{title}</a>",
}
SILENT = {"none": "<div>{}</div>", "hash": "<div class='css-1x9k2z'>{}</div>", "list": "<ul class='k3'>{}</ul>"}
MENU = "<footer><ul><li><a href='/about'>About us</a></li><li><a href='/terms'>Terms of use</a></li></ul></footer>"


def read(block: str, own: str = "/w/0") -> RelatedBlocks:
    html = f"<html><body><main><article><h1>Bridge to close</h1>{EN_BODY}</article>{block}</main>{MENU}</body></html>"
    return take_related(lxml.html.document_fromstring(html), SITE + own)


def cards(card: str, addresses: list[str]) -> str:
    titles: list[Expected] = list(EN)
    return "".join(card.format(url=url, title=each.title) for url, each in zip(addresses, titles, strict=False))


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize("path", ["/w/", "/de/", "/x?i="])
def test_an_unheaded_block_with_short_addresses_is_followed(path: str, design: str, card: str) -> None:
    addresses = [f"{path}{number}" for number in (1, 2, 3)]
    given = read(design.format(cards(card, addresses)), f"{path}0")
    assert [related.url for related in given.cards] == [SITE + address for address in addresses]


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
@pytest.mark.parametrize("design", SILENT.values(), ids=SILENT)
def test_what_follows_the_body_under_no_name_at_all_is_followed_where_nothing_else_could_be_it(
    design: str, card: str
) -> None:
    block = design.format(cards(card, ["/w/1", "/w/2", "/w/3"]))
    ranking = f"<h2>Most read</h2><ol>{cards('<li><a href={url}>{title}</a></li>', ['/w/7', '/w/8', '/w/9'])}</ol>"
    assert [card.url for card in read(block + ranking).cards] == [f"{SITE}/w/{number}" for number in (1, 2, 3)]
    named = block + f"<section class='related'>{cards(CARDS['heading'], ['/w/4', '/w/5', '/w/6'])}</section>"
    assert f"{SITE}/w/4" in [card.url for card in read(named).cards]
    neighbours = design.format(cards(card, ["/w/1", "/w/2"]))
    assert read(neighbours).cards == (), "the articles before and after this one"


def test_a_card_whose_only_link_says_read_more_has_its_headings_title() -> None:
    items = "".join(
        f"<article class='teaser'><h3>{each.title}</h3><p>12.06.2026</p><p>What the council says about it in full.</p>"
        f"<a href='/w/{number}'>Read more</a></article>"
        for number, each in enumerate(EN, 1)
    )
    given = read(f"<section><h2>Related articles</h2>{items}</section>").cards
    assert [(card.url, card.title) for card in given] == [
        (f"{SITE}/w/{number}", each.title) for number, each in enumerate(EN, 1)
    ]


def test_lines_of_a_linked_label_and_a_title_are_one_list() -> None:
    lines = "".join(
        f"<p><a href='/w/{number}'>The harbour bridge</a> {each.title} and what it means for the town this year</p>"
        for number, each in enumerate(EN, 1)
    )
    given = read(f"<div><h3>More on this topic</h3>{lines}</div>").lists
    assert [len(each.links) for each in given] == [3]


def test_every_list_is_told_with_kind_heading_probability_and_positions() -> None:
    related = (
        f"<h2>Related articles</h2><ul>{cards('<li><a href={url}>{title}</a></li>', ['/w/1', '/w/2', '/w/3'])}</ul>"
    )
    ranking = f"<h2>Most read</h2><ol>{cards('<li><a href={url}>{title}</a></li>', ['/w/7', '/w/8', '/w/9'])}</ol>"
    lists = read(related + ranking).lists
    assert [(each.kind, each.heading) for each in lists] == [("related", "Related articles"), ("ranking", "Most read")]
    assert all(0 < each.probability <= 1 for each in lists)
    assert [(link.url, link.position) for link in lists[1].links] == [
        (f"{SITE}/w/{number}", position) for position, number in enumerate((7, 8, 9), 1)
    ]


@pytest.mark.parametrize(
    "block",
    [
        "".join(f"<a href='/w/{number}'>A headline of some length number {number}</a> " for number in range(5_000)),
        "<div>" * 60 + "<ul><li><a href='/w/1'>A headline of some length</a></li></ul>" + "</div>" * 60,
        "<ul>" + "<li><a href='/w/1'>The same headline again and again</a></li>" * 1_000 + "</ul>",
        "<div><a href='/w/1'>A headline of some length</a>" * 900,
    ],
    ids=["5000-links", "60-deep", "1000-times", "nested-900"],
)
def test_a_hostile_page_gives_each_address_once_and_keeps_its_body(block: str) -> None:
    given = read(block)
    addresses = [card.url for card in given.cards]
    assert len(addresses) == len(set(addresses)) <= 1_000
    assert all(len(each.links) <= 100 for each in given.lists)
