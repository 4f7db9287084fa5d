"""Compute the features of a group of links for the model.

Every function gives the numbers of its own names in order. Shares are 0 to 1, flags 0 or 1, lengths in characters
without white space (a wide character counts for two on pages in scripts without spaces); -1 says that nothing is known.
"""

import itertools
import math
from collections.abc import Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import readable_text
from pipelines.labels.headings import HEADING_TAGS, kind_of_heading
from pipelines.labels.list_words import (
    HEADING_SUBJECTS,
    NAME_SUBJECTS,
    heading_subjects,
    name_columns,
)
from pipelines.related.group_headings import GroupHeadings
from pipelines.related.groups import LinkGroup
from pipelines.related.page_context import LANDMARK_COUNT, PageContext

_ITEMS = 3  # of a group that are looked into
_INSIDE = 20  # elements of an item that are looked at
_PICTURES = frozenset({"img", "picture", "amp-img", "figure", "video"})
_SHORT = 18  # characters of a link that is no headline
_FAR = 6_000  # characters
_TAGS = ("a", "li", "p", "div", "article", "td", "span")
_PARENTS = ("ul", "ol", "p", "tr", "div")
_KINDS = ("related", "ranking", "latest", "advertisement", "tags", "author", "navigation", "share", "other")

PLACE_NAMES = (
    *("items", "links", "alone", "inside", "after", "before", "distance", "distance_links"),
    *("in_container", "depth", "nav", "aside", "footer", "header", "form", "article", "main"),
    *("parent_links", "parent_children", "gap"),
)


