"""Recognize headings that name the kind of the list of links below them.

The kinds are related articles, rankings, latest lists and advertisements.
"""

import dataclasses
import itertools
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.html.dom_index import BLOCKS, DomIndex, plain, readable_text
from pipelines.labels.class_names import is_named_related
from pipelines.rules.load import load_rules, rule_cache

HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MARKED = HEADING_TAGS | {"dt", "legend", "caption", "summary", "header"}
_REGIONS = frozenset({"section", "aside", "div", "ul", "ol", "article", "nav"})
_LONGEST = 60  # characters without white space; a longer text is no heading of a list
_LONGEST_CONTAINING = 30
_CLIMBS = 4
_LEAST_LINKS = 2
_HOLDING = frozenset({"body", "main", "nav", "footer", "html"})
# The order decides where two kinds match alike: what must not be taken for related comes first.
_KINDS = ("advertisement", "tags", "author", "share", "ranking", "related", "latest", "navigation", "other")


@dataclasses.dataclass(frozen=True, slots=True)
class ListHeading:
    """An element (or the text before an element's first link) that names the kind of a list."""

    element: HtmlElement
    kind: str
    text: str
    is_lead: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class _Words:
    """The rules, found by the characters they hang on: ``begins`` by the first two, ``ends`` by the last.

    In ``equals``, what says nothing has the kind "".
    """

    equals: dict[str, str]
    weak: dict[str, str]
    begins: dict[str, tuple[tuple[str, str], ...]]
    ends: dict[str, tuple[tuple[str, str], ...]]
    contains: dict[str, str]
    contained: re.Pattern[str]


@rule_cache()
def _words() -> _Words:
    table = load_rules("headings")
    pairs: dict[str, list[tuple[str, str]]] = {"equals": [], "weak": [], "begins": [], "ends": [], "contains": []}
    for key, found in pairs.items():
        found += [(plain(word), kind) for kind in _KINDS for word in table[kind].get(key, ())]
    begins: dict[str, tuple[tuple[str, str], ...]] = {}
    ends: dict[str, tuple[tuple[str, str], ...]] = {}
    for word, kind in pairs["begins"]:
        begins[word[:2]] = (*begins.get(word[:2], ()), (word, kind))
    for word, kind in pairs["ends"]:
        ends[word[-1]] = (*ends.get(word[-1], ()), (word, kind))
    contains = dict(reversed(pairs["contains"]))
    contained = re.compile("|".join(re.escape(word) for word, _ in pairs["contains"]))
    equals = dict(reversed(pairs["equals"])) | dict.fromkeys(map(plain, table["nothing"]["equals"]), "")
    return _Words(equals, dict(reversed(pairs["weak"])), begins, ends, contains, contained)


@rule_cache(4_096)
def kind_of_heading(text: str, is_marked: bool = False) -> str | None:
    """Return the kind of list that a heading announces, or None.

    ``is_marked`` says that the markup makes it a heading.
    """
    line = plain(text)
    bare = _undecorated(line)
    if not bare:
        return None
    words = _words()
    if bare in words.equals:
        return words.equals[bare] or None
    if is_marked and bare in words.weak:
        return words.weak[bare]
    if len(bare) > _LONGEST:
        return None
    for end, kind in words.ends.get(bare[-1], ()) + words.ends.get(line[-1], ()):
        if bare.endswith(end) or line.endswith(end):
            return kind
    if len(bare) <= _LONGEST_CONTAINING and (part := words.contained.search(line)):
        return words.contains[part[0]]
    for start, kind in words.begins.get(line[:2], ()) + words.begins.get(bare[:2], ()):
        if _begins(line, start) or _begins(bare, start):
            return kind
    return None


def _begins(text: str, start: str) -> bool:
    """Tell whether the text begins with these whole words."""
    if not text.startswith(start):
        return False
    following = text[len(start) : len(start) + 1]
    return not start[-1].isalnum() or not (following.isascii() and following.isalnum())


def _undecorated(text: str) -> str:
    if text[:1].isalnum() and text[-1:].isalnum():
        return text
    kept = list(itertools.dropwhile(lambda character: not character.isalnum(), text))
    while kept and not kept[-1].isalnum():
        kept.pop()
    return "".join(kept)


