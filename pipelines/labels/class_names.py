"""What a list of links is by the names that its elements bear: class and id."""

import functools
import importlib.resources
import itertools
import re
import tomllib

from lxml.html import HtmlElement

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


@functools.cache
def _table() -> tuple[dict[str, str], frozenset[str]]:
    """Each word with its kind, and those that declare."""
    resource = importlib.resources.files("pipelines.rules").joinpath("list_classes.toml")
    table = tomllib.loads(resource.read_text(encoding="utf-8"))
    kinds = {word: kind for kind, entry in table.items() for word in entry["words"]}
    return kinds, frozenset(table["related"]["declaring"])
