"""Read a page by the operator's rules for its source: selectors of text, title, date, authors and pages."""

import dataclasses
import itertools
import re
import zoneinfo
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from pipelines.additions import SiteRules, site_rules_of
from pipelines.addresses.normalize import address_key, clean_url
from pipelines.dates.parse import ParsedDate, parse_date
from pipelines.dates.zones import zone_of_page
from pipelines.html.plain_text import plain_text
from pipelines.html.text_blocks import TextBlock, text_blocks
from pipelines.metadata.authors import clean_authors
from pipelines.metadata.metadata import Metadata
from pipelines.raw_page import RawPage
from pipelines.related.outlinks import base_address
from pipelines.related.pagination import MOST_PAGES, Pagination
from pipelines.selectors import find_elements, find_texts
from storage.reading import Cut

_TITLE_LENGTH = 2_000
_MOST_AUTHORS = 20
_MOST_DATES = 5  # texts in which a date is looked for
_MOST_LINKS = 5_000
_PATH_NUMBER = re.compile(r"[/_-](?:page[-/]?|p)?([2-9]|[12]\d|30)(/?|\.html?)$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class SiteValues:
    """What the rules gave. ``body`` are the elements with the text, in a tree that is still to be cut.

    ``matched`` and ``unmatched`` are names of rules. ``pages`` is None where no rule says anything.
    """

    rules: SiteRules | None = None
    body: tuple[HtmlElement, ...] = ()
    title: str = ""
    date: ParsedDate | None = None
    authors: tuple[str, ...] = ()
    pages: Pagination | None = None
    cuts: tuple[Cut, ...] = ()
    matched: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """Return the language of the source's pages, "" where nothing is said."""
        return self.rules.language if self.rules is not None else ""

    def improve(self, metadata: Metadata) -> Metadata:
        """Return metadata with what the rules gave."""
        metadata = dataclasses.replace(
            metadata, title=self.title or metadata.title, authors=self.authors or metadata.authors
        )
        if self.date is None:
            return metadata
        return dataclasses.replace(
            metadata,
            published_at=self.date.moment,
            published_precision=self.date.precision,
            published_source="rule",
            zone_assumed=not self.date.has_zone,
        )

    def blocks(self, tree: HtmlElement) -> list[TextBlock]:
        """Return the blocks of the selected elements in a tree that has been cut, as far as they are left."""
        present = [element for element in self.body if element is tree or tree in element.iterancestors()]
        return [block for element in present for block in text_blocks(element)]


NOTHING = SiteValues()


def zone_of(raw: RawPage, languages: Sequence[str], timezone: str) -> tuple[zoneinfo.ZoneInfo, bool]:
    """Return the zone of a page's dates that name none, and whether its source states it.

    ``languages`` are those that the page declares; ``timezone`` is for pages that tell no country.
    """
    rules = site_rules_of(raw)
    if rules is not None and rules.timezone:
        return zoneinfo.ZoneInfo(rules.timezone), True
    return zone_of_page(raw.final_url, languages, zoneinfo.ZoneInfo(timezone)), False


def read_site_values(tree: HtmlElement, raw: RawPage, timezone: zoneinfo.ZoneInfo, own_pages: Pagination) -> SiteValues:
    """Apply the rules of a page's source. Elements of ``remove`` are taken out of the tree.

    ``own_pages`` is the pagination that the page shows by itself. Never raises: a rule that fails on this page matches
    nothing.
    """
    rules = site_rules_of(raw)
    if rules is None:
        return NOTHING
    reader = _Reader(tree, rules)
    cuts = tuple(reader.remove())
    dates = reader.texts(rules.date, _MOST_DATES)
    parsed = (parse_date(text, raw.fetched_at, timezone) for text in dates)
    date = next((date for date in parsed if date is not None), None)
    values = SiteValues(
        rules,
        body=tuple(reader.body()),
        title=plain_text(next(iter(reader.texts(rules.title, 1)), ""), _TITLE_LENGTH),
        date=date,
        authors=tuple(clean_authors(reader.texts(rules.author, _MOST_AUTHORS))),
        pages=_pages(tree, raw.final_url, rules.next_page, own_pages),
        cuts=cuts,
    )
    found = {
        "select": bool(values.body),
        "remove": bool(cuts),
        "title": bool(values.title),
        "date": date is not None,
        "author": bool(values.authors),
        "next_page": values.pages is not None,
    }
    given = [name for name in found if getattr(rules, name)]
    matched = tuple(name for name in given if found[name])
    return dataclasses.replace(
        values, matched=matched, unmatched=tuple(name for name in given if name not in matched and name != "next_page")
    )


def select_blocks(tree: HtmlElement, site: SiteValues) -> list[TextBlock]:
    """Return the blocks that the rules select of a tree in which nothing was cut but what they remove."""
    if site.rules is None:
        return []
    reader = _Reader(tree, site.rules)
    list(reader.remove())
    return dataclasses.replace(site, body=tuple(reader.body())).blocks(tree)


class _Reader:
    """Applies selectors to one tree."""

    def __init__(self, tree: HtmlElement, rules: SiteRules) -> None:
        self._tree, self._rules = tree, rules
        body = tree.find("body")
        self._whole = {tree, body} if body is not None else {tree}

    def remove(self) -> Iterator[Cut]:
        """Take elements out of the tree. The page as a whole is not removed."""
        for written in self._rules.remove:
            for element in self._elements(written):
                if element.getparent() is not None:
                    yield Cut("remove", written, " ".join("".join(element.itertext()).split())[:200])
                    element.drop_tree()

    def body(self) -> list[HtmlElement]:
        """Find the elements of the text in document order, none within another."""
        found = {element: None for written in self._rules.select for element in self._elements(written)}
        outer = [element for element in found if not any(above in found for above in element.iterancestors())]
        if len(self._rules.select) < 2 or len(outer) < 2:
            return outer
        wanted = set(outer)
        return [element for element in self._tree.iter() if element in wanted]

    def texts(self, written: str, most: int) -> Sequence[str]:
        """Find texts; none where the selector fails."""
        try:
            return find_texts(self._tree, written, most) if written else ()
        except ValueError:
            return ()

    def _elements(self, written: str) -> list[HtmlElement]:
        try:
            return [element for element in find_elements(self._tree, written) if element not in self._whole]
        except ValueError:
            return []


def _pages(tree: HtmlElement, page_url: str, written: str, own: Pagination) -> Pagination | None:
    """Return the page's place in its article by the link that ``written`` selects; None where that says nothing."""
    if not written:
        return None
    place = own if own.number > 1 else _later_page(tree, page_url) or own
    if not own.following:
        target = _next_address(tree, page_url, written)
        if target and place.number < MOST_PAGES:
            place = dataclasses.replace(place, following=((place.number + 1, target),))
    return place if place != own else None


def _next_address(tree: HtmlElement, page_url: str, written: str) -> str:
    try:
        elements = find_elements(tree, written)
        links = [element.get("href", "") for element in elements] if elements else find_texts(tree, written, 1)
    except ValueError:
        return ""
    url = clean_url(next(filter(None, links), ""), base_address(tree.iter("base"), page_url))
    same_host = url is not None and urlsplit(url).netloc == urlsplit(page_url).netloc
    return url if url is not None and same_host and address_key(url) != address_key(page_url) else ""


def _later_page(tree: HtmlElement, page_url: str) -> Pagination | None:
    """Return the place of a page whose address has a number, and which links to the address without it."""
    candidates = dict(_without_number(page_url))
    base = base_address(tree.iter("base"), page_url)
    for link in itertools.islice(tree.iter("a", "link"), _MOST_LINKS):
        url = clean_url(link.get("href") or "", base)
        if url is not None and (key := address_key(url)) in candidates:
            return Pagination(candidates[key], url)
    return None


def _without_number(url: str) -> Iterator[tuple[str, int]]:
    """Yield the keys of the addresses of which this may be a later page, with its number."""
    parts = urlsplit(url)
    parameters = parse_qsl(parts.query, keep_blank_values=True)
    for name, value in parameters:
        if value.isascii() and value.isdigit() and 1 < int(value[:4]) <= MOST_PAGES:
            rest = [pair for pair in parameters if pair[0] != name]
            for query in (urlencode(rest), urlencode([*rest, (name, "1")])):
                yield address_key(urlunsplit(parts._replace(query=query))), int(value)
    if match := _PATH_NUMBER.search(parts.path):
        for path in (parts.path[: match.start()] + match[2], parts.path[: match.start(1)] + "1" + match[2]):
            yield address_key(urlunsplit(parts._replace(path=path))), int(match[1])
