"""Read the cards of a block of related articles."""

import itertools
from collections.abc import Mapping, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex, plain
from pipelines.labels.headings import kind_of_heading
from pipelines.related.card_lines import CardLine, card_lines
from pipelines.related.card_links import card_owners, shape
from pipelines.related.card_text import habits_of, is_cjk, title_and_summary
from pipelines.related.link_index import LinkMap
from storage.reading import Card

_CLIMBS = 10
_MOST_CARDS = 200  # of one block; the longest real block seen has 12
# Characters of a title without a summary, in CJK and other scripts; fewer where the card's own link is known.
_SHORTEST = {False: {True: 6, False: 10}, True: {True: 2, False: 4}}
_PAID = frozenset({"pr", "ad", "広告", "sponsored", "advertisement", "promoted", "スポンサー", "提供", "タイアップ"})


class CardReader:
    """Read the cards of the blocks of one page."""

    def __init__(self, page: DomIndex, links: LinkMap) -> None:
        self._page = page
        self._links = links

    def cards(self, elements: Sequence[HtmlElement], own: Mapping[int, str] | None = None) -> list[Card]:
        """Return the cards of consecutive elements, each address once, language open.

        ``own`` are the places and addresses of the cards' own links where they are known already.
        """
        owners = card_owners(self._page, self._links, elements) if own is None else self._usable(own)
        first_places: dict[str, int] = {}
        for place, url in owners.items():
            first_places.setdefault(url, place)
        starts = [self._page.links[place] for place in first_places.values()]
        following: list[HtmlElement | None] = [*starts[1:], None]
        found: dict[str, list[CardLine]] = {}
        for url, start, after in itertools.islice(zip(first_places, starts, following, strict=False), _MOST_CARDS):
            lines = self._lines(start, url, owners, elements, after)
            if not any(plain(line.text).strip("[]【】() ") in _PAID for line in lines):
                found[url] = lines
        habits = habits_of(found.values())
        cards = []
        for url, lines in found.items():
            title, summary = title_and_summary(lines, habits)
            if summary or len(title) >= _SHORTEST[own is not None][is_cjk(title)]:
                cards.append(Card(url, title, summary))
        return cards

    def _usable(self, own: Mapping[int, str]) -> dict[int, str]:
        """Without advertisements and links to longer lists."""
        return {
            place: url
            for place, url in sorted(own.items())
            if not self._links.is_advertisement(place) and not self._links.is_button(place)
        }

    def _lines(
        self,
        link: HtmlElement,
        url: str,
        owners: dict[int, str],
        elements: Sequence[HtmlElement],
        after: HtmlElement | None,
    ) -> list[CardLine]:
        """The lines of the largest element round the link with no other card's link, and of what follows it bare."""
        card = link
        if card not in elements:
            for parent in itertools.islice(link.iterancestors(), _CLIMBS):
                if parent not in self._page or not self._owned_by(parent, url, owners):
                    break
                card = parent
                if parent in elements:
                    break
        taken = [card]
        limit = self._page[after].order if after is not None else None
        for sibling in card.itersiblings():
            if sibling not in self._page:
                continue
            measure = self._page[sibling]
            if (limit is not None and measure.end > limit) or not self._owned_by(sibling, url, owners):
                break
            if card in elements and sibling not in elements:
                break
            if measure.links and shape(sibling) == shape(card) and not self._links_to(sibling, url, owners):
                break  # a card that is none: an address to write to, an advertisement
            if kind_of_heading("".join(sibling.itertext())[:60] if measure.text < 40 else "") is None:
                taken.append(sibling)
        return card_lines(taken)

    def _owned_by(self, element: HtmlElement, url: str, owners: dict[int, str]) -> bool:
        return all(owners.get(place, url) == url for place in self._places(element))

    def _links_to(self, element: HtmlElement, url: str, owners: dict[int, str]) -> bool:
        return any(owners.get(place) == url for place in self._places(element))

    def _places(self, element: HtmlElement) -> range:
        measure = self._page[element]
        return range(measure.first_link, measure.first_link + measure.links)
