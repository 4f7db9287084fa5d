"""Split a card into lines, each with its role by markup: title, noise or none."""

import dataclasses
import itertools
import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from pipelines.html.dom_index import BLOCKS, UNREAD
from pipelines.labels.headings import HEADING_TAGS

# Words in class names and ids (evidence beside the text itself): BEM blocks, WordPress themes, Japanese sites' "ttl".
_TITLE_CLASS = re.compile(
    r"(?:^|[-_ ])(?:title|headline|heading|ttl|midashi|hed)(?:$|[-_ ])|Title(?:$|[-_ ])|headline", re.IGNORECASE
)
# Words of the line over a headline, in English, German and French class names.
_KICKER_CLASS = re.compile(
    r"kicker|eyebrow|overline|roofline|dachzeile|spitzmarke|surtitre|(?:^|[-_ ])(?:pre|super|over|sur)-?(?:head|title)",
    re.IGNORECASE,
)
_NOISE_CLASS = re.compile(
    r"(?:^|[-_ ])(?:date|time|category|cat|label|tag|tags|author|byline|credit|caption|count|rank|num|number|badge"
    r"|kicker|eyebrow|meta|section|icon|source|media-name|duration)(?:$|[-_ ])"
    r"|(?:^|[-_ a-z])(?:Date|Time|Category|Label|Author|Caption)",
)


@dataclasses.dataclass(frozen=True, slots=True)
class CardLine:
    """Hold one line of a card.

    ``role`` is ``title``, ``noise`` or "" (nothing said), ``linked`` that a link has it; ``place`` is the class (else
    the tag) of the element that holds it.
    """

    text: str
    role: str
    linked: bool
    place: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class _Holder:
    """What the innermost elements round a text say of it; as in :class:`CardLine`."""

    role: str = ""
    linked: bool = False
    place: str = ""

    def inner(self, node: HtmlElement) -> "_Holder":
        """Return the role of text directly in ``node``, a child of this element."""
        names = (node.get("class") or "")[:200].split()[:1]
        place = names[0] if names else node.tag if node.tag in BLOCKS else self.place
        return _Holder(_role(node) or self.role, self.linked or node.tag == "a", place)


def card_lines(elements: list[HtmlElement]) -> list[CardLine]:
    """Return the lines of consecutive elements; a new role begins a new line."""
    lines: list[CardLine] = []
    for element in elements:
        words: list[str] = []
        said = _Holder()
        for text, holder in _pieces(element):
            if text == "\n" or (holder.role, holder.linked) != (said.role, said.linked):
                _add(lines, words, said)
                words = []
            if text != "\n":
                said = said if words else holder
                words.append(text)
        _add(lines, words, said)
    return lines


def _add(lines: list[CardLine], words: list[str], said: _Holder) -> None:
    text = " ".join("".join(words).split())
    if text:
        lines.append(CardLine(text[:5000], said.role, said.linked, said.place))


def _pieces(element: HtmlElement) -> Iterator[tuple[str, _Holder]]:
    """Texts with what holds them, and a line break where a block begins or ends."""
    holders = [_Holder("", any(ancestor.tag == "a" for ancestor in element.iterancestors("a")))]
    unread = 0
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        text = node.tail if event != "start" else node.text
        if event == "start":
            unread += node.tag in UNREAD
            holders.append(holders[-1].inner(node))
        elif event == "end":
            unread -= node.tag in UNREAD
            holders.pop()
            if node is element:
                return
        if event in ("start", "end") and (node.tag in BLOCKS or node.tag == "br"):
            yield "\n", holders[-1]
        if text and not unread:
            yield text, holders[-1]


def _role(node: HtmlElement) -> str:
    names = f"{node.get('class') or ''} {node.get('id') or ''}"[:300]
    if node.tag != "a" and _KICKER_CLASS.search(names) and not any(child.tag in HEADING_TAGS for child in node.iter()):
        return "noise"
    if node.tag in HEADING_TAGS:
        return "title"
    if node.tag in ("time", "figcaption", "button", "label", "figure", "cite"):
        return "noise"
    if names == " ":
        return ""
    if node.tag != "a" and _TITLE_CLASS.search(names):
        return "title"
    is_leaf = node.tag not in ("a", "article") and not any(child.tag in BLOCKS for child in itertools.islice(node, 20))
    return "noise" if is_leaf and _NOISE_CLASS.search(names) else ""
