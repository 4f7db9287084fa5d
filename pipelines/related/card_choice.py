"""Choose one card for each related address of a page.

An address may have several cards, and links within sentences as well. A card goes before a mention in a sentence, and
a title before a word or two.
"""

from collections.abc import Iterable, Mapping, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex, readable_text
from pipelines.related.card_text import is_cjk, longest_title
from pipelines.related.cards import CardReader
from pipelines.related.classify import ClassifiedGroup
from pipelines.related.groups import own_links
from pipelines.related.link_index import is_button_text
from pipelines.related.page_context import PageContext
from storage.reading import Card

_REAL = {True: 10, False: 20}  # characters of a title in CJK and other scripts; fewer may be a label
_BEGINNING = 12  # characters that may stand before a link at the start of a text: a date, a mark
_MENTION, _FIRST, _ALONE = 0, 1, 2  # a link within a sentence, at the start of a text, by itself
_MOST_LINKS = 12  # to one address that are read for a title


def choose_cards(
    sections: Iterable[tuple[Sequence[HtmlElement], Sequence[ClassifiedGroup]]], context: PageContext
) -> list[Card]:
    """Return the cards of all related groups, each address once, in document order of its first link.

    A section is its elements (none: the items of its groups) and its related groups.
    """
    reader = CardReader(context.page, context.links)
    chosen: dict[str, tuple[int, Card]] = {}
    for elements, groups in sections:
        own: dict[int, str] = {}
        for each in groups:
            own |= own_links(each.group, context.page, context.links)
        around = elements or tuple(item for each in groups for item in each.group.items)
        held = _places_in(around, context.page)
        inside = {place: url for place, url in own.items() if place in held}
        ranks = _ranks(inside, groups, context)
        for card in reader.cards(around, inside) if inside else ():
            rank = ranks[card.url]
            known = chosen.get(card.url)
            if known is None or rank > known[0] or (rank == known[0] and _is_better(card, known[1])):
                chosen[card.url] = rank, card
    return [_retitled(card, context) if rank == _MENTION else card for rank, card in chosen.values()]


def _ranks(own: Mapping[int, str], groups: Iterable[ClassifiedGroup], context: PageContext) -> dict[str, int]:
    """For each address the best that a link to it is: alone, at the start of a text, or within a sentence."""
    in_sentences = {place for each in groups if not each.group.is_alone for place in each.group.places}
    ranks: dict[str, int] = {}
    for place, url in own.items():
        rank = _ALONE
        if place in in_sentences:
            link = context.page[context.page.links[place]]
            begins = link.block is not None and link.offset - context.page[link.block].offset <= _BEGINNING
            rank = _FIRST if begins else _MENTION
        ranks[url] = max(rank, ranks.get(url, rank))
    return ranks


def _is_better(card: Card, known: Card) -> bool:
    """Whether a later card has a title where the earlier one has only a label."""
    return len(known.title) < _REAL[is_cjk(known.title)] and len(card.title) > 2 * len(known.title)


def _retitled(card: Card, context: PageContext) -> Card:
    """A card whose title is a link within a sentence: titled as the page's longest link to it is, without a summary.

    The sentence is the article's, and no summary of another.
    """
    places = context.places_of(card.url)[:_MOST_LINKS]
    texts = [readable_text(context.page.links[place]) for place in places]
    if card.title not in texts:
        return card  # a heading beside the sentence: a teaser
    return Card(card.url, longest_title(text for text in texts if not is_button_text(text)) or card.title, "")


def _places_in(elements: Sequence[HtmlElement], page: DomIndex) -> set[int]:
    places: set[int] = set()
    for element in elements:
        if element in page:
            measure = page[element]
            places.update(range(measure.first_link, measure.first_link + measure.links))
    return places
