"""Index the links of a page: their targets, and whether they are in sentences."""

import itertools
import re

from lxml.html import HtmlElement

from pipelines.addresses.normalize import address_key, clean_url, host_of, looks_like_article, registered_domain
from pipelines.html.dom_index import BLOCKS, DomIndex, plain, readable_text
from pipelines.labels.headings import kind_of_heading
from pipelines.related.outlinks import base_address
from pipelines.rules.load import load_rules, rule_cache

_PAGE_PARAMETER = re.compile(r"(?:page|p|pg|paged|pn)=\d{1,3}|page=all|")
_PAGE_SUFFIX = re.compile(r"(?:[_-]|/(?:page[/-]?)?)\d{1,2}(?:\.\w{2,5})?")
_EXTENSION = re.compile(r"\.\w{2,5}$")
_LONGEST_SUFFIX = 20  # characters: a page's number or extension, with a slash
_ITEMS = frozenset({"li", "dd", "dt", "td", "th"})
_TITLE_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BUTTON = 30  # characters of a link that may say "read more"
_CARD_CLIMBS = 4  # elements round a link that may be its card
_CARD_TEXT = 600  # characters of a card
_CARD_LINKS = 3  # of a card: a section's, a date's, and its own
_CARD_TITLE = {True: 5, False: 10}  # characters of a card's heading on CJK pages and others; a shorter one is a label
_LINE = 160  # characters of a line that begins with its only link


@rule_cache()
def link_rules() -> dict[str, frozenset[str]]:
    """Return the lists of ``rules/links.toml`` by name, plain."""
    table = load_rules("links")
    return {name: frozenset(map(plain, entry["words"])) for name, entry in table.items()}


@rule_cache(4_096)
def is_known_host(host: str, name: str) -> bool:
    """Tell whether a host or a domain above it is in a list of ``rules/links.toml``."""
    parts = host.split(".")
    return any(".".join(parts[start:]) in link_rules()[name] for start in range(len(parts)))


def is_button_text(text: str) -> bool:
    """Tell whether words are no title: "more", "read on", "share"."""
    words = _bare(text)
    return words in link_rules()["more"] or words in link_rules()["read"]


def _bare(text: str) -> str:
    return re.sub(r"[^\w ]", "", plain(text)).strip()


