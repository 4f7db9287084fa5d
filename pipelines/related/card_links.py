"""Find the links of a related block that are the cards' own."""

import bisect
import functools
import itertools
import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex
from pipelines.related.link_index import LinkMap

_CLIMBS = 10
_CHILDREN = 500  # of one element that are looked at
_LEAST = 8  # characters of a card where no address of the block looks like an article's
_NUMBERS = re.compile(r"\d+")


def shape(element: HtmlElement) -> tuple[str, str]:
    """Return what cards of one template share: tag and first class, without numbers."""
    classes = element.get("class")
    return str(element.tag), _first_class(classes) if classes else ""


@functools.lru_cache(8_192)  # the cards of a page, and of a site's pages, have the same classes
def _first_class(classes: str) -> str:
    first = classes[:200].split()[:1]
    return _NUMBERS.sub("", first[0]) if first else ""


def card_owners(page: DomIndex, links: LinkMap, elements: Sequence[HtmlElement]) -> dict[int, str]:
    """Return the places and addresses of the cards' own links, in document order.

    A link whose address does not look like an article's (a section, a file, another host) is a card all the same where
    it stands beside cards that do, in an element of the same tag and class.
    """
    found = {}
    for place in _places(page, elements):
        url = links.url(place)
        if url is not None and not links.is_button(place) and not links.is_advertisement(place):
            found[place] = url
    owners = _by_address(page, links, found)
    articles = [place for place in owners if links.is_article_like(place)]
    if articles and len(owners) < len(found):
        alike = _by_shape(page, links, elements, articles, {p: u for p, u in found.items() if p not in owners})
        owners = {place: url for place, url in found.items() if place in owners or url in alike}
    return owners


def _places(page: DomIndex, elements: Sequence[HtmlElement]) -> Iterator[int]:
    for element in elements:
        if element in page:
            measure = page[element]
            yield from range(measure.first_link, measure.first_link + measure.links)


def _by_address(page: DomIndex, links: LinkMap, found: dict[int, str]) -> dict[int, str]:
    """Links that stand alone and lead to articles, and others with as much text."""
    texts: dict[str, int] = {}
    alone: set[str] = set()
    major = {place: url for place, url in found.items() if not links.is_minor(place)}
    for place, url in major.items():
        texts[url] = max(texts.get(url, 0), page[page.links[place]].text)
        if links.is_alone(place):
            alone.add(url)
    articles = {url for place, url in major.items() if url in alone and links.is_article_like(place)}
    kept = alone or set(texts)
    if articles:
        usual = sorted(texts[url] for url in articles)[len(articles) // 2]
        kept = {url for url in kept if url in articles or texts[url] * 2 > usual}
    else:
        kept = {url for url in kept if texts[url] >= _LEAST}
    return {place: url for place, url in major.items() if url in kept}


def _by_shape(
    page: DomIndex,
    links: LinkMap,
    elements: Sequence[HtmlElement],
    articles: Sequence[int],
    others: dict[int, str],
) -> set[str]:
    """The addresses of ``others`` that have one card of their own beside those of ``articles`` (places, sorted).

    An address that stands within an article's card as well, or in several cards, is their section's.
    """
    shapes: dict[HtmlElement, set[tuple[str, str]]] = {}
    items: dict[str, set[HtmlElement | None]] = {}
    best: dict[HtmlElement, int] = {}
    for place, url in others.items():
        item = _item(page, page.links[place], elements, articles)
        beside = item.getparent()
        if beside is not None and beside in page and beside not in shapes:
            children = (child for child in itertools.islice(beside, _CHILDREN) if child in page)
            shapes[beside] = {shape(child) for child in children if _holds(page, child, articles)}
        is_alike = beside is not None and beside in page and shape(item) in shapes[beside]
        items.setdefault(url, set()).add(item if is_alike else None)
        if is_alike and links.is_alone(place):
            best[item] = max(
                best.get(item, place), place, key=lambda each: (not links.is_minor(each), page[page.links[each]].text)
            )
    return {others[place] for item, place in best.items() if items[others[place]] == {item}}


def _item(page: DomIndex, link: HtmlElement, elements: Sequence[HtmlElement], articles: Sequence[int]) -> HtmlElement:
    """The largest element of the block round a link that holds no link of ``articles``."""
    item = link
    for parent in itertools.islice(link.iterancestors(), _CLIMBS):
        if item in elements or parent not in page or _holds(page, parent, articles):
            break
        item = parent
    return item


def _holds(page: DomIndex, element: HtmlElement, places: Sequence[int]) -> bool:
    measure = page[element]
    first = bisect.bisect_left(places, measure.first_link)
    return first < len(places) and places[first] < measure.first_link + measure.links
