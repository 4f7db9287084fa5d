"""Describe a page's layout by numbers: its links, cards, headline, paragraphs and class names."""

import collections
import itertools
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.html.dom_index import DomIndex, Measure, plain, readable_start
from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.patterns import compile_words
from pipelines.text.page_shape import DATE

_MOST = 2_000  # of anything that is counted one by one
_ADDRESS = 300  # characters of a link's address that are compared
_NAME = 200  # characters of an element's class names
_CARDS = frozenset({"li", "div", "article", "section", "a"})
_CARD = (30, 1_500)  # characters of a card
_CARD_LINKS = 6  # at most
_FEWEST_CARDS = 3  # of one parent, with one tag and the same class names
_PARAGRAPH = 80  # characters of a paragraph of prose
_BEHIND_HEADLINE = 300  # characters in which a date is the page's own
_LINK_SUBJECTS = tuple(load_rules("page_words")["links"])
_NAME_SUBJECTS = tuple(load_rules("page_words")["names"])

LAYOUT_NAMES = (
    *("addresses", "external", "twice", "children", "siblings", "parents", "child_share", "sibling_share"),
    *("fragments", "tel", "mailto", *(f"link:{subject}" for subject in _LINK_SUBJECTS)),
    *("cards", "all_cards", "card_text", "card_headings", "card_images"),
    *("h1", "headline", "headline_words", "headline_place", "headline_in_title", "headline_linked", "headline_dated"),
    *("run", "run_share", "runs", "linked_paragraphs", "article_text", "main_text", "around_links", "main_links"),
    *(f"class:{subject}" for subject in _NAME_SUBJECTS),
)


def page_layout(page: DomIndex, url: str) -> tuple[float, ...]:
    """Return the numbers of :data:`LAYOUT_NAMES` for a page; ``url`` is its address."""
    return (*_links(page, url), *_cards(page), *_headline(page), *_paragraphs(page), *_names(page))


def _links(page: DomIndex, url: str) -> list[float]:
    """How many different addresses the page links to, where they lie, and which kinds they are of."""
    hrefs = (link.get("href").strip()[:_ADDRESS] for link in page.links[:_MOST])
    counts = collections.Counter(hrefs)
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.")
    own = tuple(f"{scheme}{www}{host}" for scheme in ("https://", "http://", "//") for www in ("www.", ""))
    paths = [path for href in counts if (path := _path(href, own)) is not None]
    place = parts.path.rstrip("/")
    above = place.rpartition("/")[0]
    known = set(paths) - {place, ""}
    children = sum(path.startswith(f"{place}/") for path in known) if place else 0
    siblings = sum(path.rpartition("/")[0] == above for path in known) if above else 0
    kinds = collections.Counter(_link_subject_of()[word] for word in _link_words().findall("\n".join(counts).lower()))
    inner = max(1, len(paths))
    return [
        len(counts),
        (len(counts) - len(paths)) / max(1, len(counts)),
        sum(number > 1 for number in counts.values()) / max(1, len(counts)),
        children,
        siblings,
        sum(place.startswith(f"{path}/") for path in known),
        children / inner,
        siblings / inner,
        *(sum(href.startswith(start) for href in counts) for start in ("#", "tel:", "mailto:")),
        *(kinds[subject] for subject in _LINK_SUBJECTS),
    ]


def _path(href: str, own: Sequence[str]) -> str | None:
    """Return the path of an address of the page's own host, None of any other."""
    if href.startswith(("#", "?")) or (href.startswith("/") and not href.startswith("//")):
        path = href
    else:
        start = next((start for start in own if href.startswith(start)), None)
        if start is None:
            return None
        path = href[len(start) :]
    return path.partition("#")[0].partition("?")[0].rstrip("/")


@rule_cache()
def _link_subject_of() -> dict[str, str]:
    return {word: subject for subject, words in load_rules("page_words")["links"].items() for word in words}


@rule_cache()
def _link_words() -> re.Pattern[str]:
    return compile_words(sorted(_link_subject_of(), key=len, reverse=True))


