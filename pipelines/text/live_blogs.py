"""Cut the updates of a live blog, found by its JSON-LD.

Where the page has words of its own beside them, they are not the article's: they come every few minutes, and would
make a revision each. Where the updates are all there is, they stay.
"""

import itertools
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.html.dom_index import BLOCKS, DomIndex, readable_text
from pipelines.html.plain_text import word_characters
from pipelines.html.text_blocks import weight_of
from pipelines.metadata.jsonld import Json, read_jsonld
from storage.reading import Cut

_NAME = "liveBlogUpdate"
_MOST_UPDATES = 500
_LEAST_LETTERS = 8  # of a line that is looked for in the updates
_OWN_WORDS = 120  # Japanese characters of prose beside the updates that make an article
_PARAGRAPH = 30  # the same of a block that counts as prose


def cut_live_updates(tree: HtmlElement, page: DomIndex) -> list[Cut]:
    """Cut the updates that JSON-LD lists, if an article is left."""
    typed = (script for script in tree.iter("script") if "json" in (script.get("type") or "").lower())
    scripts = [text for script in typed if (text := script.text) and _NAME in text]
    if not scripts:
        return []
    told = "\n".join(itertools.islice(_updates(read_jsonld(scripts)), _MOST_UPDATES))
    if not told:
        return []
    updates, left = [], 0.0
    for block in _lines(page):
        said = readable_text(block)
        if len(word_characters(said)) >= _LEAST_LETTERS and word_characters(said) in told:
            updates.append((block, said))
        elif block.tag == "p" and weight_of(said) >= _PARAGRAPH and page[block].linked * 2 < page[block].text:
            left += weight_of(said)
    if left < _OWN_WORDS:
        return []
    for block, _ in updates:
        page.remove((block,))
    return [Cut("live-update", "among the page's liveBlogUpdate", said[:200]) for _, said in updates]


def _updates(things: Sequence[object]) -> Iterator[str]:
    """The letters of each update's headline and words."""
    for thing in things:
        updates = thing.get(_NAME) if isinstance(thing, dict) else None
        for update in updates if isinstance(updates, list) else [updates]:
            if isinstance(update, dict):
                yield from map(word_characters, _words(update))


def _words(update: dict[str, Json]) -> Iterator[str]:
    for name in ("headline", "articleBody"):
        value = update.get(name)
        if isinstance(value, str):
            yield value[:20_000]


def _lines(page: DomIndex) -> list[HtmlElement]:
    """The blocks that hold text and no other block."""
    return [
        element
        for element in page.blocks
        if element in page
        and page[element].text
        and not any(child.tag in BLOCKS and child in page for child in element)
    ]
