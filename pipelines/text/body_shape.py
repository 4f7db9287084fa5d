"""Describe the text that was found on a page by numbers: its blocks and style."""

import statistics
from collections.abc import Sequence

from pipelines.html.text_blocks import LONG_WEIGHT, TextBlock
from pipelines.rules.load import load_rules

_READ = 10_000  # characters of a text whose words are counted
_HEADINGS = frozenset({"h2", "h3", "h4"})
_CELLS = frozenset({"td", "th"})
_STYLE = load_rules("page_words")["style"]

BODY_NAMES = (
    *("blocks", "links", "headings", "items", "cells", "paragraphs", "median", "longest", "long", "long_share"),
)
STYLE_NAMES = (*_STYLE, "words")


def body_shape(kept: Sequence[TextBlock]) -> tuple[float, ...]:
    """Return the numbers of :data:`BODY_NAMES` for the blocks of a text."""
    if not kept:
        return (0.0,) * len(BODY_NAMES)
    weights = [block.weight for block in kept]
    count, whole = len(kept), max(1.0, sum(weights))
    tags = [block.element.tag for block in kept]
    long = sum(weight >= LONG_WEIGHT for weight in weights)
    return (
        count,
        sum(block.weight * block.link_share for block in kept) / whole,
        sum(tag in _HEADINGS for tag in tags) / count,
        tags.count("li") / count,
        sum(tag in _CELLS for tag in tags) / count,
        tags.count("p") / count,
        statistics.median(weights),
        max(weights),
        long,
        long / count,
    )


def style_numbers(text: str) -> list[float]:
    """Return how often words and marks of each subject of style stand in a text, and its share of different words."""
    read = f" {text[:_READ].lower()} "
    scale = 1_000 / max(500, len(read))
    words = read.split()
    return [
        *(sum(read.count(word) for word in subject) * scale for subject in _STYLE.values()),
        len(set(words)) / max(1, len(words)),
    ]