class LinkMap:
    """Index the links of ``page`` by place, each read only when asked for."""

    def __init__(self, page: DomIndex, page_url: str) -> None:
        self.page = page
        self._base = base_address(page.tags.tagged("base"), page_url)
        self._own = address_key(clean_url(page_url) or page_url)
        self._stem = _EXTENSION.sub("", self._own.partition("?")[0])
        self.domain = registered_domain(page_url)
        self._hrefs = [link.get("href") or "" for link in page.links]
        self._urls: list[str | None] = [None] * len(self._hrefs)
        self._known: dict[str, str | None] = {}
        self._is_read = bytearray(len(self._hrefs))
        self._alone: dict[int, bool] = {}
        self._titles: dict[int, HtmlElement | None] = {}
        self._counts: dict[HtmlElement, tuple[int, int]] = {}
        self._changes = list(itertools.accumulate(map(str.__ne__, self._hrefs, self._hrefs[1:]), initial=0))

    def url(self, place: int) -> str | None:
        """Return the absolute, clean address; None if it is no other web page."""
        if not self._is_read[place]:
            self._is_read[place] = 1
            href = self._hrefs[place]
            if href not in self._known:
                self._known[href] = self._address(href)
            self._urls[place] = self._known[href]
        return self._urls[place]

    def _address(self, href: str) -> str | None:
        stripped = href.strip()
        url = None if stripped.startswith("#") else clean_url(stripped, self._base)
        if url is None or (self._may_be_own(url) and self._is_own(address_key(url))):
            return None
        return url

    def _may_be_own(self, url: str) -> bool:
        """Whether an address can be the page's own by its first letters and length: most cannot, as they are written.

        Only escapes and dot segments are written in several ways.
        """
        if not self._stem or "%" in url or "/." in url:
            return True
        _, stem, rest = url.partition(self._stem)
        return bool(stem) and len(rest.partition("?")[0]) <= _LONGEST_SUFFIX

    def _is_own(self, key: str) -> bool:
        """Whether the address is the page's own, or that of a later page of the same article."""
        if key == self._own:
            return True
        path, _, query = key.partition("?")
        own_path, _, own_query = self._own.partition("?")
        if path == own_path:
            others = {part for part in query.split("&") if not _PAGE_PARAMETER.fullmatch(part)}
            return others <= set(own_query.split("&"))
        return path.startswith(self._stem) and _PAGE_SUFFIX.fullmatch(path[len(self._stem) :]) is not None

    def is_alone(self, place: int) -> bool:
        """Tell whether the link is by itself (a title, a card), not in a sentence."""
        if place not in self._alone:
            self._alone[place] = self._stands_alone(place)
        return self._alone[place]

    def _stands_alone(self, place: int) -> bool:
        link = self.page.links[place]
        measure = self.page[link]
        block = measure.block
        if block is None or link.tag in BLOCKS or block.tag in _TITLE_TAGS:
            return True
        around = self.page[block]
        unlinked = around.text - around.linked
        if around.linked * 2 >= around.text and (unlinked <= 30 * around.links + 10 or unlinked * 5 <= around.linked):
            return True
        if any(child.tag in BLOCKS for child in itertools.islice(link, 50)):
            return True
        following = link.getnext()
        starts_line = measure.offset == around.offset
        ends_line = not (link.tail or "").strip() and (following is None or following.tag in ("br", *BLOCKS))
        if around.links == 1 and block.tag in _ITEMS and starts_line:
            return True
        if starts_line and around.links == 1 and block.tag == "p" and self._is_one_of_lines(block):
            return True
        before = link.getprevious()
        starts_line = starts_line or (
            before is not None and before.tag in ("br", *BLOCKS) and not (before.tail or "").strip()
        )
        return starts_line and ends_line

    def _is_one_of_lines(self, block: HtmlElement) -> bool:
        """Whether a paragraph and one beside it are short and begin with their only link: a label, then a title."""
        if self.page[block].text > _LINE:
            return False
        return any(beside is not None and self._is_line(beside) for beside in (block.getnext(), block.getprevious()))

    def _is_line(self, block: HtmlElement) -> bool:
        measure = self.page.get(block)
        if measure is None or block.tag != "p" or measure.links != 1 or measure.text > _LINE:
            return False
        return self.page[self.page.links[measure.first_link]].offset == measure.offset

    def card_title(self, place: int) -> HtmlElement | None:
        """Return the heading of the card whose link says no more than "read more"; None for other links."""
        if place not in self._titles:
            self._titles[place] = self._card_title(place)
        return self._titles[place]

    def _card_title(self, place: int) -> HtmlElement | None:
        link = self.page.links[place]
        if self.page[link].text > _BUTTON or _bare(readable_text(link)) not in link_rules()["read_on"]:
            return None
        least = _CARD_TITLE[self.page.is_mostly_cjk]
        for holder in itertools.islice(link.iterancestors(), _CARD_CLIMBS):
            measure = self.page.get(holder)
            if measure is None or measure.text > _CARD_TEXT or measure.links > _CARD_LINKS:
                return None
            headings = [each for each in holder.iter(*_TITLE_TAGS) if each in self.page]
            if headings:
                is_title = (
                    len(headings) == 1 and self.page[headings[0]].text >= least and not self.page[headings[0]].links
                )
                return headings[0] if is_title and kind_of_heading(readable_text(headings[0])) is None else None
        return None

    def holds_one(self, element: HtmlElement) -> bool:
        """Tell whether all links within the element have the same address."""
        measure = self.page[element]
        if not measure.links:
            return False
        return self._changes[measure.first_link + measure.links - 1] == self._changes[measure.first_link]

    def counts(self, element: HtmlElement) -> tuple[int, int]:
        """Count the element's links to elsewhere that are alone, and in sentences."""
        if element in self._counts:
            return self._counts[element]
        measure = self.page[element]
        alone = inline = 0
        for place in range(measure.first_link, measure.first_link + measure.links):
            if not self._leads_away(place):
                continue
            if self.is_alone(place):
                alone += 1
            else:
                inline += 1
        self._counts[element] = alone, inline
        return alone, inline

    def _leads_away(self, place: int) -> bool:
        """Whether the link leads to a page at all, by its first characters (most links are asked no more than this)."""
        href = (self.page.links[place].get("href") or "").lstrip()[:12].lower()
        return bool(href) and not href.startswith(("#", "javascript:", "mailto:", "tel:", "data:"))

    def is_article_like(self, place: int) -> bool:
        """Tell whether the address looks like one article's."""
        url = self.url(place)
        return url is not None and looks_like_article(url)

    def is_own_site(self, place: int) -> bool:
        """Tell whether the link stays on the page's registered domain."""
        url = self.url(place)
        return url is not None and registered_domain(url) == self.domain

    def is_advertisement(self, place: int) -> bool:
        """Tell whether a link is paid, by its ``rel``, host or label."""
        link, url = self.page.links[place], self.url(place)
        if "sponsored" in (link.get("rel") or "").lower().split():
            return True
        return url is not None and is_known_host(host_of(url), "advertisers")

    def is_button(self, place: int) -> bool:
        """Tell whether a link leads to a longer list, a tag, an author, or "more"."""
        link = self.page.links[place]
        if {"tag", "author", "category"} & set((link.get("rel") or "").lower().split()):
            return True
        said = readable_text(link) if self.page[link].text <= 150 else ""
        if not said:
            return False
        if _bare(said) in link_rules()["more"]:
            return self.card_title(place) is None
        said = plain(said)
        return any(words in said for words in link_rules()["gallery"])

    def is_minor(self, place: int) -> bool:
        """Tell whether a link in a card is not its own: section, tag, author, "more"."""
        if self.is_button(place):
            return True
        segments = plain(self.url(place) or "").split("?")[0].split("/")[3:]
        return not self.is_article_like(place) and any(part in link_rules()["minor_paths"] for part in segments)