def place_features(context: PageContext, group: LinkGroup, before: LinkGroup | None) -> list[float]:
    """Describe the place of a group: in the page, to the body, in which parts."""
    page = context.page
    first, last = page[group.items[0]], page[group.items[-1]]
    parent = group.parent
    around = page[parent]
    distance = 0
    if first.order > context.last:
        distance = first.offset - context.end
    elif first.order < context.first:
        distance = first.offset - context.start
    end = page[before.items[-1]] if before is not None else None
    bits, depth = context.landmarks(group.items[0])
    return [
        len(group.items),
        len(group.places),
        group.is_alone,
        context.first < first.order and last.end <= context.last,
        first.order > context.last,
        last.end <= context.first,
        max(-_FAR // 2, min(_FAR, distance)),
        max(-200, min(200, group.places[0] - context.last_link)),
        context.body is not None and page.is_within(group.items[0], context.body.container),
        depth,
        *(float(bits >> bit & 1) for bit in range(LANDMARK_COUNT)),
        min(300, around.links),
        min(300, len(parent)),
        -1 if end is None else min(_FAR, first.offset - end.offset - end.text),
    ]


SHAPE_NAMES = (
    *("unlinked", "pictures", "headed"),
    *(f"item_{tag}" for tag in (*_TAGS, "heading", "definition")),
    *(f"parent_{tag}" for tag in (*_PARENTS, "heading")),
)


def shape_features(context: PageContext, group: LinkGroup) -> list[float]:
    """Describe what the items are made of."""
    page, items = context.page, group.items[:_ITEMS]
    pictures = headed = 0
    for item in items:
        tags = {element.tag for element in itertools.islice(item.iter(), _INSIDE)}
        pictures += not tags.isdisjoint(_PICTURES)
        headed += not tags.isdisjoint(HEADING_TAGS)
    unlinked = sum(page[item].text - page[item].linked for item in items)
    tag, around = items[0].tag, group.parent.tag
    return [
        min(2_000, unlinked / len(items) * context.width),
        *(count / len(items) for count in (pictures, headed)),
        *(tag == each for each in _TAGS),
        tag in HEADING_TAGS,
        tag in ("dd", "dt"),
        *(around == each for each in _PARENTS),
        around in HEADING_TAGS,
    ]


_SOURCES = ("near", "further", "tagged", "lead", "label")
_TAGGED = 2
_WEIGHED = (0, _TAGGED, 3)  # of the sources: near, tagged and lead; all together are weighed besides
HEADING_NAMES = (
    *("near_length", "near_level", "near_steps", "near_passed", "near_climbs"),
    *("tagged_distance", "tagged_level", "lead_length", "labelled"),
    *(f"{_SOURCES[place]}:{subject}" for place in _WEIGHED for subject in HEADING_SUBJECTS),
    *(f"any:{subject}" for subject in HEADING_SUBJECTS),
    *(f"{_SOURCES[place]}:kind:{kind}" for place in _WEIGHED for kind in (*_KINDS[:4], "else")),
    *(f"above:{subject}" for subject in HEADING_SUBJECTS),
    "above_length",
)


def heading_texts(context: PageContext, headings: GroupHeadings) -> tuple[str, ...]:
    """Return the texts of the five sources, "" where there is none."""
    near = [text.text for text in headings.near]
    tagged = headings.tagged
    is_headline = tagged is not None and tagged.tag == "h1" and context.headings.kind(tagged) is None
    is_read = tagged is not None and not is_headline and context.page[tagged].text <= 100
    return (
        near[0] if near else "",
        near[1] if len(near) > 1 else "",
        readable_text(tagged) if tagged is not None and is_read else "",
        headings.lead,
        headings.label,
    )


def heading_features(
    context: PageContext, group: LinkGroup, headings: GroupHeadings, texts: Sequence[str]
) -> list[float]:
    """Describe the words above the group, and how near they are."""
    near, tagged = headings.near[0] if headings.near else None, headings.tagged
    first = context.page[group.items[0]]
    numbers: list[float] = [-1.0] * 5
    if near is not None:
        length = len(near.text) * context.width
        numbers = [length, near.level, near.steps, near.passed, near.climbs]
    if tagged is None:
        numbers += [-1.0] * 2
    else:
        measure = context.page[tagged]
        level = int(tagged.tag[1]) if tagged.tag in HEADING_TAGS else 0
        numbers += [min(_FAR, first.offset - measure.offset - measure.text), level]
    numbers += [len(headings.lead), bool(headings.label)]
    subjects = [heading_subjects(text) for text in texts]
    for place in _WEIGHED:
        numbers += subjects[place]
    numbers += map(max, *subjects)
    for place in _WEIGHED:
        numbers += _kind_columns(kind_of_heading(texts[place], is_marked=place == _TAGGED) if texts[place] else None)
    above = context.headings.above(tagged) if tagged is not None else None
    text = readable_text(above) if above is not None and context.page[above].text <= 100 else ""
    return [*numbers, *heading_subjects(text), len(text) * context.width]


def _kind_columns(kind: str | None) -> tuple[float, ...]:
    return (*(float(kind == each) for each in _KINDS[:4]), float(kind in _KINDS[4:]))


RULE_NAMES = tuple(f"rule:{kind}" for kind in _KINDS)
NAMES_NAMES = (
    *(f"holder:{subject}" for subject in NAME_SUBJECTS),
    *(f"outer:{subject}" for subject in NAME_SUBJECTS),
    *(f"around:{subject}" for subject in NAME_SUBJECTS),
    "outer_levels",
)


def rule_features(context: PageContext, group: LinkGroup) -> list[float]:
    """Encode the kind of list by the rules of headings."""
    block = context.block_round(context.page[group.items[0]].order)
    return [float(block is not None and block.kind == kind) for kind in _KINDS]


def name_features(context: PageContext, group: LinkGroup) -> list[float]:
    """Encode the words in classes and ids of the first item and its ancestors."""
    page, item = context.page, group.items[0]
    inner = holder = outer = level = 0
    for element in itertools.islice(item.iter(), 4):
        if element in page:
            inner |= context.names(element)
    for element in itertools.islice(item.iterancestors(), 8):
        if element not in page or element.tag in ("body", "html") or _holds_body(context, element):
            break
        if level < 3:
            holder |= context.names(element)
        else:
            outer |= context.names(element)
        level += 1
    return [*name_columns(holder), *name_columns(outer), *name_columns(inner | holder | outer), level]


def _holds_body(context: PageContext, element: HtmlElement) -> bool:
    return context.body is not None and context.page.is_within(context.body.container, element)


LENGTH_NAMES = ("text", "text_deviation", "text_least", "text_most", "textless", "short")


def length_features(context: PageContext, lengths: Sequence[int]) -> list[float]:
    """Describe the lengths of the links' texts."""
    wide = [length * context.width for length in lengths]
    mean = sum(wide) / len(wide)
    return [
        mean,
        math.sqrt(sum((length - mean) ** 2 for length in wide) / len(wide)),
        min(wide),
        max(wide),
        sum(length == 0 for length in wide) / len(wide),
        sum(length < _SHORT for length in wide) / len(wide),
    ]
