"""Find the pages of one article: this page's number, the first, the next ones.

An address with a page number alone is no proof (``/n/7`` and ``/n/8`` are two articles): the pages of one article have
one address but for the number, and link to each other by numbers, by 「次のページ」 or by ``rel``.
"""

import dataclasses
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from pipelines.addresses.article_urls import looks_like_article
from pipelines.addresses.normalize import address_key, clean_url
from pipelines.html.dom_index import plain
from pipelines.html.tag_index import TagIndex
from pipelines.related.outlinks import base_address
from pipelines.rules.load import load_rules, rule_cache
from storage.body.structure import join_bodies
from storage.reading import Reading

MOST_PAGES = 30  # of one article; what has more is a gallery
_LINKS_LOOKED_AT = 5_000
_LONGEST, _LONGEST_WORDS = 80, 24  # characters of a link that are looked at; of words for another page
_SEGMENT = re.compile(r"/(?:page[-/]?)?([1-9]\d?)/?$")
_ENDING = re.compile(r"[_-]([1-9]\d?)(?=\.html?$)")
_DAY = re.compile(r"(?:19|20)\d{6}|\d{1,4}")
_POST = "p"  # WordPress has posts as ?p=7, other CMSs pages
_MARKS = re.compile(r"^[\W_]+|[\W_]+$")
_WORDS = re.compile("[A-Za-z0-9]+")


@dataclasses.dataclass(frozen=True, slots=True)
class Pagination:
    """Hold a page's place among the pages of its article.

    ``following`` are the addresses of the later pages of the article that this page links to, by their numbers.
    """

    number: int = 1
    first: str = ""
    following: tuple[tuple[int, str], ...] = ()


class _Place(NamedTuple):
    """One way in which an address is a page of an article.

    ``key`` is the first page's, ``first`` its address without a number. ``is_certain``: no other address is written so.
    """

    number: int
    key: str
    first: str
    is_certain: bool = True


@rule_cache()
def _rules() -> tuple[frozenset[str], frozenset[str]]:
    table = load_rules("pagination")
    return frozenset(table["addresses"]["parameters"]), frozenset(map(plain, table["links"]["words"]))


def read_pagination(tags: TagIndex, page_url: str) -> Pagination:
    """Read the page's place among the pages of its article."""
    own = clean_url(page_url)
    if own is None:
        return Pagination()
    places = [_Place(1, _base(own), own), *_numbered(own)]
    linked: dict[_Place, dict[int, str]] = {}
    for url, words, relation in _links(tags, page_url, {_longest_word(place.key) for place in places}):
        for target in (_Place(1, _base(url), url), *_numbered(url)):
            for place in places:
                is_other = place.key == target.key and place.number != target.number
                if is_other and _is_pager(words, relation, target.number, place.number):
                    linked.setdefault(place, {}).setdefault(target.number, url)
    later = [place for place in linked if place.number > 1]
    for place in sorted(later, key=lambda one: 1 not in linked[one]):
        if first := _first_page(place, linked[place]):
            return Pagination(place.number, first, _after(place.number, linked[place]))
    first_pages = [place for place in linked if place.number == 1]
    if not first_pages:
        return Pagination()
    place = first_pages[0]
    other = place.first if place.is_certain and place.key != _base(own) else ""
    return Pagination(1, other, _after(1, linked[place]))


def _first_page(place: _Place, pages: Mapping[int, str]) -> str:
    """The address of the first page, "" where the links do not show that this is a later page.

    A first page with its number in the address is the one without it: sites redirect the one to the other or serve the
    same at both. A page without a link to the first one shows by its neighbours what it is.
    """
    if 1 in pages:
        return pages[1] if _base(pages[1]) == place.key or not place.is_certain else place.first
    is_between = place.number - 1 in pages or place.number + 1 in pages
    return place.first if is_between and _is_paged(place) else ""


def _is_paged(place: _Place) -> bool:
    """Whether pages of one article are numbered so, and not neighbours.

    ``/n/7`` and ``/n/8`` are two articles, ``/20261105/3`` the third of a day, ``ferry-part-3.html`` one of a series.
    """
    name, _, ending = urlsplit(place.first).path.rstrip("/").rpartition("/")[2].partition(".")
    if not name or (name.lower() == "index" and ending):
        return False
    if place.is_certain:
        return True
    is_single = not _DAY.fullmatch(name) and (not ending or name[-1].isdigit())
    return is_single and looks_like_article(place.first)


