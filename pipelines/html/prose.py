"""Find the element that holds most of a page's prose, by counting."""

import bisect
import collections
import dataclasses
import itertools

from lxml.html import HtmlElement

from pipelines.html.dom_index import BLOCKS, DomIndex

_PARAGRAPH = {
    True: 30,
    False: 70,
}  # unlinked characters that make a block prose; by whether in CJK
_AROUND = frozenset({"nav", "footer", "aside", "header", "form"})


@dataclasses.dataclass(frozen=True, slots=True)
class BodySpan:
    """The element with most of the prose, and the places of its outer paragraphs.

    The places are of its first and last paragraph in document order.
    """

    container: HtmlElement
    first: int
    last: int


def least_prose(is_cjk: bool) -> int:
    """Return the unlinked characters that a paragraph of prose has at least."""
    return _PARAGRAPH[is_cjk]


class Prose:
    """The paragraphs of a page by their place."""

    def __init__(self, page: DomIndex, is_cjk: bool) -> None:
        self._page = page
        self.paragraphs = _paragraphs(page, least_prose(is_cjk))
        self._orders = [page[paragraph].order for paragraph in self.paragraphs]

    def within(self, element: HtmlElement) -> list[HtmlElement]:
        """Return the paragraphs inside ``element``, or itself."""
        measure = self._page[element]
        first = bisect.bisect_left(self._orders, measure.order)
        return self.paragraphs[first : bisect.bisect_left(self._orders, measure.end, lo=first)]

    def longest_run(self, element: HtmlElement) -> int:
        """Count the most consecutive paragraphs in ``element`` without a link between."""
        runs = itertools.groupby(self.within(element), key=lambda paragraph: self._page[paragraph].first_link)
        return max((sum(1 for _ in run) for _, run in runs), default=0)


def find_body(page: DomIndex, prose: Prose) -> BodySpan | None:
    """Find the body by its paragraphs; None where there is no prose.

    A paragraph counts wholly for its parent and for half for the parent's parent, so that a body of wrapped
    paragraphs is found as well; what is in ``nav``, ``footer``, ``aside`` and forms does not count.
    """
    paragraphs = prose.paragraphs
    weights: collections.Counter[HtmlElement] = collections.Counter()
    for paragraph in paragraphs:
        measure = page[paragraph]
        weight = measure.text - measure.linked
        parent = paragraph.getparent()
        if parent is None or parent not in page:
            continue
        weights[parent] += weight * 2
        above = parent.getparent()
        if above is not None and above in page:
            weights[above] += weight
    if not weights:
        return None
    container = max(weights, key=lambda element: (weights[element], -page[element].order))
    inside = [page[paragraph].order for paragraph in paragraphs if page.is_within(paragraph, container)]
    return BodySpan(container, inside[0], inside[-1])


def _paragraphs(page: DomIndex, least: int) -> list[HtmlElement]:
    paragraphs = []
    around_until = -1
    for element in page.blocks:
        measure = page.get(element)
        if measure is None or measure.order < around_until:
            continue  # taken out of the tree, or in a menu
        if element.tag in _AROUND and not (element.tag == "header" and measure.text > 2000):
            around_until = measure.end
            continue
        unlinked = measure.text - measure.linked
        if unlinked >= least and unlinked >= measure.linked and not _holds_blocks(element, page):
            paragraphs.append(element)
    return paragraphs


def _holds_blocks(element: HtmlElement, page: DomIndex) -> bool:
    return any(child.tag in BLOCKS and child in page and page[child].text for child in element)
