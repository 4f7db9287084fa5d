"""Count the text and links of every element of a page in one pass.

Later questions ("is this block mostly links?", "is anything between these two?") take constant time. So 20,000 elements
cost 20,000 steps, nested or side by side.
"""

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from lxml import etree
from lxml.html import HtmlElement

from pipelines.html.tag_index import TagIndex
from storage.scripts import HAN, KANA

# Elements whose text is not shown to readers.
UNREAD = frozenset(
    {"script", "style", "noscript", "template", "svg", "head", "iframe", "object", "select", "textarea", "math"}
)

_WIDE = re.compile(f"[{KANA}{HAN}]")
_STRING = etree.XPath("string()", smart_strings=False)

# Elements that begin a new line (https://html.spec.whatwg.org/multipage/rendering.html#flow-content-3).
BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "details",
        "dialog",
        "div",
        "fieldset",
        "figcaption",
    }
    | {
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "legend",
        "main",
        "nav",
    }
    | {"p", "pre", "search", "section", "summary", "dir", "dl", "dt", "dd", "li", "menu", "ol", "ul"}
    | {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
)

_BREAKING = BLOCKS | UNREAD | {"br"}


@dataclasses.dataclass(slots=True, eq=False)
class Measure:
    """The counts of one element, in characters without white space.

    ``order`` and ``end`` are places in document order: an element ``b`` is within ``a`` if
    ``a.order <= b.order < a.end``. ``offset`` is the number of characters before the element's start. ``linked`` are
    the characters within links. ``widest`` is the most that a single child holds. ``links`` is how many ``a href``
    there are; ``first_link`` how many precede the element. ``block`` is the element itself, or the nearest
    round it that begins a line. ``next_child`` serves while the page is measured: the element's own text, then the
    ``offset`` of the child to come.
    """

    order: int
    first_link: int
    block: HtmlElement | None
    text: int
    next_child: int
    offset: int = 0
    end: int = 0
    linked: int = 0
    links: int = 0
    widest: int = 0
    in_link: bool = False


# A node's measure (None where it is not shown to readers), its parent's, and the length of its tail.
_Node: TypeAlias = tuple[Measure | None, Measure | None, int]


class DomIndex(dict[HtmlElement, Measure]):
    """The counts of all elements of one tree.

    They and ``tags`` are valid until the tree is changed by anything but :meth:`remove`. Removed elements and elements
    that are not shown to readers have none.
    """

    def __init__(self, tree: HtmlElement) -> None:
        super().__init__()
        self.tree = tree
        self.tags = TagIndex(tree)
        self.elements: list[HtmlElement] = []
        self.blocks: list[HtmlElement] = []  # those of the elements that begin a line
        self.links: list[HtmlElement] = []
        self.texts: list[tuple[HtmlElement, str]] = []  # every text that is not white space, with what holds it
        nodes = self._collected()
        _add_up(nodes)
        _place(nodes)

    def links_in(self, element: HtmlElement) -> list[HtmlElement]:
        """Return the ``a href`` elements within ``element``, in document order."""
        measure = self[element]
        return self.links[measure.first_link : measure.first_link + measure.links]

    def is_within(self, inner: HtmlElement, outer: HtmlElement) -> bool:
        """Tell whether ``inner`` is ``outer`` or inside it."""
        one, other = self[inner], self[outer]
        return other.order <= one.order < other.end

    @functools.cached_property
    def is_mostly_cjk(self) -> bool:
        """Tell whether the page is mostly Chinese or Japanese, by some 8,000 characters."""
        wide = seen = 0
        for _, text in self.texts:
            seen += len(text)
            if not text.isascii():
                wide += len(_WIDE.findall(text))
            if seen > 8_000:
                break
        return wide * 5 > seen

    def _collected(self) -> list[_Node]:
        """Return the nodes in document order, with only their own text counted."""
        nodes: list[_Node] = []
        elements, blocks, texts = self.elements, self.blocks, self.texts
        parent: HtmlElement | None = None
        around: Measure | None = None
        for element in self.tags.nodes:
            if nodes:
                parent = element.getparent()
                around = self.get(parent)
                if around is None:
                    continue  # inside an element that is not shown to readers
            measure = None
            tag = element.tag
            if isinstance(tag, str) and tag not in UNREAD:
                text = element.text
                block = None if around is None else around.block
                if tag in BLOCKS:
                    block = element
                    blocks.append(element)
                held = 0
                if text and not text.isspace():
                    held = _length(text)
                    texts.append((element, text))
                self[element] = measure = Measure(len(elements), len(self.links), block, held, held)
                if tag == "a" or (around is not None and around.in_link):
                    self._note_link(element, measure, around)
                elements.append(element)
            tail = element.tail
            if tail and parent is not None and not tail.isspace():
                nodes.append((measure, around, _length(tail)))
                texts.append((parent, tail))
            else:
                nodes.append((measure, around, 0))
        return nodes

    def _note_link(self, element: HtmlElement, measure: Measure, around: Measure | None) -> None:
        if around is not None and around.in_link:
            measure.in_link = True
        elif element.tag == "a" and element.get("href") is not None:
            measure.in_link = True
            measure.links = 1
            self.links.append(element)

    def remove(self, elements: Sequence[HtmlElement]) -> None:
        """Remove consecutive siblings with the text between them.

        The text after the last one stays. The counts of their ancestors are corrected, but ``offset`` and
        ``first_link`` still count what was removed.
        """
        for element, following in zip(elements, (*elements[1:], None), strict=True):
            if element.getparent() is None:
                continue
            gone = self.get(element)
            between = 0
            if following is not None and element.getnext() is following:
                between = _length(element.tail)
                element.tail = None
            for holder in element.iterancestors():
                measure = self.get(holder)
                if measure is None:
                    break
                measure.text -= between + (gone.text if gone else 0)
                measure.linked -= gone.linked if gone else 0
                measure.links -= gone.links if gone else 0
            if gone is not None:
                for inner in self.elements[gone.order : gone.end]:
                    self.pop(inner, None)
            self.tags.forget(element)
            element.drop_tree()


