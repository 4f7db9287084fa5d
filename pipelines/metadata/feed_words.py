"""Complete a page's metadata by what the feed says that lists it: weaker evidence than the page's own."""

import dataclasses
import re

import lxml.html

from pipelines.html.plain_text import letters
from pipelines.metadata.metadata import Metadata
from pipelines.raw_page import RawPage

_MOST_HEADINGS = 200
_WORD = re.compile(r"\w{4,}")
_SAME_SHARE = 1 / 3
"""Share of a feed title's words above which a page's title is the same headline in other words."""


def with_feed_words(metadata: Metadata, raw: RawPage, tree: lxml.html.HtmlElement) -> Metadata:
    """Return the metadata with the feed's title and authors where the page has none of its own.

    The page's title gives way only where it has nothing in common with the feed's, and either nothing on the page
    declares it (a title of all pages, as a slogan is), or a heading of the page says what the feed says.
    """
    authors = metadata.authors or tuple(name for name in raw.feed_authors.split("; ") if name)
    if authors != metadata.authors:
        metadata = dataclasses.replace(metadata, authors=authors)
    title = raw.feed_title
    if not title or _share(title, metadata.title) >= _SAME_SHARE:
        return metadata
    if metadata.title and metadata.is_title_declared and not _is_heading(title, tree):
        return metadata
    return dataclasses.replace(metadata, title=title)


def _share(title: str, other: str) -> float:
    """Return the share of a title's words that are in another; of its pairs of letters where spaces part none."""
    one, two = title.lower(), other.lower()
    parts = set(_WORD.findall(one)) if title.isascii() or " " in title.strip() else set()
    if not parts:
        plain = letters(title)
        parts = {plain[at : at + 2] for at in range(len(plain) - 1)}
    return sum(part in two for part in parts) / len(parts) if parts else 1.0


def _is_heading(title: str, tree: lxml.html.HtmlElement) -> bool:
    """Return whether a heading of the page, that links nowhere, has exactly this title."""
    wanted = letters(title)
    headings = [heading for name in ("h1", "h2", "h3") for heading in tree.iter(name)][:_MOST_HEADINGS]
    return any(
        letters(heading.text_content()[:2_000]) == wanted
        for heading in headings
        if heading.find(".//a") is None and not any(parent.tag == "a" for parent in heading.iterancestors())
    )
