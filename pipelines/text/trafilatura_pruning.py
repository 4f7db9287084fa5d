"""Prune a page's sections as trafilatura does, each step only where it can change something.

trafilatura walks the tree for each of its lists, measures it where there is nothing to prune, and asks every division
and paragraph twice for its links. It asks so for each container that it tries.
"""

from collections.abc import Iterable
from typing import cast

from lxml.etree import _Element, strip_tags
from lxml.html import HtmlElement
from trafilatura.htmlprocessing import link_density_test, link_density_test_tables
from trafilatura.settings import Extractor
from trafilatura.utils import trim
from trafilatura.xml import delete_element
from trafilatura.xpaths import DISCARD_IMAGE_ELEMENTS, OVERALL_DISCARD_XPATH, TEASER_DISCARD_XPATH

from pipelines.text.trafilatura_xpaths import Selections

_LEAST_LEFT = 7  # parts of a tree's text of which more than one must stay; else the first list prunes nothing
_PASSES = 2  # that look for boxes of links
# Divisions with at least so many children, and fewer characters, go where they are short and hold a link.
_CHILDREN, _SHORT = 3, 100
# Characters from which no box is tested as a short one: a paragraph, a box, and one that nothing follows.
_LONG_PARAGRAPH, _LONG, _LONG_AT_END = 60, 100, 300
_FARM = 0.9  # share of link text that a longer box must have
_SPACES = 2  # times the letters that are wanted, with which they are looked for
_LINKED = ("div", "list", "p")
_HELD = frozenset({"item", "td", "th"})  # a paragraph of links in one of these stays


class SectionPruner:
    """Does what trafilatura's ``prune_unwanted_sections`` does, without its mode for precision.

    Raises ValueError where a list asks for more than tags and attributes.
    """

    def __init__(self) -> None:
        lists = (OVERALL_DISCARD_XPATH, DISCARD_IMAGE_ELEMENTS, TEASER_DISCARD_XPATH)
        self._select = Selections([expression for each in lists for expression in each])
        self._masks = []
        at = 0
        for each in lists:
            self._masks.append((1 << at + len(each)) - (1 << at))
            at += len(each)

    def __call__(
        self, tree: HtmlElement, potential_tags: set[str], options: Extractor, keep_teasers: bool = False
    ) -> HtmlElement:
        """Prune ``tree`` in place, and return it."""
        selected = [(cast(HtmlElement, element), bits) for element, bits in self._select(tree)]
        overall, images, teasers = ([element for element, bits in selected if bits & mask] for mask in self._masks)
        _prune_if_enough_stays(tree, overall)
        if "graphic" not in potential_tags:
            _delete(images)
        if options.focus != "recall" and not keep_teasers:
            _delete(teasers)
        _prune_links(tree)
        if "table" in potential_tags:
            _delete([table for table in tree.iter("table") if link_density_test_tables(table)], keep_tail=False)
        strip_tags(tree, "span", *(() if "ref" in potential_tags else ("ref",)))
        return tree


def _prune_if_enough_stays(tree: HtmlElement, matches: list[HtmlElement]) -> None:
    outer: list[HtmlElement] = []
    for element in matches:
        if not outer or outer[-1] not in element.iterancestors():
            outer.append(element)
    if not outer:
        return
    whole = len(tree.text_content())
    if whole - sum(len(element.text_content()) for element in outer) > whole / _LEAST_LEFT:
        _delete(outer)


def _prune_links(tree: HtmlElement) -> None:
    """Delete boxes and paragraphs of links; a second time where the first changed something."""
    linked = _linked(tree)
    if not linked:
        return
    for _ in range(_PASSES):
        deleted = 0
        for tag in _LINKED:
            boxes = [box for box in tree.iter(tag) if box in linked and _is_of_links(box, linked[box])]
            _delete(boxes)
            deleted += len(boxes)
        if not deleted:
            return


def _linked(tree: HtmlElement) -> dict[_Element, int]:
    """The elements that hold links, with the most characters that these have."""
    linked: dict[_Element, int] = {}
    for link in tree.iter("ref"):
        length = len(link.text_content())
        for holder in link.iterancestors():
            linked[holder] = linked.get(holder, 0) + length
            if holder is tree:
                break
    return linked


def _is_of_links(box: HtmlElement, linked: int) -> bool:
    if _is_of_words(box, linked):
        return False
    is_farm, is_short = link_density_test(box)
    if not is_farm and not (
        box.tag == "div" and is_short and len(box) >= _CHILDREN and len(trim(box.text_content())) < _SHORT
    ):
        return False
    parent = box.getparent()
    return box.tag != "p" or parent is None or parent.tag not in _HELD


def _is_of_words(box: HtmlElement, linked: int) -> bool:
    """Tell whether a box has so many words beside those of links that its density need not be measured."""
    long = _LONG_PARAGRAPH if box.tag == "p" else _LONG if box.getnext() is not None else _LONG_AT_END
    enough = max(long, int(linked / _FARM) + 1)
    text = box.text_content()
    return len(text) >= enough and len("".join(text[: enough * _SPACES].split())) >= enough


def _delete(elements: Iterable[_Element], keep_tail: bool = True) -> None:
    for element in elements:
        delete_element(element, keep_tail=keep_tail)
