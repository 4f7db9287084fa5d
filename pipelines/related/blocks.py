"""Find the elements of the list under each heading."""

import bisect
import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import BLOCKS, DomIndex
from pipelines.html.prose import BodySpan, Prose
from pipelines.labels.class_names import is_named_body
from pipelines.labels.headings import HEADING_TAGS, ListHeading, list_headings
from pipelines.related.link_index import LinkMap

_BAR = 20  # characters that may stand beside a heading in its bar ("もっと見る", "View all")
_LABEL = 40  # characters of a line that is no prose: date, label, caption
_SUMMARY = 450  # unlinked characters for each card above which a block is prose with links
_SHORT = 8  # characters; a shorter link is a button
_GAP = 30  # elements without a link between a heading and its list, or inside the list
_STEPS = (
    100_000  # siblings looked at on one page: a bound on what a hostile page costs, some hundred times a real page's
)
_CLIMBS = 4
_ABOVE = 20  # headings among which one of a higher rank is looked for
_DEPTH = 12


@dataclasses.dataclass(frozen=True, slots=True)
class ListBlock:
    """Hold a list of links to cut: ``elements`` are siblings, the heading's first."""

    kind: str
    evidence: str
    elements: tuple[HtmlElement, ...]


class Headings:
    """Index the headings of a page by place."""

    def __init__(self, page: DomIndex) -> None:
        self._page = page
        self.lists: list[ListHeading] = list(list_headings(page))
        self._kinds = {heading.element: heading.kind for heading in self.lists}
        bare = (element for element in page.tags.tagged(*HEADING_TAGS) if element in page)
        tagged = {element for element in bare if page[element].text and not page[element].links}
        self._marked = sorted(tagged | self._kinds.keys(), key=lambda element: page[element].order)
        self._orders = [page[element].order for element in self._marked]

    def within(self, element: HtmlElement) -> Sequence[HtmlElement]:
        """Return the headings inside ``element`` without a card's link, in document order."""
        measure = self._page[element]
        first = bisect.bisect_left(self._orders, measure.order)
        return self._marked[first : bisect.bisect_left(self._orders, measure.end, lo=first)]

    def between(self, start: int, end: int) -> bool:
        """Tell whether a heading begins between two places in document order."""
        return bisect.bisect_left(self._orders, start) < bisect.bisect_left(self._orders, end)

    def last_before(self, order: int) -> HtmlElement | None:
        """Return the nearest heading before a place in document order."""
        place = bisect.bisect_left(self._orders, order)
        return self._marked[place - 1] if place else None

    def above(self, heading: HtmlElement) -> HtmlElement | None:
        """Return the heading of the part of the page in which another heading is: the nearest of a higher rank."""
        if heading.tag not in HEADING_TAGS:
            return None
        place = bisect.bisect_left(self._orders, self._page[heading].order)
        for before in reversed(self._marked[max(0, place - _ABOVE) : place]):
            if before.tag in HEADING_TAGS and before.tag < heading.tag and not self._page[before].in_link:
                return before if before.tag > "h1" else None
        return None

    def kind(self, element: HtmlElement) -> str | None:
        """Return the kind of list that this heading announces, or None."""
        return self._kinds.get(element)


