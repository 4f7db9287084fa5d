"""Which pages make one article: this page's number, where the first one is, and which ones follow.

An address with a page number alone is no proof (``/n/7`` and ``/n/8`` are two articles): the pages of one article have
one address but for the number, and link to each other by numbers, by 「次のページ」 or by ``rel``.
"""

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from pipelines.addresses.normalize import address_key, clean_url
from pipelines.html.dom_index import plain
from pipelines.related.outlinks import base_address
from pipelines.rules.load import load_rules, rule_cache
from storage.reading import Reading

MOST_PAGES = 30  # of one article; what has more is a gallery
_LINKS_LOOKED_AT = 5_000
_LONGEST, _LONGEST_WORDS = 80, 24  # characters of a link that are looked at; of words for another page
_SEGMENT = re.compile(r"/(?:page[-/]?)?([1-9]\d?)/?$")
_ENDING = re.compile(r"[_-]([1-9]\d?)(?=\.html?$)")
_MARKS = re.compile(r"^[\W_]+|[\W_]+$")


@dataclasses.dataclass(frozen=True, slots=True)
class Pagination:
    """``number`` is this page's, from 1. ``first`` is the first page's address where this is a later one, else "".

    ``following`` are the addresses of the later pages of the article that this page links to, by their numbers.
    """

    number: int = 1
    first: str = ""
    following: tuple[tuple[int, str], ...] = ()


@rule_cache()
def _rules() -> tuple[frozenset[str], frozenset[str]]:
    table = load_rules("pagination")
    return frozenset(table["addresses"]["parameters"]), frozenset(map(plain, table["links"]["words"]))


def read_pagination(tree: HtmlElement, page_url: str) -> Pagination:
    """The page's place among the pages of its article; number 1 and nothing else where there is only one."""
    own = clean_url(page_url)
    if own is None:
        return Pagination()
    places = [(1, _base(own)), *_numbered(own)]
    found: dict[tuple[int, str], dict[int, str]] = {}
    for url, words, relation in _links(tree, page_url):
        for number, base in ((1, _base(url)), *_numbered(url)):
            for place in places:
                if place[1] == base and place[0] != number and _is_pager(words, relation, number, place[0]):
                    found.setdefault(place, {}).setdefault(number, url)
    later = [place for place in found if place[0] > 1 and 1 in found[place]]
    if later:
        number, _ = place = later[0]
        return Pagination(number, found[place][1], _after(number, found[place]))
    first = next((place for place in found if place[0] == 1), None)
    return Pagination(following=_after(1, found[first])) if first else Pagination()


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


def _links(tree: HtmlElement, page_url: str) -> Iterator[tuple[str, str, str]]:
    """Address, words and ``rel`` of the links that say that they lead to another page of something."""
    address = base_address(tree, page_url)
    host = urlsplit(page_url).netloc
    _, known = _rules()
    for link in itertools.islice(tree.iter("a", "link"), _LINKS_LOOKED_AT):
        href = link.get("href")
        if not href or href.startswith("#"):
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


def _numbered(url: str) -> Iterator[tuple[int, str]]:
    """Every way in which an address is one of the pages of a shorter one: its number, and the key of the first page."""
    parts = urlsplit(url)
    parameters = parse_qsl(parts.query, keep_blank_values=True)
    for name, value in parameters:
        if name.lower() in _rules()[0] and value.isascii() and value.isdigit() and 0 < int(value[:4]) <= MOST_PAGES:
            rest = urlencode([pair for pair in parameters if pair[0] != name])
            yield int(value), _base(urlunsplit(parts._replace(query=rest)))
    for pattern in (_SEGMENT, _ENDING):
        match = pattern.search(parts.path)
        if match and int(match[1]) <= MOST_PAGES and match.start() > 1:
            path = parts.path[: match.start()] + parts.path[match.end(1) :].rstrip("/")
            yield int(match[1]), _base(urlunsplit(parts._replace(path=path)))


def join_pages(readings: Sequence[Reading]) -> list[Reading]:
    """Readings that were made together, first pages with the words of their later pages where these are among them."""
    texts = {address_key(one.url): one.text for one in readings if one.page_number > 1 and one.is_article}
    if not texts:
        return list(readings)
    return [_with_following(one, texts) if one.page_number == 1 and one.following else one for one in readings]


def _with_following(reading: Reading, texts: Mapping[str, str]) -> Reading:
    found = [texts[key] for _, url in reading.following if (key := address_key(url)) in texts]
    return dataclasses.replace(reading, text="\n".join([reading.text, *found]))
