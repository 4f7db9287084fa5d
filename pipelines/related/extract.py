"""Related articles as data: found on a page of any design, read, and cut from its tree with every look-alike."""

import dataclasses
from collections.abc import Iterable

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex, readable_start
from pipelines.html.prose import Prose, find_body
from pipelines.related.blocks import BlockFinder, ListBlock
from pipelines.related.cards import CardReader
from pipelines.related.link_index import LinkMap
from pipelines.related.unheaded import UnheadedLists
from storage.reading import Card, Cut

_PROSE_SHARE = 0.5  # of the page's unlinked text; a block that holds more is the article
_PROSE_A_CARD = 400  # unlinked characters for each card, above which that holds


@dataclasses.dataclass(frozen=True, slots=True)
class RelatedBlocks:
    """The cards of a page's related-article blocks in document order, and everything that was cut with them."""

    cards: tuple[Card, ...]
    cuts: tuple[Cut, ...]


def take_related(tree: HtmlElement, page_url: str, measures: DomIndex | None = None) -> RelatedBlocks:
    """Finds the lists of links on a page, removes them from ``tree`` in place, and reads the related articles.

    Cards have absolute, clean addresses, each address once, and language ``und``. Cuts of related blocks have the rule
    ``related-cards``; rankings, latest lists and so on ``list-ranking``, ``list-latest``, …. ``measures`` are those of
    ``tree`` where the caller has them already; they stay right.
    """
    page = DomIndex(tree) if measures is None else measures
    links = LinkMap(page, page_url)
    is_cjk = page.is_mostly_cjk
    prose = Prose(page, is_cjk)
    body = find_body(page, prose)
    finder = BlockFinder(page, links, prose, body)
    reader = CardReader(page, links)
    cards: dict[str, Card] = {}
    cuts: list[Cut] = []
    taken: list[ListBlock] = []
    blocks = list(finder.blocks())
    if body is not None:
        blocks += UnheadedLists(page, links, finder.headings, body, is_cjk).blocks()
    for block in _apart(blocks, page, links):
        found: list[Card] = []
        if block.kind == "related":
            found = reader.cards(block.elements)
            if not found:
                continue
        for card in found:
            cards.setdefault(card.url, card)
        rule = "related-cards" if block.kind == "related" else f"list-{block.kind}"
        text = " ".join(readable_start(element, 200) for element in block.elements[:3] if element in page)
        cuts.append(Cut(rule, block.evidence, text[:200]))
        taken.append(block)
    for block in taken:
        page.remove(block.elements)
    return RelatedBlocks(tuple(cards.values()), tuple(cuts))


def _apart(blocks: Iterable[ListBlock], page: DomIndex, links: LinkMap) -> list[ListBlock]:
    """The blocks that are no part of an earlier one and not the article itself, in document order."""
    kept: list[ListBlock] = []
    taken: list[tuple[int, int]] = []
    for block in blocks:
        elements = tuple(element for element in block.elements if element in page)
        spans = [(page[element].order, page[element].end) for element in elements]
        if any(first < end and start < last for first, last in spans for start, end in taken[-40:]):
            continue
        if _holds_article(elements, page, links):
            continue
        kept.append(block)
        taken += spans
    return sorted(kept, key=lambda block: page[block.elements[0]].order)


def _holds_article(elements: tuple[HtmlElement, ...], page: DomIndex, links: LinkMap) -> bool:
    """Whether most of the page's unlinked text stands in the block, and more of it than cards have."""
    unlinked = sum(page[element].text - page[element].linked for element in elements)
    whole = page[page.tree].text - page[page.tree].linked
    cards = sum(links.counts(element)[0] for element in elements)
    return unlinked > whole * _PROSE_SHARE and unlinked > _PROSE_A_CARD * max(1, cards)
