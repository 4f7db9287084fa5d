"""Collect what the features of a page's link groups are computed from."""

import bisect
import collections
import re
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from pipelines.addresses.normalize import clean_url, registered_domain
from pipelines.html.dom_index import DomIndex, element_text
from pipelines.html.prose import BodySpan
from pipelines.html.tag_index import TagIndex
from pipelines.labels.list_words import name_subjects
from pipelines.related.address_parts import AddressParts, address_parts
from pipelines.related.blocks import Headings, ListBlock
from pipelines.related.groups import LinkGroup
from pipelines.related.link_index import LinkMap

_TOKEN = re.compile(r"[^\W\d_]{4,}|[\u3040-\u30ff\u3400-\u9fff]{2,}|\d{3,}")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_STEM = 7  # letters of a word that are compared: endings differ
_LEAD = 400  # characters of the body that are its lead
_BODY = 5_000  # characters of the body whose words are compared
_PARAGRAPH = 30  # characters from which a block is one
_BLOCK = 1_500  # characters of a block that is more than a paragraph
# HTML's own words for the parts of a page (https://html.spec.whatwg.org/#sections, ARIA landmarks).
_LANDMARKS = {
    **dict.fromkeys(("nav", "navigation", "menu", "menubar"), 1),
    **dict.fromkeys(("aside", "complementary"), 2),
    **dict.fromkeys(("footer", "contentinfo"), 4),
    **dict.fromkeys(("header", "banner"), 8),
    **dict.fromkeys(("form", "search"), 16),
    "article": 32,
    "main": 64,
}
LANDMARK_COUNT = 7


def words_of(text: str) -> set[str]:
    """Return a text's words by their first seven letters; CJK by two characters."""
    words: set[str] = set()
    for token in _TOKEN.findall(text.lower()):
        if _UNSPACED.match(token):
            words.update(token[place : place + 2] for place in range(len(token) - 1))
        else:
            words.add(token[:_STEM])
    return words


class PageContext:
    """Hold a page's body, address, words and headed blocks for the features."""

    def __init__(
        self,
        page: DomIndex,
        links: LinkMap,
        headings: Headings,
        body: BodySpan | None,
        page_url: str,
    ) -> None:
        self.page, self.links, self.headings, self.body = page, links, headings, body
        self.own: AddressParts = address_parts(clean_url(page_url) or page_url)
        self.width = 2.0 if page.is_mostly_cjk else 1.0
        self.first = self.last = self.start = self.end = self.last_link = 0
        if body is not None:
            last = page[page.elements[body.last]]
            self.first, self.last = body.first, body.last
            self.start, self.end = page[page.elements[body.first]].offset, last.offset + last.text
            self.last_link = last.first_link + last.links
        self.title = words_of(_title(page.tags))
        self.lead, self.words = self._body_words()
        self._starts: list[int] = []
        self._blocks: list[tuple[int, ListBlock]] = []
        self.times: collections.Counter[str | None] = collections.Counter()
        self._landmarks: dict[HtmlElement, tuple[int, int]] = {}
        self._names: dict[HtmlElement, int] = {}
        self._sites: dict[str, bool] = {}
        self._groups: Sequence[LinkGroup] = ()
        self._places: dict[str | None, list[int]] = collections.defaultdict(list)

    def is_own_site(self, host: str) -> bool:
        """Tell whether a host belongs to the page's registered domain."""
        known = self._sites.get(host)
        if known is None:
            known = self._sites[host] = registered_domain(f"https://{host}/") == self.links.domain
        return known

    def note_blocks(self, blocks: Iterable[ListBlock]) -> None:
        """Store the headed blocks, in document order, none inside another."""
        for block in blocks:
            inside = [element for element in block.elements if element in self.page]
            if inside:
                self._starts.append(self.page[inside[0]].order)
                self._blocks.append((self.page[inside[-1]].end, block))

    def note_groups(self, groups: Sequence[LinkGroup]) -> None:
        """Count the groups that hold each address."""
        self._groups = groups
        for group in groups:
            self.times.update({self.links.url(place) for place in group.places})

    def places_of(self, url: str) -> Sequence[int]:
        """Return the places of the grouped links that lead to an address, in document order."""
        if not self._places:
            for place in sorted(place for group in self._groups for place in group.places):
                self._places[self.links.url(place)].append(place)
        return self._places.get(url, ())

    def block_round(self, order: int) -> ListBlock | None:
        """Return the headed block around a place in document order."""
        number = bisect.bisect_right(self._starts, order) - 1
        return self._blocks[number][1] if number >= 0 and order < self._blocks[number][0] else None

    def landmarks(self, element: HtmlElement) -> tuple[int, int]:
        """Return a bit for each kind of landmark around the element, and its depth."""
        path: list[HtmlElement] = []
        holder: HtmlElement | None = element
        while holder is not None and holder in self.page and holder not in self._landmarks:
            path.append(holder)
            holder = holder.getparent()
        bits, depth = self._landmarks.get(holder, (0, 0)) if holder is not None else (0, 0)
        for each in reversed(path):
            bits |= _LANDMARKS.get(each.tag, 0) | _LANDMARKS.get(each.get("role") or "", 0)
            depth += 1
            self._landmarks[each] = bits, depth
        return bits, depth

    def names(self, element: HtmlElement) -> int:
        """Return the subjects of the element's class and id, in bits."""
        known = self._names.get(element)
        if known is None:
            classes, number = element.get("class"), element.get("id")
            known = name_subjects(f"{classes or ''} {number or ''}") if classes or number else 0
            self._names[element] = known
        return known

    def _body_words(self) -> tuple[set[str], set[str]]:
        lead: set[str] = set()
        words: set[str] = set()
        length = 0
        for element in self.page.blocks if self.body is not None else ():
            measure = self.page.get(element)
            if measure is None or not self.first <= measure.order <= self.last:
                continue
            if not _PARAGRAPH <= measure.text <= _BLOCK or measure.linked * 2 > measure.text:
                continue
            new = words_of(element_text(element)[: _BLOCK * 2])
            if length < _LEAD:
                lead |= new
            words |= new
            length += measure.text
            if length > _BODY:
                break
        return lead, words


def _title(tags: TagIndex) -> str:
    texts = (element_text(element) for tag in ("h1", "title") for element in tags.tagged(tag)[:1])
    return " ".join(text[:300] for text in texts)
