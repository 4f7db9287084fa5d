"""Free a page's words from elements that hide them by mistake.

libxml2 closes a ``nav`` or ``button`` that was never closed at the end of its parent, or of the page, and whatever
follows stands inside it: on the template of Investopedia and Health.com the whole article is in a button of the header.
Where such an element holds most of the page's words, it is not what its tag says.
"""

import re

from lxml.etree import XPath
from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex
from pipelines.html.tag_index import TagIndex

_LEAST_SHARE = 0.5  # of the page's unlinked text that an element holds whose tag is not believed
_LEAST = 300  # characters of it; less is no article's text
_AROUND = frozenset(
    {"nav", "aside", "footer", "header", "form", "fieldset", "dialog", "button", "label", "figure", "menu", "legend"}
)
_NAMING = ("class", "id", "role", "aria-modal", "aria-label")
_STRING = XPath("string()", smart_strings=False)
# React's server rendering (react-dom/server, "Fizz"): ``$RC("B:1","S:1")`` puts the hidden segment S:1 in the place of
# the template B:1, ``$RS("S:2","P:2")`` the segment S:2 in that of the template P:2.
_MOVES = re.compile(r"""\$R[CS]\("((?:[BPS]:)[0-9a-f]{1,6})","((?:[BPS]:)[0-9a-f]{1,6})\"""")
_PLACES = ("B:", "P:")


def prepare(tree: HtmlElement) -> DomIndex:
    """Mends the tree's structure in place, before anything is read from it; gives the counts of its elements."""
    show_noscript(tree)
    place_streamed_segments(tree)
    index = DomIndex(tree)
    unnest_words(index)
    return index


def show_noscript(tree: HtmlElement) -> None:
    """Makes a ``div`` of each ``noscript`` that holds more text than the rest of the page's paragraphs, in place."""
    longest = [(element, held) for element in tree.iter("noscript") if (held := _length(element)) >= _LEAST]
    if not longest:
        return
    inside = {paragraph for element, _ in longest for paragraph in element.iter("p")}
    if not inside:
        return
    outside = sum(_length(paragraph) for paragraph in tree.iter("p") if paragraph not in inside)
    for element, held in longest:
        if held > outside:
            element.tag = "div"


def _length(element: HtmlElement) -> int:
    return len(" ".join(str(_STRING(element)).split()))


def place_streamed_segments(tree: HtmlElement) -> None:
    """Puts what React streams behind the page where its scripts would put it, in place.

    Of a page that was saved without its scripts each segment is put where the template of the same number stands.
    """
    places = {name: place for place in tree.iter("template") if (name := place.get("id") or "")[:2] in _PLACES}
    if not places:
        return
    divisions = [element for element in tree.iter("div") if element.get("hidden") is not None]
    segments = {name: element for element in divisions if (name := element.get("id") or "")[:2] == "S:"}
    scripts = (script.text or "" for script in tree.iter("script"))
    moves = [match.groups() for text in scripts if "$R" in text for match in _MOVES.finditer(text)]
    moves = moves or [(f"{kind}{name[2:]}", name) for name in segments for kind in _PLACES]
    for names in moves:
        segment = next((segments[name] for name in names if name in segments), None)
        place = next((places[name] for name in names if name in places), None)
        if segment is not None and place is not None and segment not in place.iterancestors():
            for name in names:
                segments.pop(name, None)
                places.pop(name, None)
            _move(segment, place)


def _move(segment: HtmlElement, place: HtmlElement) -> None:
    """Puts a hidden segment in the place of a template, and shows it; the texts behind both stay where they are."""
    parent = place.getparent()
    if parent is None:
        return
    segment.attrib.pop("hidden")
    tail, segment.tail = segment.tail, None
    _keep_tail(segment, tail)
    segment.tail, place.tail = place.tail, None
    parent.replace(place, segment)


def _keep_tail(element: HtmlElement, tail: str | None) -> None:
    """Gives the text behind an element that is about to move to what stands before it."""
    parent, before = element.getparent(), element.getprevious()
    if not tail or parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail


def unnest_words(page: DomIndex) -> None:
    """Makes a ``div`` without names of each element for menus, asides and controls that holds most of the words.

    ``page`` are the measures of the tree, which stay right.
    """
    whole = page[page.tree]
    least = max((whole.text - whole.linked) * _LEAST_SHARE, _LEAST)
    is_freed = False
    for element in page.tags.tagged(*_AROUND):
        measure = page.get(element)
        if measure is not None and measure.text - measure.linked >= least:
            element.tag = "div"
            for name in _NAMING:
                element.attrib.pop(name, None)
            is_freed = True
    if is_freed:
        page.tags = TagIndex(page.tree)
