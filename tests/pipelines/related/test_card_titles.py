"""Which words of a page become the title of a related article's card."""

import lxml.html
import pytest

from pipelines.html.dom_index import DomIndex
from pipelines.related.card_choice import choose_cards
from pipelines.related.card_lines import CardLine
from pipelines.related.card_text import Habits, title_and_summary
from pipelines.related.classify import ClassifiedGroup
from pipelines.related.extract import candidates_of, take_related
from storage.reading import Card
from tests.support.page_parts import EN, EN_BODY

SITE = "https://short.example"
FIRST, SECOND, THIRD = (f"/w/{number}" for number in (1, 2, 3))


def cards(block: str, body: str = "") -> dict[str, Card]:
    html = f"<html><body><main><article><h1>Bridge to close</h1>{EN_BODY}{body}</article>{block}</main></body></html>"
    read = take_related(lxml.html.document_fromstring(html), f"{SITE}/w/0").cards
    return {card.url.removeprefix(SITE): card for card in read}


def of_all_groups(body: str) -> dict[str, tuple[str, str]]:
    """Title and summary by address if every group of links were related."""
    html = f"<html><body><main><article><h1>Bridge to close</h1>{EN_BODY}{body}</article></main></body></html>"
    context, groups, _ = candidates_of(DomIndex(lxml.html.document_fromstring(html)), f"{SITE}/w/0")
    related = [ClassifiedGroup(group, "related", 1.0, ("",) * 5, None) for group in groups]
    read = choose_cards((((), (each,)) for each in related), context)
    return {card.url.removeprefix(SITE): (card.title, card.summary) for card in read}


def block(*items: str) -> str:
    return f"<section class='related'><h2>Related articles</h2>{''.join(items)}</section>"


def item(inner: str) -> str:
    return f"<div class='card'>{inner}</div>"


def headed(url: str, title: str) -> str:
    return item(f"<a href='{url}'><h3>{title}</h3></a>")


TITLES = [each.title for each in EN]


def test_a_card_goes_before_a_mention_in_a_sentence() -> None:
    mention = (
        f"<p>As was announced <a href='{FIRST}'>last Tuesday</a>, the ferries will sail from both of the piers.</p>"
    )
    read = of_all_groups(mention + block(headed(FIRST, TITLES[0]), headed(SECOND, TITLES[1])))
    assert read[FIRST] == (TITLES[0], "")


def test_an_address_in_sentences_only_has_its_longest_links_words_and_no_summary() -> None:
    sentence = "<p>As the council told <a href='{}'>{}</a> in May, the ferries will sail from both of the piers.</p>"
    read = of_all_groups("".join(sentence.format(FIRST, words) for words in ("readers", TITLES[0], "Mehr erfahren")))
    assert read[FIRST] == (TITLES[0], "")


def in_card(*lines: CardLine) -> tuple[str, str]:
    return title_and_summary(lines, Habits())


@pytest.mark.parametrize("label", ["SHARE", "Mehr erfahren", "Read article", "Lire la suite", "もっと見る"])
def test_a_buttons_words_are_no_title(label: str) -> None:
    button = CardLine(label, "title", linked=True)
    assert in_card(button, CardLine(TITLES[0], "", linked=True)) == (TITLES[0], "")


@pytest.mark.parametrize("label", ["See also", "Similar stories", "Ähnliche Artikel", "AUCH INTERESSANT"])
def test_words_that_announce_a_link_are_no_title_beside_it(label: str) -> None:
    assert in_card(CardLine(label, "title", linked=False), CardLine(TITLES[0], "", linked=True)) == (TITLES[0], "")


@pytest.mark.parametrize("names", ["pre-headline-teaser", "headline__kicker", "dachzeile title"])
def test_a_line_over_the_headline_is_no_title(names: str) -> None:
    items = [
        item(f"<a href='{url}'><span class='{names}'>{label}</span> <span>{title}</span></a>")
        for label, url, title in zip(("Bridges", "Piers", "Ferries"), (FIRST, SECOND, THIRD), TITLES, strict=True)
    ]
    assert [card.title for card in cards(block(*items)).values()] == TITLES


def test_words_that_several_cards_share_are_no_title() -> None:
    items = [
        item(f"<a href='{url}'><h4>The harbour bridge</h4><p>{title}</p></a>")
        for url, title in zip((FIRST, SECOND, THIRD), TITLES, strict=True)
    ]
    assert [card.title for card in cards(block(*items)).values()] == TITLES


def test_a_title_may_begin_like_a_credit() -> None:
    title = "PHOTOS: The harbour bridge through a hundred years"
    assert in_card(CardLine(title, "title", linked=True), CardLine("Pictures", "", linked=True)) == (title, "")


def test_a_linked_heading_goes_before_an_excerpt_in_a_heading() -> None:
    excerpt = "The piers were inspected by divers over two days in April, and what they found was worse than feared."
    items = [
        item(f"<h4><a href='{url}'>{title}</a></h4><h5 class='excerpt'>{number} {excerpt}</h5>")
        for number, url, title in zip((1, 2, 3), (FIRST, SECOND, THIRD), TITLES, strict=True)
    ]
    assert [card.title for card in cards(block(*items)).values()] == TITLES
