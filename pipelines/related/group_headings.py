"""Read the words above a group of links, or before its first link."""

import dataclasses
import itertools

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex, readable_start, readable_text
from pipelines.labels.headings import HEADING_TAGS
from pipelines.related.blocks import Headings
from pipelines.related.groups import LinkGroup

_LONGEST = 60  # characters without white space; a longer text is no heading
_LONGEST_TEXT = 80  # the same with white space
_PROSE = 150  # characters of an element behind which no heading is looked for
_SENTENCE = 20  # characters from which a text with a full stop is prose
_STOPS = (".", "。", ".”", '."', "。」", ".«", ".“")
_STEPS = 24  # elements looked at before a group
_CLIMBS = 7
_PASSED = 6  # other lists between a group and its heading
_LABELLED = 6  # elements from an item up to one with a label


@dataclasses.dataclass(frozen=True, slots=True)
class HeadingText:
    """Hold a short text before a group.

    ``level`` is 1 to 6 of a heading's tag, 0 of any other text. ``steps`` are the elements, ``passed`` the lists,
    ``climbs`` the parents between it and the group.
    """

    text: str
    level: int
    steps: int
    passed: int
    climbs: int


@dataclasses.dataclass(frozen=True, slots=True)
class GroupHeadings:
    """Hold the texts above a group; "" and None for none.

    ``near`` are the one or two nearest short texts before it, ``tagged`` the nearest heading by its tag or words,
    ``lead`` the words of the first item before its link, ``label`` the ``aria-label`` round it.
    """

    near: tuple[HeadingText, ...]
    tagged: HtmlElement | None
    lead: str
    label: str


def headings_of(group: LinkGroup, page: DomIndex, headings: Headings) -> GroupHeadings:
    """Return the texts above a group, from at most 24 elements before it."""
    item = group.items[0]
    tagged = headings.last_before(page[item].order)
    return GroupHeadings(_near(item, page), tagged, _lead(item, page.links[group.places[0]], page), _label(item, page))


def _near(item: HtmlElement, page: DomIndex) -> tuple[HeadingText, ...]:
    texts: list[HeadingText] = []
    element, steps, passed, climbs = item, 0, 0, 0
    while steps < _STEPS and climbs < _CLIMBS and passed <= _PASSED and len(texts) < 2:
        steps += 1
        before = element.getprevious()
        if before is None:
            parent = element.getparent()
            if parent is None or parent not in page or parent.tag in ("body", "html"):
                break
            climbs += 1
            bare, element = parent.text, parent
        else:
            bare, element = before.tail, before
        if bare and not bare.isspace():
            words = " ".join(bare.split())
            if len(words) > _LONGEST_TEXT:
                break
            texts.append(HeadingText(words, 0, steps, passed, climbs))
        measure = page.get(element) if before is not None else None
        if measure is None or not measure.text:
            continue
        # A heading of links names the list and others, as tabs do.
        is_tabs = 0 < measure.text <= _LONGEST and element.tag in HEADING_TAGS
        if not is_tabs and (measure.links >= 2 or (measure.links and measure.text > _LONGEST)):
            passed += 1
        elif measure.text <= _LONGEST:
            words, level = readable_text(element), _level(element)
            if not level and measure.text >= _SENTENCE and words.endswith(_STOPS):
                break  # the last words of the article
            texts.append(HeadingText(words, level, steps, passed, climbs))
        elif measure.text > _PROSE:
            break
    return tuple(texts[:2])


def _level(element: HtmlElement) -> int:
    tags = (each.tag for each in itertools.islice(element.iter(), 7))
    return next((int(tag[1]) for tag in tags if tag in HEADING_TAGS), 0)


def _lead(item: HtmlElement, link: HtmlElement, page: DomIndex) -> str:
    """The words before the link, in its block or its item."""
    measure = page[link]
    for holder in (measure.block, item):
        if holder is not None and holder in page:
            length = measure.offset - page[holder].offset
            if 0 < length <= _LONGEST:
                return readable_start(holder, length + 12)[: length + 12]
    return ""


def _label(item: HtmlElement, page: DomIndex) -> str:
    for element in itertools.islice(itertools.chain([item], item.iterancestors()), _LABELLED):
        if element not in page or element.tag in ("body", "main"):
            break
        label: str | None = element.get("aria-label")
        if label:
            return label[:_LONGEST_TEXT]
    return ""