def _add_up(nodes: Sequence[_Node]) -> None:
    """Add the counts of children to their parents, from the last node to the first."""
    for held, above, tail in reversed(nodes):
        if held is not None:
            if held.in_link:
                held.linked = held.text
            if held.end <= held.order:
                held.end = held.order + 1
        if above is None:
            continue
        above.text += tail
        if held is not None:
            above.text += held.text
            above.linked += held.linked
            above.links += held.links
            if held.text > above.widest:
                above.widest = held.text
            if held.end > above.end:
                above.end = held.end


def _place(nodes: Sequence[_Node]) -> None:
    """Set the offset of each element: the number of characters before it."""
    for measure, above, tail in nodes:
        start = 0 if above is None else above.next_child
        held = 0
        if measure is not None:
            measure.offset = start
            measure.next_child += start
            held = measure.text
        if above is not None:
            above.next_child = start + held + tail


def _length(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def element_text(element: HtmlElement) -> str:
    """Return all text of an element in one line, unread parts included. Fastest."""
    return str(_STRING(element))


def readable_text(element: HtmlElement) -> str:
    """Return the element's text in one line with single spaces, without unread parts."""
    if not len(element):
        return " ".join((element.text or "").split())
    for inner in element.iterdescendants():
        if inner.tag in _BREAKING:
            return " ".join("".join(text_pieces(element)).split())
    return " ".join(str(_STRING(element)).split())


def readable_start(element: HtmlElement, length: int) -> str:
    """Return the first ``length`` characters of :func:`readable_text`.

    The rest is not read.
    """
    pieces, held = [], 0
    for piece in text_pieces(element):
        pieces.append(piece)
        held += _length(piece)
        if held >= length:
            break
    return " ".join("".join(pieces).split())[:length]


def text_pieces(element: HtmlElement) -> Iterator[str]:
    """Return the element's texts in order, with a line break at each block's edge."""
    unread = 0
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            piece = node.tail
        elif event == "start":
            unread += node.tag in UNREAD
            if node.tag in BLOCKS or node.tag == "br":
                yield "\n"
            piece = node.text
        else:
            unread -= node.tag in UNREAD
            if node.tag in BLOCKS:
                yield "\n"
            piece = node.tail if node is not element else None
        if piece and not unread:
            yield piece


def plain(text: str) -> str:
    """Return text as rules are compared with it: NFKC, casefolded, single spaces."""
    text = text[:2000]
    if text.isascii():  # NFKC changes nothing, and casefolding is lower case
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
