"""Find blocks of an article that stand beside its containers, or are links in them.

They are the lead between headline and body, lists there, lists of links that a paragraph announces, paragraphs and
lines that are one link, sections right behind the body, and lists and headings of a body without container. Each kind
was measured on annotated pages (docs/training.md).
"""

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.html.text_blocks import TextBlock, ends_sentence
from pipelines.labels.list_words import HEADING_SUBJECTS, heading_subjects
from pipelines.rules.load import load_rules, rule_cache

_LINKED = 0.8  # share of link text from which a block is a link
_AFTER_HEADLINE = 3  # blocks behind the headline in which a lead stands
_LIST_AFTER_HEADLINE = 30  # the same for a list
_LEAD, _MOST_LEADS = 150, 2  # Japanese characters of a lead; more leads are a list of teasers
_LINKED_PROSE = 20  # Japanese characters of a paragraph that is one link
_SECTION = 30  # Japanese characters of a paragraph in a section behind the body
_SECTION_PARAGRAPHS = 2
_ITEMS = frozenset({"li", "td", "dd"})
_HEADINGS = frozenset({"h2", "h3", "h4"})
_LISTED = _ITEMS | _HEADINGS
_LIST_PARTS = frozenset({"ul", "ol", "li", "dl", "dd", "dt", "table", "thead", "tbody", "tr", "td", "th"})
_ELSEWHERE = frozenset({"nav", "aside", "footer", "dialog", "form"})
_MAIN = frozenset({"main", "article"})
_HEADING = 40  # characters in which a line leads to other articles
_OTHERS = frozenset({"related", "subject", "also", "recommended", "you", "latest", "more", "ad"})  # headings' subjects

# "Berlin. Die", "LONDON (AP) — The": where an article's first paragraph was written.
_DATELINE = re.compile(
    r"[A-ZÀ-Þ][\w’'-]+(?:[ /][A-ZÀ-Þ][\w’'-]+){0,2}"
    r"(?:\.|,? ?\([\w/ -]{2,20}\)(?:[.:]| ?[—–-])?| ?[—–]| -) +[\"“„»«‘]?[A-ZÀ-Þ]"
)

Says = Callable[[int], bool]


@rule_cache()
def _names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    table = load_rules("lead_classes")
    return tuple(table["lead"]["names"]), tuple(table["other"]["names"])


def load_tables() -> None:
    """Load what no page may wait for."""
    _names()


@rule_cache(4_096)
def _names_lead(names: str) -> bool:
    lead, other = _names()
    return any(word in names for word in lead) and not any(word in names for word in other)


def missed_blocks(
    blocks: Sequence[TextBlock], kept: Collection[int], first: int, last: int, by_first: Says, by_second: Says
) -> set[int]:
    """Return the places of such blocks.

    ``kept`` are the places of what is kept already, ``first`` and ``last`` those of the outer blocks of the article's
    containers. ``by_first`` and ``by_second`` tell whether trafilatura and resiliparse keep a block.
    """
    known = set(kept)
    return {
        *_leads(blocks, known, first),
        *_lists_before(blocks, first, by_first, by_second),
        *_linked_paragraphs(blocks, known),
        *_linked_lines(blocks, known, by_first, by_second),
        *_announced_links(blocks, known, first, last),
        *_sections_behind(blocks, last, by_second),
        *_between_paragraphs(blocks, known, first, last, by_first),
    } - known


def _headline_before(blocks: Sequence[TextBlock], before: int, most: int) -> int | None:
    """The place of the last h1 among the ``most`` blocks before a place."""
    places = range(before - 1, max(-1, before - most - 1), -1)
    return next((place for place in places if blocks[place].element.tag == "h1"), None)


def _leads(blocks: Sequence[TextBlock], kept: set[int], first: int) -> list[int]:
    places = [
        place
        for place in range(max(0, first - _AFTER_HEADLINE * 3), first)
        if place not in kept
        and blocks[place].is_prose
        and blocks[place].weight <= _LEAD
        and blocks[place].link_share < 0.05
        and blocks[place].element.tag not in _ITEMS
        and (_names_lead(_names_of(blocks[place].element)) or _DATELINE.match(blocks[place].text) is not None)
        and not _stands_in(blocks[place].element, _ELSEWHERE)
        and _headline_before(blocks, place, _AFTER_HEADLINE) is not None
    ]
    return places if len(places) <= _MOST_LEADS else []


def _names_of(element: HtmlElement) -> str:
    """Class and id of an element and its parent, in lower case."""
    parent = element.getparent()
    both = (element, parent) if parent is not None else (element,)
    return " ".join(f"{one.get('class') or ''} {one.get('id') or ''}"[:200] for one in both).lower()


