"""Collect a page's tags in one pass: metas, links, headings, times, JSON-LD."""

import dataclasses
import itertools
import urllib.parse
from collections.abc import Mapping, Sequence

import lxml.html

from pipelines.html.plain_text import plain_text
from pipelines.html.tag_index import TagIndex
from pipelines.rules.load import load_rules, rule_cache

# More of a kind than this is no help; it bounds what a hostile page costs.
_MOST_METAS = 500
_MOST_ELEMENTS = 100
_LONGEST = 20_000
_HEIGHT = 20  # elements round a property within which its thing is looked for


@rule_cache()
def metadata_names() -> Mapping[str, Sequence[str]]:
    """Return names of meta tags by field, the most reliable first.

    The names are in the form of :func:`meta_name`.
    """
    return {
        kind: tuple(dict.fromkeys(map(meta_name, names)))
        for kind, names in load_rules("metadata_names")["names"].items()
    }


def meta_name(name: str) -> str:
    """Return a meta tag's name without its vendor's prefix and punctuation.

    ``article:published_time`` becomes ``articlepublishedtime``.
    """
    bare = name.lower().rpartition("#")[2].removeprefix("cxenseparse:").removeprefix("recs:")
    return "".join(filter(str.isalnum, bare))


@rule_cache()
def schema_types() -> Mapping[str, frozenset[str]]:
    """Return kinds of schema.org types and properties, in lower case."""
    return {kind: frozenset(names) for kind, names in load_rules("metadata_names")["schema"].items()}


@dataclasses.dataclass(frozen=True, slots=True)
class Markup:
    """The tags that matter, in document order.

    ``metas`` has all that are not empty, by :func:`meta_name`.
    """

    base_url: str
    metas: Mapping[str, Sequence[str]]
    links: Sequence[lxml.html.HtmlElement]
    headings: Sequence[lxml.html.HtmlElement]
    times: Sequence[lxml.html.HtmlElement]
    items: Sequence[lxml.html.HtmlElement]
    scripts: Sequence[str]
    document_title: str

    def contents(self, kind: str) -> list[str]:
        """Return the contents of all meta tags of a field, the most reliable first.

        ``kind`` is a key of :func:`metadata_names`.
        """
        contents = (content for name in metadata_names()[kind] for content in self.metas.get(name, ()))
        return list(dict.fromkeys(contents))

    def absolute(self, href: str | None) -> str | None:
        """Return an http(s) address made absolute by the page's ``<base>``, or None."""
        return absolute_url(self.base_url, href)


def absolute_url(base: str, href: str | None) -> str | None:
    """Return an http(s) address joined to its base, or None."""
    href = plain_text(href, 4_000)
    if not href:
        return None
    try:
        joined = urllib.parse.urljoin(base, href)
        parts = urllib.parse.urlsplit(joined)
    except ValueError:  # a bracket that is no IPv6 address
        return None
    return joined if parts.scheme in ("http", "https") and parts.hostname else None


def read_markup(tags: TagIndex, page_url: str) -> Markup:
    """Collect the tags of a parsed page, without changing its tree.

    ``page_url`` is the address that answered.
    """
    metas: dict[str, list[str]] = {}
    elements: dict[str, list[lxml.html.HtmlElement]] = {"link": [], "h1": [], "time": []}
    scripts: list[str] = []
    base, title = "", ""
    for element in tags.tagged("meta", "link", "base", "title", "h1", "time", "script"):
        tag = element.tag
        if tag == "meta":
            _take_meta(element, metas)
        elif tag == "script":
            if "ld+json" in (element.get("type") or "").lower() and len(scripts) < _MOST_ELEMENTS:
                scripts.append(element.text or "")
        elif tag == "base":
            base = base or element.get("href") or ""
        elif tag == "title":
            title = title or plain_text(element.text or "", 2_000)
        elif len(elements[tag]) < _MOST_ELEMENTS:
            elements[tag].append(element)
    items = [element for element in tags.having("itemprop") if element.tag != "meta"][: _MOST_ELEMENTS * 5]
    joined = absolute_url(page_url, base) or page_url
    return Markup(joined, metas, elements["link"], elements["h1"], elements["time"], items, scripts, title)


def is_elsewhere(element: lxml.html.HtmlElement) -> bool:
    """Tell whether microdata is of a thing that the page cites or lists: an author of a reference is not the page's."""
    others = schema_types()["elsewhere"]
    around = (holder.get("itemprop") for holder in itertools.islice(element.iterancestors(), _HEIGHT))
    return any(name is not None and not others.isdisjoint(name.lower().split()) for name in around)


def _take_meta(element: lxml.html.HtmlElement, metas: dict[str, list[str]]) -> None:
    content = (element.get("content") or "")[:_LONGEST].strip()
    if not content or len(metas) >= _MOST_METAS:
        return
    for attribute in ("property", "name", "itemprop"):
        named = element.get(attribute)
        if not named or (attribute == "itemprop" and is_elsewhere(element)):
            continue
        for name in named[:200].split():
            held = metas.setdefault(meta_name(name), [])
            if len(held) < _MOST_ELEMENTS:
                held.append(content)
