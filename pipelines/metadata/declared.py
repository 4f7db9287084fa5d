"""Read what JSON-LD and meta tags declare about an article: image, types, keywords, access, marks."""

from collections.abc import Iterator, Sequence

from pipelines.html.plain_text import plain_text
from pipelines.metadata.jsonld import Json, Thing, read_types
from pipelines.metadata.meta_tags import Markup

NAME_LENGTH = 200
SUMMARY_LENGTH = 5_000
_MOST_KEYWORDS = 50
_MOST_TYPES = 20


def publisher_names(things: Sequence[Thing]) -> Iterator[str]:
    """Return the names of the things' publishers."""
    for thing in things[:200]:
        publisher = thing.get("publisher")
        name = publisher.get("name") if isinstance(publisher, dict) else publisher
        if isinstance(name, str):
            yield name


def texts_of(things: Sequence[Thing], name: str) -> Iterator[str]:
    """Return the texts of a property."""
    for thing in things:
        value = thing.get(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield one


def first_text(*sources: Iterator[str] | Sequence[str], limit: int) -> str:
    """Return the first text that is not empty, plain; "" without any."""
    return next((text for source in sources for value in source if (text := plain_text(value, limit))), "")


def image_address(articles: Sequence[Thing], markup: Markup) -> str | None:
    """Return the address of the article's picture."""
    for thing in articles:
        address = markup.absolute(_address_of(thing.get("image")))
        if address:
            return address
    return next(filter(None, map(markup.absolute, markup.contents("images"))), None)


def _address_of(value: Json) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl")
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, str) else None


def type_names(things: Sequence[Thing], markup: Markup) -> tuple[str, ...]:
    """Return the names of the main thing's types and of ``og:type``."""
    named = read_types(things[0]) if things else []
    return tuple(dict.fromkeys(plain_text(name, 100) for name in (*named, *markup.contents("types"))))[:_MOST_TYPES]


def keywords_of(articles: Sequence[Thing], markup: Markup) -> tuple[str, ...]:
    """Return the keywords of JSON-LD, else of the meta tags."""
    texts = list(texts_of(articles[:1], "keywords")) or markup.contents("keywords")
    words = (
        plain_text(word, NAME_LENGTH) for text in texts for word in text[:SUMMARY_LENGTH].replace("、", ",").split(",")
    )
    return tuple(dict.fromkeys(filter(None, words)))[:_MOST_KEYWORDS]


def is_paywalled(things: Sequence[Thing], markup: Markup) -> bool | None:
    """Tell whether the page declares a paywall; None where it does not say."""
    for thing in things:
        free = str(thing.get("isAccessibleForFree")).lower().rsplit("/", 1)[-1]
        if free in ("true", "false"):
            return free == "false"
    tier = first_text(markup.contents("tiers"), limit=50).lower()
    return {"free": False, "metered": True, "locked": True}.get(tier)


def article_markup(articles: Sequence[Thing], markup: Markup) -> tuple[str, ...]:
    """List the markup that marks an article."""
    marks = [f"json-ld {name}" for thing in articles[:1] for name in read_types(thing)]
    marks += [f"og:type {kind}" for kind in markup.contents("types") if kind.strip().lower() in ("article", "news")]
    if "articlepublishedtime" in markup.metas:
        marks.append("article:published_time")
    return tuple(plain_text(mark, 100) for mark in marks)