class BlockFinder:
    """Find the lists under the headings of one page."""

    def __init__(self, page: DomIndex, links: LinkMap, prose: Prose, body: BodySpan | None) -> None:
        self._page = page
        self._body = body.container if body is not None and prose.longest_run(body.container) >= 2 else None
        self._links = links
        self._prose = prose
        self._steps = _STEPS
        self.headings = Headings(page)

    def blocks(self) -> Iterator[ListBlock]:
        """Return every headed list of links, in document order, outer lists first."""
        for heading in self.headings.lists:
            elements = self._led(heading) if heading.is_lead else self._headed(heading)
            if elements:
                yield ListBlock(heading.kind, heading.text, self._covering(elements))

    def _led(self, heading: ListHeading) -> list[HtmlElement]:
        """A block that begins with the words itself, if nothing but links and labels follow them."""
        alone, inline = self._links.counts(heading.element)
        measure = self._page[heading.element]
        if not alone or inline > alone or measure.text - measure.linked > _LABEL * alone + len(heading.text):
            return []
        return [heading.element]

    def _headed(self, heading: ListHeading) -> list[HtmlElement]:
        if heading.element.tag == "br":
            taken, _ = self._run(heading.element, heading)
            return [heading.element, *taken] if taken else []
        start = self._bar(heading.element)
        for _ in range(_CLIMBS):
            parent = start.getparent()
            if parent is None or parent not in self._page or start.tag == "body":
                return []
            if start.tag not in BLOCKS and parent.tag in BLOCKS and self._is_line_of_links(parent, heading):
                return [parent]
            taken, is_slot = self._run(start, heading)
            if taken:
                return [start, *taken]
            own, around = self._page[start], self._page[parent]
            before, after = own.offset - around.offset, around.text - own.text - (own.offset - around.offset)
            if is_slot or before > _LABEL or after > _BAR:
                return []
            start = parent
        return []

    def _bar(self, element: HtmlElement) -> HtmlElement:
        """The largest element round a heading that holds little else: its bar."""
        bar = element
        for parent in itertools.islice(element.iterancestors(), 8):
            if parent not in self._page or parent.tag in ("body", "main", "article", "html"):
                break
            more = self._page[parent].text - self._page[element].text
            if more > _BAR or self._page[parent].links > self._page[element].links + 1:
                break
            if self._page[parent].links > self._page[element].links and self._links.counts(parent)[0] > 0 and not more:
                break
            if more and len(self.headings.within(parent)) > 1:
                break
            if any(self._is_card_link(place) for place in self._places(parent)) or _has_slot(bar):
                break
            bar = parent
        return bar

    def _places(self, element: HtmlElement) -> range:
        measure = self._page[element]
        return range(measure.first_link, measure.first_link + measure.links)

    def _is_card_link(self, place: int) -> bool:
        return self._links.is_article_like(place) and not self._links.is_minor(place)

    def _is_line_of_links(self, block: HtmlElement, heading: ListHeading) -> bool:
        """``<p><strong>READ MORE:</strong> <a …></p>``: the heading is part of the line that holds the links."""
        measure = self._page[block]
        alone, inline = self._links.counts(block)
        unlinked = measure.text - measure.linked - self._page[heading.element].text
        return alone > 0 and not inline and unlinked <= _LABEL * alone

    def _run(self, start: HtmlElement, heading: ListHeading) -> tuple[list[HtmlElement], bool]:
        """The siblings after ``start`` that are the list; and whether an empty list stands there instead."""
        taken: list[HtmlElement] = []
        pending: list[HtmlElement] = []
        is_slot = False
        before = start
        alternates: bool | None = None
        for sibling in start.itersiblings():
            self._steps -= 1
            if (before.tail and len(before.tail.strip()) > _LABEL) or len(pending) > _GAP or self._steps < 0:
                break
            if sibling.tag == "br" and self.headings.kind(sibling) is not None:
                break
            before = sibling
            if sibling not in self._page or not (self._page[sibling].text or self._page[sibling].links):
                is_slot = is_slot or sibling.tag in ("ul", "ol", "dl", "script")
                pending.append(sibling)
                continue
            if self._begins_section(sibling, heading):
                break
            verdict = self._verdict(sibling, heading.kind)
            if verdict == "prose" and taken and alternates is None:
                alternates = self._alternates(taken[-1])
            if verdict == "list":
                taken += [*pending, sibling]
                pending = []
            elif verdict == "label" or (verdict == "prose" and taken and alternates):
                pending.append(sibling)
            else:
                break
        if alternates and pending:
            taken += pending[:1]
        return taken, is_slot

    def _verdict(self, sibling: HtmlElement, kind: str = "related") -> str:
        """``list`` of links that stand alone, unlinked ``label`` or ``prose``, or ``other``."""
        measure = self._page[sibling]
        alone, inline = self._links.counts(sibling)
        if not alone and not inline:
            unlinked = measure.text - measure.linked
            return "label" if measure.text <= _LABEL else "prose" if unlinked <= _SUMMARY else "other"
        if kind != "related" and is_named_body(sibling):
            return "other"
        most = _SUMMARY if kind == "related" else _SUMMARY // 2
        if inline > alone or measure.text - measure.linked > most * alone or self._is_prose(sibling):
            return "other"
        return "list"

    def _is_prose(self, element: HtmlElement) -> bool:
        """Whether more paragraphs stand in it than its links could have for summaries."""
        if self._body is not None and self._page.is_within(self._body, element):
            return True
        titles = sum(self._page[link].text >= _SHORT for link in self._page.links_in(element))
        return len(self._prose.within(element)) > titles * 1.5 + 1 or self._prose.longest_run(element) >= 3

    def _alternates(self, first: HtmlElement) -> bool:
        """Whether titles and summaries take turns as bare siblings: each link has exactly one text after it."""
        pattern = ""
        for sibling in itertools.chain([first], first.itersiblings()):
            if sibling in self._page and self._page[sibling].text:
                verdict = self._verdict(sibling)
                if verdict == "other":
                    break
                pattern += {"list": "L", "prose": "P", "label": ""}[verdict]
        return "PP" not in pattern and pattern.count("P") >= 2 and pattern.startswith("LPLP")

    def _begins_section(self, sibling: HtmlElement, heading: ListHeading) -> bool:
        """Whether something else begins here: a block that opens with a heading which is no card's title."""
        inside = self.headings.within(sibling)
        if not inside:
            return False
        opening = inside[0]
        if self._page[sibling].links == 1 and self.headings.kind(opening) in ("advertisement", "related"):
            return opening is sibling  # the mark of a single card
        if self.headings.kind(opening) is not None and self._page[opening].offset == self._page[sibling].offset:
            return True
        if any(self._is_foreign(other, heading) for other in inside):
            return True
        if opening.tag not in HEADING_TAGS or self._page[opening].offset != self._page[sibling].offset:
            return False
        if opening is sibling or self._page[sibling].links == 0:
            return True
        in_link = any(ancestor.tag == "a" for ancestor in itertools.islice(opening.iterancestors(), _DEPTH))
        alike = sum(other.tag == opening.tag for other in inside)
        return not in_link and alike == 1 and self._links.counts(sibling)[0] > 1

    def _is_foreign(self, other: HtmlElement, heading: ListHeading) -> bool:
        """Whether this heading announces a list of another kind that does not stand below ours."""
        if self.headings.kind(other) in (None, heading.kind):
            return False
        return not (
            heading.element.tag in HEADING_TAGS and other.tag in HEADING_TAGS and other.tag > heading.element.tag
        )

    def _covering(self, elements: list[HtmlElement]) -> tuple[HtmlElement, ...]:
        """The parent instead, and its parent, as long as the list is all that it holds."""
        covered = list(elements)
        for _ in range(_DEPTH):
            parent = covered[0].getparent()
            if parent is None or parent not in self._page or parent.tag in ("body", "main", "html"):
                break
            held = sum(self._page[element].text for element in covered if element in self._page)
            if self._page[parent].text - held > _BAR or self._page[parent].links > sum(
                self._page[element].links for element in covered if element in self._page
            ):
                break
            covered = [parent]
        return tuple(covered)


def _has_slot(heading: HtmlElement) -> bool:
    """Whether an empty list or a script stands after the heading: the place of a list that a script would fill."""
    following = itertools.islice(heading.itersiblings(), 5)
    return any(
        each.tag in ("ul", "ol", "dl", "script") and not len(each) and not (each.text or "").strip()
        for each in following
    )
