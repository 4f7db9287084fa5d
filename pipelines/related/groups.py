"""Group the links of a page by structure into candidates for lists.

An item is the largest element round a link that holds no second title. Items of one parent, or of neighbouring rows,
that follow each other and look alike are a group. Every link that leads to another page is in exactly one group.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex
from pipelines.labels.headings import HEADING_TAGS
from pipelines.related.blocks import Headings
from pipelines.related.card_links import shape
from pipelines.related.link_index import LinkMap

_MOST_LINKS = 3_000  # of a page; the longest of 200 annotated ones has some 900
_CLIMBS = 12  # elements from a link up to its item
_ITEM_LINKS = 8  # links of one item: title, picture, section, authors
_ITEM_PROSE = 600  # unlinked characters of one item
_TITLE = 16  # characters of a title beside shorter links of the same item; a wide character counts for two
_MINOR = 26  # characters of a link that may stand beside a title more than twice as long: section, author
_GAP = 60  # characters between two items: a date, a label
_SUMMARY = 450  # the same where summaries stand between titles
_ROW_GAP = 8  # characters between two rows of one grid
_KIN = 3  # elements up to the holder that two rows of one grid share
_MENU_ITEMS = 10  # of a group that are measured
_MENU, _MENU_IN_NAVIGATION = 14, 22  # mean characters of links below which a group is a menu
NAVIGATION = 1 | 4 | 8
"""Bits of ``nav``, ``footer`` and ``header`` in :meth:`PageContext.landmarks`."""
_WIDE = frozenset({"article", "body", "html", "main"})  # hold more than one grid
_TOPMOST = frozenset({"body", "html", "main"})


@dataclasses.dataclass(slots=True, eq=False)
class LinkGroup:
    """Hold items in document order, and the places of their links to other pages.

    ``is_alone`` says that the first link stands by itself; links within sentences are groups of their own.
    """

    items: list[HtmlElement]
    places: list[int]
    is_alone: bool

    @property
    def parent(self) -> HtmlElement:
        """Return the parent of the first item."""
        parent: HtmlElement = self.items[0].getparent()
        return parent

    def runs(self, page: DomIndex, most: int = _SUMMARY) -> Iterator[list[HtmlElement]]:
        """Return runs of siblings with at most ``most`` other characters between items."""
        run: list[HtmlElement] = []
        for item in self.items:
            between = _between(run[-1], item, page, most) if run else None
            if between is None:
                if run:
                    yield run
                run = [item]
            else:
                run += [*between, item]
        yield run


def _between(item: HtmlElement, following: HtmlElement, page: DomIndex, most: int) -> list[HtmlElement] | None:
    """The siblings between two items; None where they are none, or hold more text."""
    first, second = page[item], page[following]
    if item.getparent() is not following.getparent() or second.offset - first.offset - first.text > most:
        return None
    return list(itertools.takewhile(lambda sibling: sibling is not following, item.itersiblings()))


def is_menu(group: LinkGroup, page: DomIndex, links: LinkMap, landmarks: int) -> bool:
    """Tell whether the links' texts are too short for titles: 9 of 10 are menus.

    ``landmarks`` are the bits of :meth:`PageContext.landmarks`; within ``nav``, ``footer`` and ``header`` more counts
    as short. Links without text are icons where the items have none either; else they may be pictures beside titles.
    """
    if not group.is_alone:
        return False
    width = 2 if page.is_mostly_cjk else 1
    items = group.items[:_MENU_ITEMS]
    length = sum(max(page[link].text for link in page.links_in(item)) for item in items) * width / len(items)
    if not length:
        return not any(page[item].text for item in items)
    if length < _MENU and links.card_title(group.places[0]) is not None:
        return False
    return length < (_MENU_IN_NAVIGATION if landmarks & NAVIGATION else _MENU)


def own_links(group: LinkGroup, page: DomIndex, links: LinkMap) -> dict[int, str]:
    """Return the items' own links: of each item those with the longest text.

    Sections, authors and dates beside a title are none.
    """
    own: dict[int, str] = {}
    for item in group.items:
        measure = page[item]
        lengths: dict[str, int] = {}
        places = range(measure.first_link, measure.first_link + measure.links)
        for place in places:
            url = links.url(place)
            if url is not None:
                lengths[url] = max(lengths.get(url, 0), page[page.links[place]].text)
        if lengths:
            address = max(lengths, key=lengths.__getitem__)
            own.update((place, address) for place in places if links.url(place) == address)
    return own


def _is_headed(link: HtmlElement) -> bool:
    """Whether a link is all of a heading, or holds one."""
    parent = link.getparent()
    return (parent is not None and parent.tag in HEADING_TAGS) or any(child.tag in HEADING_TAGS for child in link)


class Grouper:
    """Group the links of one page."""

    def __init__(self, page: DomIndex, links: LinkMap, headings: Headings) -> None:
        self._page, self._links, self._headings = page, links, headings
        self._counts: dict[HtmlElement, int] = {}
        self._width = 2 if page.is_mostly_cjk else 1

    def groups(self) -> list[LinkGroup]:
        """Return the groups of the first 3,000 links, in document order."""
        latest: dict[HtmlElement, LinkGroup] = {}
        groups: list[LinkGroup] = []
        until = 0
        for place in range(min(len(self._page.links), _MOST_LINKS)):
            if place < until or self._links.url(place) is None:
                continue
            item = self._item(place)
            parent = item.getparent()
            if parent is None:
                continue
            measure = self._page[item]
            until = measure.first_link + measure.links
            places = [each for each in range(place, until) if self._links.url(each) is not None]
            group = latest.get(parent)
            if group is not None and self._continues(group, item, self._links.is_alone(place)):
                group.items.append(item)
                group.places += places
            else:
                latest[parent] = LinkGroup([item], places, self._links.is_alone(place))
                groups.append(latest[parent])
        return self._joined(groups)

    def _item(self, place: int) -> HtmlElement:
        item: HtmlElement = self._page.links[place]
        for parent in itertools.islice(item.iterancestors(), _CLIMBS):
            if parent not in self._page or parent.tag in _TOPMOST:
                break
            titles = self._titles(parent)
            if titles > 1:
                break
            if titles == 1:
                item = parent
        return item

    def _titles(self, element: HtmlElement) -> int:
        """How many titles are among the element's links: 1 for an item, 2 for more than one, 0 for none so far.

        Of an item one link is a title and all others (section, author) are far shorter.
        """
        known = self._counts.get(element)
        if known is None:
            known = self._counts[element] = self._count_titles(element)
        return known

    def _count_titles(self, element: HtmlElement) -> int:
        measure = self._page[element]
        if measure.links > _ITEM_LINKS or measure.text - measure.linked > _ITEM_PROSE:
            return 2
        for heading in self._headings.within(element):
            if self._headings.kind(heading) is not None and not self._page[heading].in_link:
                return 2
        if self._links.holds_one(element):
            return 1
        lengths: dict[str, int] = {}
        places = range(measure.first_link, measure.first_link + measure.links)
        for place in places:
            url = self._links.url(place)
            if url is not None:
                lengths[url] = max(lengths.get(url, 0), self._page[self._page.links[place]].text * self._width)
        if len(lengths) <= 1:
            return 1
        second, longest = sorted(lengths.values())[-2:]
        if second * 2 < longest and second <= _MINOR:
            return 2 if self._are_headed(places) else int(longest >= _TITLE)
        return 0 if not second else 2

    def _are_headed(self, places: range) -> bool:
        """Whether links to two addresses are headings: a short title beside a long one."""
        headed = {self._links.url(place) for place in places if _is_headed(self._page.links[place])} - {None}
        return len(headed) > 1

    def _continues(self, group: LinkGroup, item: HtmlElement, is_alone: bool) -> bool:
        if is_alone != group.is_alone or shape(group.items[-1]) != shape(item):
            return False
        if not is_alone and item.tag not in ("a", "li"):
            return False  # paragraphs, each with a link in a sentence
        return self._is_next(group.items[-1], item, _GAP if item.tag == "p" else _SUMMARY)

    def _is_next(self, item: HtmlElement, following: HtmlElement, most: int) -> bool:
        """Whether little text and no heading stands between two items."""
        first, second = self._page[item], self._page[following]
        return second.offset - first.offset - first.text <= most and not self._headings.between(first.end, second.order)

    def _joined(self, groups: Sequence[LinkGroup]) -> list[LinkGroup]:
        """The groups, with those joined that are rows of one grid."""
        joined: list[LinkGroup] = []
        for group in groups:
            if joined and self._is_row_after(joined[-1], group):
                joined[-1].items += group.items
                joined[-1].places += group.places
            else:
                joined.append(group)
        return joined

    def _is_row_after(self, before: LinkGroup, group: LinkGroup) -> bool:
        if not before.is_alone or not group.is_alone or shape(before.items[0]) != shape(group.items[0]):
            return False
        one, other = before.items[-1].getparent(), group.parent
        if shape(before.parent) != shape(other) or not self._is_next(before.items[-1], group.items[0], _ROW_GAP):
            return False
        holders = {holder for holder in itertools.islice(one.iterancestors(), _KIN) if holder.tag not in _WIDE}
        return any(holder in holders for holder in itertools.islice(other.iterancestors(), _KIN))
