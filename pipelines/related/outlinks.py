"""Collect a page's article-like links, and the entries of a listing."""

import itertools
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from pipelines.addresses.article_urls import looks_like_article
from pipelines.addresses.normalize import clean_url
from pipelines.html.tag_index import TagIndex
from storage.reading import Entry

MAX_LINKS = 500  # of one page; the longest of 326 real pages has some 400, a trap page has no end
_LINKS_LOOKED_AT = 5_000
_NOT_FETCHED = ("#", "javascript:", "mailto:", "tel:", "data:")
_TITLE_LENGTH = 500  # characters; more is no title but a whole card in one link
_SUMMARY_LENGTH = 2_000
_CARD_HEIGHT = 4  # elements above a link that may still be its card
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# HTML's own words for what stands round the main part (https://html.spec.whatwg.org/#sections, ARIA landmarks).
_AROUND = frozenset({"nav", "footer", "aside", "header"})
_AROUND_ROLES = frozenset({"navigation", "contentinfo", "banner", "complementary", "search", "menu", "menubar"})


def base_address(bases: Iterable[HtmlElement], page_url: str) -> str:
    """Return the base of relative addresses: that of the first ``base`` element with an address, else the page."""
    for base in bases:
        href = base.get("href")
        if href:
            return clean_url(href, page_url) or page_url
    return page_url


def article_links(tags: TagIndex, page_url: str) -> list[tuple[HtmlElement, str]]:
    """Return the links to article-like addresses, with their cleaned addresses.

    The page's own address is left out.
    """
    base = base_address(tags.tagged("base"), page_url)
    own = clean_url(page_url)
    known: dict[str, str | None] = {}
    found = []
    for link in tags.tagged("a")[:_LINKS_LOOKED_AT]:
        href = link.get("href")
        if not href or href.startswith(_NOT_FETCHED):
            continue
        if href not in known:
            known[href] = _article_address(href, base)
        url = known[href]
        if url is not None and url != own:
            found.append((link, url))
    return found


def outlinks(links: Iterable[tuple[HtmlElement, str]]) -> tuple[str, ...]:
    """Return the addresses of article-like links, each once, at most 500."""
    return tuple(itertools.islice(dict.fromkeys(url for _, url in links), MAX_LINKS))


def listed_entries(links: Sequence[tuple[HtmlElement, str]]) -> tuple[Entry, ...]:
    """Return the entries of a listing's main part, each once, at most 500.

    The title is the link's heading or text (the longest where several links lead to one article), the summary the
    rest of its card. Menus, asides, headers and footers are left out, unless all the page's links stand there.
    """
    judged: dict[HtmlElement, bool] = {}
    main = [(link, url) for link, url in links if not _stands_around(link, judged)]
    found: dict[str, Entry] = {}
    for link, url in main or links:
        entry = _entry(link, url)
        known = found.get(url)
        if known is None or len(entry.title) > len(known.title):
            found[url] = entry
    return tuple(itertools.islice(found.values(), MAX_LINKS))


def _article_address(href: str, base: str) -> str | None:
    url = clean_url(href, base)
    return url if url is not None and looks_like_article(url) else None


def _stands_around(link: HtmlElement, judged: dict[HtmlElement, bool]) -> bool:
    """Whether a link stands in a menu or the like; ``judged`` has what was found of the elements round other links."""
    climbed = []
    stands = False
    for element in link.iterancestors():
        if element in judged:
            stands = judged[element]
            break
        climbed.append(element)
        if _is_around(element):
            stands = True
            break
    judged.update(dict.fromkeys(climbed, stands))
    return stands


def _is_around(element: HtmlElement) -> bool:
    if element.tag in _AROUND and not (element.tag == "header" and _inside_article(element)):
        return True
    return element.get("role") in _AROUND_ROLES


def _inside_article(header: HtmlElement) -> bool:
    """An ``article`` may have a header of its own, and a card's headline stands in it."""
    return any(element.tag in ("article", "li") for element in header.iterancestors())


def _entry(link: HtmlElement, url: str) -> Entry:
    heading = next(link.iter(*_HEADINGS), None)
    title = _words(heading if heading is not None else link)
    if not title:
        title = " ".join((link.get("title") or link.get("aria-label") or "").split())
    if not title:
        title = next((" ".join(alt.split()) for image in link.iter("img") if (alt := image.get("alt"))), "")
    return Entry(url=url, title=title[:_TITLE_LENGTH], summary=_card_summary(link, title))


def _card_summary(link: HtmlElement, title: str) -> str:
    """The first paragraph of the largest element round the link that holds no other link's words."""
    card = link
    for element in itertools.islice(link.iterancestors(), _CARD_HEIGHT):
        if element.tag in ("body", "main", "ul", "ol") or len({a.get("href") for a in element.iter("a")}) > 1:
            break
        card = element
    for paragraph in card.iter("p", "dd"):
        words = _words(paragraph)
        if words and words not in title and title not in words:
            return words[:_SUMMARY_LENGTH]
    return ""


def _words(element: HtmlElement) -> str:
    return " ".join(" ".join(element.itertext(with_tail=False)).split())