def _after(number: int, pages: dict[int, str]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted((at, url) for at, url in pages.items() if number < at <= MOST_PAGES))


def _is_pager(words: str, relation: str, number: int, own: int) -> bool:
    """Whether a link says that it leads to this page: by number, ``rel``, or words for the next or an earlier one."""
    if relation in ("next", "prev"):
        return number == own + 1 if relation == "next" else number < own
    return int(words) == number if words.isdigit() else number == own + 1 or number < own


@rule_cache(4_096)  # a site's pages have the same menus
def _said(words: str) -> str:
    """A link's words without marks and arrows, before a colon: 「次ページ：返済が滞った街」 says 次ページ."""
    begin = words.replace("：", ":").partition(":")[0].strip()
    if len(begin) > _LONGEST_WORDS:
        return ""
    said = plain(begin)
    return said if said[:1].isalnum() and said[-1:].isalnum() else _MARKS.sub("", said)


def _text_of(link: HtmlElement) -> str:
    return "".join(itertools.islice(link.itertext(), 6)) if len(link) else link.text or ""


def _longest_word(key: str) -> str:
    return max(_WORDS.findall(key.partition("?")[0].partition("/")[2]), key=len, default="")


def _may_lead_to(href: str, marks: Collection[str]) -> bool:
    """Tell whether a link may have a key with one of these words in its path: most links cannot, as they are written.

    Addresses relative to the page's own path, and those whose letters may be written otherwise, always may.
    """
    is_whole = href.startswith(("/", "http://", "https://")) and "%" not in href and href.isprintable()
    return not is_whole or any(mark in href for mark in marks)


def _links(tags: TagIndex, page_url: str, marks: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Address, words and ``rel`` of the links that say that they lead to another page of something.

    ``marks`` are words of which a link's path must have one.
    """
    address = base_address(tags.tagged("base"), page_url)
    host = urlsplit(page_url).netloc
    _, known = _rules()
    for link in tags.tagged("a", "link")[:_LINKS_LOOKED_AT]:
        href = link.get("href")
        if not href or href.startswith("#") or not _may_lead_to(href, marks):
            continue
        relations = link.get("rel")
        relation = _relation(relations) if relations else ""
        if link.tag == "link" and not relation:
            continue
        words = "" if link.tag == "link" else _said(_text_of(link)[:_LONGEST])
        if not relation and not words.isdigit() and words not in known:
            continue
        url = clean_url(href, address)
        if url is not None and urlsplit(url).netloc == host:
            yield url, words, relation


def _relation(relations: str) -> str:
    names = relations.lower().split()
    return next((name for name in ("next", "prev") if name in names), "")


def _base(url: str) -> str:
    return address_key(url)


def _numbered(url: str) -> Iterator[_Place]:
    """Every way in which an address is one of the pages of a shorter one."""
    parts = urlsplit(url)
    parameters = parse_qsl(parts.query, keep_blank_values=True)
    for name, value in parameters:
        if name.lower() in _rules()[0] and value.isascii() and value.isdigit() and 0 < int(value[:4]) <= MOST_PAGES:
            rest = urlencode([pair for pair in parameters if pair[0] != name])
            first = urlunsplit(parts._replace(query=rest))
            yield _Place(int(value), _base(first), first, is_certain=name.lower() != _POST)
    for pattern in (_SEGMENT, _ENDING):
        match = pattern.search(parts.path)
        if match and int(match[1]) <= MOST_PAGES and match.start() > 1:
            rest = parts.path[match.end(1) :]
            first = urlunsplit(parts._replace(path=parts.path[: match.start()] + rest))
            key = _base(urlunsplit(parts._replace(path=parts.path[: match.start()] + rest.rstrip("/"))))
            yield _Place(int(match[1]), key, first, is_certain=match[0].startswith("/page"))


def join_pages(readings: Sequence[Reading]) -> list[Reading]:
    """Join first pages with the words of later pages that were read with them."""
    texts = {address_key(one.url): (one.text, one.body) for one in readings if one.page_number > 1 and one.is_article}
    if not texts:
        return list(readings)
    return [_with_following(one, texts) if one.page_number == 1 and one.following else one for one in readings]


def _with_following(reading: Reading, texts: Mapping[str, tuple[str, str]]) -> Reading:
    found = [texts[key] for _, url in reading.following if (key := address_key(url)) in texts]
    pages = [(reading.text, reading.body), *found]
    return dataclasses.replace(reading, text="\n".join(text for text, _ in pages), body=join_bodies(pages))
