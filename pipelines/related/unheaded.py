"""Runs of cards that stand under no heading: told apart by where they are, what they link to and how they are named."""

import bisect
import collections
import itertools
import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import BLOCKS, DomIndex, readable_start
from pipelines.html.prose import BodySpan
from pipelines.labels.captions import is_noise
from pipelines.labels.class_names import kind_by_names
from pipelines.labels.headings import HEADING_TAGS, kind_of_heading
from pipelines.related.blocks import Headings, ListBlock
from pipelines.related.link_index import LinkMap

_MOST_LINKS = 3_000
_CLIMBS = 8
_ANCESTORS = 40
_TITLE = {True: 10, False: 20}  # characters without white space from which a link's text can be a title
_LABEL = 40  # characters that may stand beside a bare link on its line
_AFTER_BODY = 1_500  # characters between the body's end and cards that still belong to it
_CUT = frozenset({"ranking", "latest", "advertisement"})
_LEAD = re.compile(r"\W{0,3}([^:：】]{2,30})[:：】]")
_PICTURES = ("img", "picture", "amp-img", "figure", "video")
_AROUND = frozenset({"nav", "footer", "header", "form"})
_ROLES = frozenset({"navigation", "contentinfo", "banner", "menu", "menubar", "search"})


class UnheadedLists:
    """Finds runs of cards without a heading on one page."""

    def __init__(self, page: DomIndex, links: LinkMap, headings: Headings, body: BodySpan, is_cjk: bool) -> None:
        self._page, self._links, self._headings, self._body = page, links, headings, body
        self._least = _TITLE[is_cjk]
        self._around = self._spans_around()
        self._body_end = page[page.elements[body.last]].offset + page[page.elements[body.last]].text

    def _spans_around(self) -> list[tuple[int, int]]:
        """Where menus, footers and the like begin and end, in document order, none inside another."""
        spans: list[tuple[int, int]] = []
        for element in self._page.elements:
            measure = self._page[element]
            if not measure.links or (element.tag not in _AROUND and element.get("role") not in _ROLES):
                continue
            is_nested = bool(spans) and measure.order < spans[-1][1]
            is_card_header = element.tag == "header" and any(
                holder.tag in ("article", "li", "main", "section")
                for holder in itertools.islice(element.iterancestors(), 6)
            )
            if not is_nested and not is_card_header and not self._page.is_within(self._body.container, element):
                spans.append((measure.order, measure.end))
        return spans

    def _stands_around(self, order: int) -> bool:
        before = bisect.bisect_right(self._around, (order, len(self._page.elements))) - 1
        return before >= 0 and order < self._around[before][1]

    def blocks(self) -> Iterator[ListBlock]:
        """Single teasers inside the body, and runs of at least two cards inside or after it."""
        runs: dict[HtmlElement, list[HtmlElement]] = collections.defaultdict(list)
        for place in range(min(len(self._page.links), _MOST_LINKS)):
            if self._stands_around(self._page[self._page.links[place]].order):
                continue
            card = self._card(place)
            parent = card.getparent() if card is not None else None
            if card is None or parent is None or parent not in self._page:
                continue
            if not runs[parent] or runs[parent][-1] is not card:
                runs[parent].append(card)
        for parent, cards in runs.items():
            block = self._judged(parent, cards)
            if block is not None:
                yield block

    def _card(self, place: int) -> HtmlElement | None:
        """The largest element round an article-like link of this site that holds no link to another page."""
        link = self._page.links[place]
        if self._page[link].order < self._body.first or not self._links.is_alone(place):
            return None
        card: HtmlElement = link
        for parent in itertools.islice(link.iterancestors(), _CLIMBS):
            if parent not in self._page or parent is self._body.container or not self._links.holds_one(parent):
                break
            card = parent
        measure, block = self._page[card], self._page[link].block
        around = measure if block is None else self._page[block]
        if card.tag not in BLOCKS and around.text - around.linked > _LABEL:
            return None
        if measure.text < self._least or measure.text - measure.linked > 450:
            return None
        if not self._links.is_article_like(place) or not self._links.is_own_site(place) or self._links.is_minor(place):
            return None
        if measure.text - measure.linked < self._least and is_noise(readable_start(link, 200)):
            return None
        return card

    def _judged(self, parent: HtmlElement, cards: Sequence[HtmlElement]) -> ListBlock | None:
        inside = self._is_in_body(cards)
        if len(cards) < 2 and not inside:
            return None
        places = list(itertools.chain([parent], itertools.islice(parent.iterancestors(), _ANCESTORS)))
        named = next((kind for place in (cards[0], *places[:4]) if (kind := self._named(place)) is not None), None)
        if _are_numbered(cards):
            return ListBlock("ranking", "numbered cards", tuple(cards))
        named = _kind_of_lead(cards[0]) or named
        if named is not None and named != "related":
            return None if inside or named not in _CUT else ListBlock(named, "class or id", tuple(cards))
        if inside:
            teasers = all(self._is_teaser(card) for card in cards)
            return self._block(cards, "teaser inside the body") if teasers or named else None
        if named == "related" and not self._has_own_heading(cards[0]):
            return self._block(cards, "cards whose class or id names them")
        if self._follows_body(cards) and not any(place.tag == "aside" for place in places):
            return self._block(cards, "cards after the body, without a heading")
        return None

    def _named(self, element: HtmlElement) -> str | None:
        return None if self._page.is_within(self._body.container, element) else kind_by_names(element)

    def _block(self, cards: Sequence[HtmlElement], evidence: str) -> ListBlock:
        return ListBlock("related", evidence, tuple(cards))

    def _is_in_body(self, cards: Sequence[HtmlElement]) -> bool:
        """Whether the cards stand between the body's first and last paragraph, as blocks of their own."""
        first, last = self._page[cards[0]], self._page[cards[-1]]
        between = self._body.first < first.order and last.end <= self._body.last
        return between and all(card.tag in BLOCKS for card in cards)

    def _is_teaser(self, card: HtmlElement) -> bool:
        """Little but the link; or a picture, a linked heading and a line below it."""
        measure = self._page[card]
        if measure.linked * 10 >= measure.text * 8:
            return True
        link = self._page.links_in(card)[-1]
        in_heading = any(each.tag in HEADING_TAGS for each in itertools.islice(link.iterancestors(), 2))
        return in_heading and measure.text - measure.linked <= 300 and next(card.iter(*_PICTURES), None) is not None

    def _has_own_heading(self, card: HtmlElement) -> bool:
        """Whether a heading that speaks of something else ("World") stands right above the cards."""
        start = self._page[card]
        before = self._headings.last_before(start.order)
        if before is None or self._headings.kind(before) is not None or before.tag == "h1":
            return False
        heading = self._page[before]
        is_near = 0 <= start.offset - heading.offset - heading.text <= _LABEL
        return is_near and heading.text <= _LABEL and before.tag in HEADING_TAGS

    def _follows_body(self, cards: Sequence[HtmlElement]) -> bool:
        """Whether the cards come soon after the body's last paragraph, and no heading of something else between."""
        start = self._page[cards[0]]
        if start.order <= self._body.last or not 0 <= start.offset - self._body_end <= _AFTER_BODY:
            return False
        return not any(
            self._body.last < self._page[heading].order < start.order
            for heading in self._headings.within(self._page.tree)
        )


def _are_numbered(cards: Sequence[HtmlElement]) -> bool:
    """Whether the first cards begin with 1 and 2, as a ranking's do."""
    starts = [readable_start(card, 8) for card in cards[:2]]
    return len(starts) == 2 and all(
        re.match(rf"\W?{number}(?![\d:/年月,])", start) is not None for number, start in enumerate(starts, 1)
    )


def _kind_of_lead(card: HtmlElement) -> str | None:
    """The kind of list that the card's own first words name (``Trending: …``)."""
    lead = _LEAD.match(readable_start(card, 60))
    return kind_of_heading(lead[1], is_marked=True) if lead else None
