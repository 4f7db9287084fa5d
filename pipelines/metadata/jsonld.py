"""Read JSON-LD leniently, and find the page's own article in it."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pipelines.html.plain_text import letters, plain_text
from pipelines.metadata.lenient_json import mend_json
from pipelines.metadata.meta_tags import schema_types

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Thing: TypeAlias = Mapping[str, "Json"]

# A live blog's JSON-LD reaches a megabyte; what is larger is not read.
_LONGEST_SCRIPT = 3_000_000
_MOST_THINGS = 3_000
_WRAPPING = re.compile(
    r"^\s*(?://|/\*)?\s*(?:<!--|<!\[CDATA\[)\s*(?:\*/)?|(?://|/\*)?\s*(?:-->|\]\]>)\s*(?:\*/)?\s*;?\s*$"
)
_DECODER = json.JSONDecoder(strict=False)  # newlines inside strings are common


def read_jsonld(scripts: Sequence[str]) -> list[Thing]:
    """Return every object of all scripts, outermost first.

    ``_away`` is true for objects below a property that points to other pages. Broken JSON that cannot be read leniently
    is left out. ``{"@id": …}`` references are not resolved.
    """
    things: list[Thing] = []
    for script in scripts:
        for value in _values(script):
            things.extend(_objects(value, _MOST_THINGS - len(things)))
    return things


def _values(script: str) -> list[Json]:
    if len(script) > _LONGEST_SCRIPT or "{" not in script:
        return []
    text = script.strip().lstrip("\ufeff")
    if not (text.startswith(("{", "[")) and text.endswith(("}", "]"))):
        text = _WRAPPING.sub("", text)
    for mend in (str, mend_json, html.unescape):
        try:
            return list(_decoded(mend(text)))
        except (ValueError, RecursionError):  # not JSON, or nested too deep to be anybody's article
            continue
    return _salvaged(text)


_SALVAGED = re.compile(r'"(datePublished|dateModified|dateCreated)"\s{0,20}:\s{0,20}"([^"\\]{4,40})"')
_ARTICLE_TYPE = re.compile(r'"@type"\s{0,20}:\s{0,20}"([A-Za-z]{0,20}(?:Article|Posting))"')


def _salvaged(text: str) -> list[Json]:
    """Return type and dates of the first article in a broken script.

    Most often, a bare quote in its headline broke it.
    """
    kind = _ARTICLE_TYPE.search(text)
    if kind is None:
        return []
    thing: dict[str, Json] = {"@type": kind[1]}
    for name, value in _SALVAGED.findall(text):
        thing.setdefault(name, value)
    return [thing]


def _decoded(text: str) -> Iterator[Json]:
    """Return all JSON values that follow each other in ``text``."""
    at = 0
    while at < len(text):
        while at < len(text) and text[at] in " \t\r\n;,":
            at += 1
        if at < len(text):
            value, at = _DECODER.raw_decode(text, at)
            yield value


def _objects(value: Json, most: int) -> Iterator[Thing]:
    """Return every dict below ``value``, breadth first, without recursion."""
    elsewhere = schema_types()["elsewhere"]
    queue: list[tuple[Json, bool]] = [(value, False)]
    taken = 0
    for one, away in queue:
        if taken >= most:
            return
        if isinstance(one, list):
            queue.extend((part, away) for part in one)
        elif isinstance(one, dict):
            taken += 1
            queue.extend(
                (part, away or name.lower() in elsewhere) for name, part in one.items() if isinstance(part, list | dict)
            )
            one["_away"] = away
            yield one


def read_types(thing: Thing) -> list[str]:
    """Return the ``@type`` names of a thing, without their schema.org prefix."""
    declared = thing.get("@type")
    names = declared if isinstance(declared, list) else [declared]
    return [name.rsplit("/", 1)[-1] for name in names if isinstance(name, str) and name]


def is_article(thing: Thing) -> bool:
    """Tell whether schema.org calls the thing an article."""
    return any(name.lower() in schema_types()["articles"] for name in read_types(thing))


def page_things(things: Sequence[Thing], addresses: Sequence[str], titles: Sequence[str]) -> list[Thing]:
    """Return the things about this page's article, the best first.

    Its own article comes first, the WebPage later. ``addresses`` are the page's own (requested, canonical, og:url),
    ``titles`` its headings. An article that names another page as its own and has none of the page's titles is left
    out.
    """
    own = {_place(address) for address in addresses if address}
    heads = [letters(title) for title in titles if title]
    ranked: list[tuple[float, int, Thing]] = []
    for index, thing in enumerate(things):
        score = _score(thing, own, heads)
        if score > 0:
            ranked.append((-score, index, thing))
    ranked.sort(key=lambda row: row[:2])
    return [thing for _, _, thing in ranked]


def _score(thing: Thing, own: set[tuple[str, str]], heads: Sequence[str]) -> float:
    kinds = {name.lower() for name in read_types(thing)}
    if kinds & schema_types()["articles"]:
        score = 8.0
    elif kinds & schema_types()["pages"]:
        score = 2.0
    else:
        return 0.0
    if thing.get("_away"):
        score -= 5.0
    named = {_place(address) for address in _addresses(thing)} - {("/", "")}
    here = any(_is_same(place, mine) for place in named for mine in own)
    headline = letters(plain_text(thing.get("headline") or thing.get("name"), 2_000))
    same_title = len(headline) > 3 and any(headline in head or head in headline for head in heads if head)
    if named and not here and not same_title and heads:
        return 0.0
    return score + 4.0 * here + 3.0 * same_title + (1.0 if thing.get("datePublished") else 0.0)


def _addresses(thing: Thing) -> Iterator[str]:
    for name in ("mainEntityOfPage", "url", "@id"):
        value = thing.get(name)
        for one in value if isinstance(value, list) else [value]:
            address = one.get("@id") or one.get("url") if isinstance(one, dict) else one
            if isinstance(address, str) and address.startswith(("http", "/")):
                yield address


_ORIGIN = re.compile(r"^https?://[^/?#]*")


def _place(address: str) -> tuple[str, str]:
    """Return an address's path and query.

    AMP and mobile hosts differ, paths rarely do.
    """
    path, _, query = _ORIGIN.sub("", address[:4_000]).partition("#")[0].partition("?")
    return path.rstrip("/").lower() or "/", query


def _is_same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether two places are one.

    A query on one side only is a tracker's. Two different queries are two pages.
    """
    return one[0] == other[0] and (one[1] == other[1] or not one[1] or not other[1])


def index_by_id(things: Sequence[Thing]) -> Mapping[str, Thing]:
    """Return the fullest thing of every ``@id``, to resolve references."""
    things_by_id: dict[str, Thing] = {}
    for thing in things:
        name = thing.get("@id")
        if isinstance(name, str) and len(thing) > len(things_by_id.get(name, ())):
            things_by_id[name] = thing
    return things_by_id