def _cards(page: DomIndex) -> list[float]:
    """How many blocks with a link or a few stand side by side and look alike, and what the most numerous hold."""
    groups: dict[tuple[HtmlElement | None, str, str], list[HtmlElement]] = collections.defaultdict(list)
    for element in page.blocks:
        measure = page[element]
        if 0 < measure.links <= _CARD_LINKS and _CARD[0] <= measure.text <= _CARD[1] and element.tag in _CARDS:
            groups[element.getparent(), element.tag, element.get("class") or ""].append(element)
    rows = [group for group in groups.values() if len(group) >= _FEWEST_CARDS]
    largest = max(rows, key=len, default=[])[:_MOST]
    return [
        len(largest),
        sum(map(len, rows)),
        max((sum(page[card].text for card in row) for row in rows), default=0) / max(1, page[page.tree].text),
        sum(_holds(card, ("h2", "h3", "h4", "h5")) for card in largest) / max(1, len(largest)),
        sum(_holds(card, ("img",)) for card in largest) / max(1, len(largest)),
    ]


def _holds(element: HtmlElement, tags: Iterable[str]) -> bool:
    return next(element.iter(*tags), None) is not None


def _headline(page: DomIndex) -> list[float]:
    """How many h1 there are, and what the one looks like that the document's title repeats, else the first."""
    headings = [one for one in page.tags.tagged("h1")[:20] if one in page]
    title = plain(page.tags.title)
    texts = [plain(readable_start(one, _BEHIND_HEADLINE)) for one in headings]
    shown = [at for at, text in enumerate(texts) if text]
    place = next((at for at in shown if texts[at] in title), shown[0] if shown else -1)
    if place < 0:
        return [0.0] + [-1.0] * 6
    text, measure = texts[place], page[headings[place]]
    return [
        len(headings),
        len(text),
        text.count(" ") + 1,
        measure.offset / max(1, page[page.tree].text),
        text in title,
        measure.linked > 0,
        DATE.search(_behind(page, measure)) is not None,
    ]


def _behind(page: DomIndex, measure: Measure) -> str:
    """Return the first words behind an element, in lower case."""
    words: list[str] = []
    for element, text in page.texts:
        holder = page.get(element)
        if holder is not None and holder.order >= measure.end:
            words.append(text[:_BEHIND_HEADLINE])
            if sum(map(len, words)) > _BEHIND_HEADLINE:
                break
    return " ".join(" ".join(words).lower().split())[:_BEHIND_HEADLINE]


def _paragraphs(page: DomIndex) -> list[float]:
    """Return how long the longest run of paragraphs of one parent is, and where text and links stand."""
    runs: collections.Counter[HtmlElement | None] = collections.Counter()
    linked = paragraphs = 0
    for element in page.tags.tagged("p")[:_MOST]:
        measure = page.get(element)
        if measure is not None and measure.text >= _PARAGRAPH:
            runs[element.getparent()] += measure.text
            paragraphs += 1
            linked += measure.links > 0
    run = max(runs.values(), default=0)
    whole = max(1, page[page.tree].text)
    around = sum(one.links for one in _measures(page, ("nav", "footer", "aside")))
    return [
        run,
        run / max(1, runs.total()),
        len(runs),
        linked / max(1, paragraphs),
        max((one.text for one in _measures(page, ("article",))), default=0) / whole,
        max((one.text for one in _measures(page, ("main",))), default=0) / whole,
        around,
        len(page.links) - around,
    ]


def _measures(page: DomIndex, tags: Iterable[str]) -> Iterable[Measure]:
    return (page[one] for one in page.tags.tagged(*tags)[:_MOST] if one in page)


def _names(page: DomIndex) -> list[float]:
    """How many elements have class names that speak of each subject."""
    counts = [0.0] * len(_NAME_SUBJECTS)
    for name, places in itertools.islice(page.tags.values("class").items(), _MOST):
        for subject in _subjects_of_name(name[:_NAME]):
            counts[subject] += len(places)
    return counts


@rule_cache(16_384)  # the pages of a site have the same names
def _subjects_of_name(name: str) -> tuple[int, ...]:
    return tuple({_name_subject_of()[word] for word in _name_words().findall(name.lower())})


@rule_cache()
def _name_subject_of() -> dict[str, int]:
    table = load_rules("page_words")["names"]
    return {word: place for place, words in enumerate(table.values()) for word in words}


@rule_cache()
def _name_words() -> re.Pattern[str]:
    return compile_words(sorted(_name_subject_of(), key=len, reverse=True))
