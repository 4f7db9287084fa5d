"""What a list of links is by the names that its elements bear: class and id."""

import itertools
import re

from lxml.html import HtmlElement

from pipelines.rules.load import load_rules, rule_cache

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def kind_by_names(element: HtmlElement) -> str | None:
    """The kind of list that an element's class or id names, None where they say nothing."""
    known = _table()[0]
    return next((known[word] for word in _words(element) if word in known), None)


def is_named_related(element: HtmlElement) -> bool:
    """Whether they say outright that the list is of related articles, and name no other kind."""
    kinds, declaring = _table()
    words = _words(element)
    return not declaring.isdisjoint(words) and {kinds[word] for word in words if word in kinds} == {"related"}


def _words(element: HtmlElement) -> list[str]:
    """The words of the names, and each two neighbours joined."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:400]
    if names == " ":
        return []
    lowered = [word.lower() for word in _WORDS.findall(names)]
    return [*lowered, *map("".join, itertools.pairwise(lowered))]


@rule_cache()
def _table() -> tuple[dict[str, str], frozenset[str]]:
    """Each word with its kind, and those that declare."""
    table = load_rules("list_classes")
    kinds = {word: kind for kind, entry in table.items() for word in entry["words"]}
    return kinds, frozenset(table["related"]["declaring"])