def list_headings(page: DomIndex) -> Iterator[ListHeading]:
    """Find every heading of a list on the page, in document order.

    An element that holds little text and more of it than any of its children; the words before a block's first link
    (``【関連記事】<a …>``); a line of its own between two ``br`` (the element is the first of them); a region's label.
    """
    marked = _marked(page)
    for element, measure in page.items():
        if not measure.text:
            if element.tag == "br" and (heading := _line_after(element)):
                yield heading
            continue
        if measure.links and (heading := _lead_of(element)):
            yield heading
            continue
        if measure.text > _LONGEST or measure.widest == measure.text:
            continue
        is_marked = element in marked
        if not _may_head(element, page, is_marked=is_marked):
            continue
        text = readable_text(element)
        kind = kind_of_heading(text, is_marked=is_marked) or _kind_by_block(element, page)
        if kind is not None:
            yield ListHeading(element, kind, text)


def _line_after(element: HtmlElement) -> ListHeading | None:
    """Return the heading that is the line behind a ``br``, if it is one."""
    line = element.tail
    kind = kind_of_heading(line[:200].strip()) if line and not line.isspace() else None
    return ListHeading(element, kind, " ".join(line.split())[:100]) if kind is not None else None


def _lead_of(element: HtmlElement) -> ListHeading | None:
    """Return what an element with links says before them, or by its label, if that names a list."""
    tag = element.tag
    label = element.get("aria-label") if tag in _REGIONS else None
    if label and (kind := kind_of_heading(label[:200], is_marked=True)):
        return ListHeading(element, kind, label[:100], is_lead=True)
    words = element.text if tag in BLOCKS else None
    if words and len(words.strip()) >= 2:
        kind = kind_of_heading(words[:200].strip())
        if kind is not None and _first_link_follows(element):
            return ListHeading(element, kind, " ".join(words.split())[:100], is_lead=True)
    return None


def _marked(page: DomIndex) -> set[HtmlElement]:
    """Return the elements that the markup makes headings, with what is in them down to their grandchildren."""
    roles = (place for place in page.tags.values("role").get("heading", ()))
    marks = [*page.tags.tagged(*_MARKED), *page.tags.at(roles)]
    children = [child for mark in marks for child in mark]
    return {*marks, *children, *(child for element in children for child in element)}


def _kind_by_block(heading: HtmlElement, page: DomIndex) -> str | None:
    """``related`` where a heading that says nothing opens a block whose own class or id says so."""
    measure = page[heading]
    if heading.tag not in HEADING_TAGS or measure.links or measure.in_link:
        return None
    for block in itertools.islice(heading.iterancestors(), _CLIMBS):
        if block not in page or block.tag in _HOLDING or page[block].offset != measure.offset:
            return None
        if page[block].links >= _LEAST_LINKS and is_named_related(block):
            return None if _is_one_of_several(block) else "related"
    return None


def _is_one_of_several(block: HtmlElement) -> bool:
    """Tell whether a block has a neighbour of the same name.

    Then it is a card, and the heading is a card's title.
    """
    name = block.get("class")
    return any(one is not None and one.get("class") == name for one in (block.getprevious(), block.getnext()))


def _first_link_follows(element: HtmlElement) -> bool:
    return any(child.tag == "a" or child.find(".//a") is not None for child in itertools.islice(element, 2))


def _may_head(element: HtmlElement, page: DomIndex, *, is_marked: bool) -> bool:
    """Tell whether a heading begins its block and is not half a link."""
    measure = page[element]
    if element.tag == "h1" or (measure.links and (measure.links > 1 or not is_marked)):
        return False
    for ancestor in itertools.islice(element.iterancestors(), 4):
        if ancestor.tag == "a" and ancestor in page and page[ancestor].text > measure.text:
            return False  # a label inside a card
    if element.tag in BLOCKS:
        return True
    before = element.getprevious()
    if before is not None and before.tag in ("br", "hr") and not (before.tail or "").strip():
        return True
    for ancestor in itertools.islice(element.iterancestors(), 8):
        if ancestor not in page or page[ancestor].offset != measure.offset:
            return False
        if ancestor.tag in BLOCKS:
            return True
    return False