def _lists_before(blocks: Sequence[TextBlock], first: int, by_first: Says, by_second: Says) -> Iterator[int]:
    """Items between headline and body that both extractors keep, with the heading over the first."""
    for place in range(max(0, first - _LIST_AFTER_HEADLINE), first):
        block = blocks[place]
        if block.element.tag not in _ITEMS or block.link_share >= 0.5 or not by_first(place):
            continue
        if _headline_before(blocks, place, _LIST_AFTER_HEADLINE) is None or _stands_in(block.element, _ELSEWHERE):
            continue
        if by_second(place):
            yield place
            above = blocks[place - 1]
            if above.element.tag in _HEADINGS and by_second(place - 1) and not _speaks_of_lists(above):
                yield place - 1


def _linked_paragraphs(blocks: Sequence[TextBlock], kept: set[int]) -> Iterator[int]:
    """Sentences that are one link, between two kept paragraphs of the same element."""
    for place in range(1, len(blocks) - 1):
        block = blocks[place]
        if block.link_share <= _LINKED or block.element.tag != "p" or block.weight < _LINKED_PROSE:
            continue
        parent = block.element.getparent()
        around = (place - 1, place + 1)
        if (
            all(near in kept and blocks[near].element.getparent() is parent for near in around)
            and ends_sentence(block.text)
            and not _speaks_of_lists(block)
        ):
            yield place


def _linked_lines(blocks: Sequence[TextBlock], kept: set[int], by_first: Says, by_second: Says) -> Iterator[int]:
    """Lines of a kept paragraph that are one link, and that both extractors keep."""
    for place, block in enumerate(blocks):
        if block.link_share <= _LINKED or block.element.tag != "p":
            continue
        is_near = any(one in kept and blocks[one].element is block.element for one in (place - 1, place + 1))
        if is_near and not _speaks_of_lists(block) and by_first(place) and by_second(place):
            yield place


def _announced_links(blocks: Sequence[TextBlock], kept: set[int], first: int, last: int) -> Iterator[int]:
    """Items that are links, below a kept paragraph that ends in a colon and does not speak of other pages."""
    is_announced = False
    for place in range(first, last + 1):
        block = blocks[place]
        if block.element.tag == "li":
            if is_announced:
                yield place
        else:
            is_announced = (
                place in kept
                and block.text.endswith((":", "："))
                and block.link_share < 0.3
                and not _speaks_of_lists(block)
            )


def _sections_behind(blocks: Sequence[TextBlock], last: int, by_second: Says) -> Iterator[int]:
    """Sections that begin right behind the body: a heading without link, and paragraphs of the same element."""
    place = last + 1
    while place < len(blocks) and _is_section_heading(blocks[place]):
        parent = blocks[place].element.getparent()
        own = itertools.takewhile(
            lambda each, parent=parent: _is_paragraph_of(blocks[each], parent) and by_second(each),  # type: ignore[misc]
            range(place + 1, len(blocks)),
        )
        paragraphs = list(own)
        if len(paragraphs) < _SECTION_PARAGRAPHS:
            return
        yield from (place, *paragraphs)
        place = paragraphs[-1] + 1


def _between_paragraphs(
    blocks: Sequence[TextBlock], kept: set[int], first: int, last: int, by_first: Says
) -> Iterator[int]:
    """Items and headings without links between kept paragraphs of the same element.

    Only where trafilatura keeps no item and no heading: without a container it keeps paragraphs alone.
    """
    listed = [place for place in range(first, last + 1) if blocks[place].element.tag in _LISTED]
    if not kept or any(by_first(place) for place in listed):
        return
    homes = {blocks[place].element.getparent() for place in kept if blocks[place].element.tag == "p"}
    for place in listed:
        block = blocks[place]
        holder = block.element.getparent()
        if block.element.tag in _ITEMS:
            holder = next((one for one in block.element.iterancestors() if one.tag not in _LIST_PARTS), None)
        if min(kept) < place < max(kept) and holder in homes and block.link_share < 0.1 and not _speaks_of_lists(block):
            yield place


def _is_section_heading(block: TextBlock) -> bool:
    return (
        block.element.tag in _HEADINGS
        and block.link_share == 0.0
        and _stands_in(block.element, _MAIN)
        and not _stands_in(block.element, _ELSEWHERE)
        and not _speaks_of_lists(block)
    )


def _is_paragraph_of(block: TextBlock, parent: HtmlElement | None) -> bool:
    element = block.element
    return (
        element.tag == "p"
        and element.getparent() is parent
        and block.is_prose
        and block.weight >= _SECTION
        and block.link_share < 0.1
    )


def _speaks_of_lists(block: TextBlock) -> bool:
    """Tell whether a block begins with words that lead to other articles."""
    subjects = heading_subjects(block.text[:_HEADING])
    return any(subject and name in _OTHERS for name, subject in zip(HEADING_SUBJECTS, subjects, strict=True))


def _stands_in(element: HtmlElement, tags: Collection[str]) -> bool:
    return element.tag in tags or any(one.tag in tags for one in element.iterancestors())
