"""Classify lists of links, and bodies, by the classes and ids of their elements."""

import itertools
import re

from lxml.html import HtmlElement

from pipelines.rules.load import load_rules, rule_cache

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def is_named_related(element: HtmlElement) -> bool:
    """Tell whether the names declare a list of related articles and no other kind."""
    kinds, declaring = _table()
    words = _words(element)
    return not declaring.isdisjoint(words) and {kinds[word] for word in words if word in kinds} == {"related"}


def is_named_ranking(element: HtmlElement) -> bool:
    """Tell whether the names declare a ranking and no other kind."""
    kinds, _ = _table()
    return {kinds[word] for word in _words(element) if word in kinds} == {"ranking"}


def is_named_body(element: HtmlElement) -> bool:
    """Tell whether the names, or the microdata, declare the body of an article."""
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"[:400]
    bare = names.lower().replace("-", "").replace("_", "").split()
    return not _body_names().isdisjoint(bare)


@rule_cache()
def _body_names() -> frozenset[str]:
    return frozenset(load_rules("body_classes")["names"])


def load_tables() -> None:
    """Load what no page may wait for."""
    _body_names()


def _words(element: HtmlElement) -> list[str]:
    """Return the words of the names, and each pair of neighbours joined."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:400]
    if names == " ":
        return []
    lowered = [word.lower() for word in _WORDS.findall(names)]
    return [*lowered, *map("".join, itertools.pairwise(lowered))]


@rule_cache()
def _table() -> tuple[dict[str, str], frozenset[str]]:
    """Return the kind of each word, and the words that declare related articles."""
    table = load_rules("list_classes")
    kinds = {word: kind for kind, entry in table.items() for word in entry["words"]}
    return kinds, frozenset(table["related"]["declaring"])
