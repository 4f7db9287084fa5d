"""Find the visible words around the headline, where date and byline are."""

import functools
import itertools
from collections.abc import Sequence

import lxml.html

from pipelines.html.plain_text import letters, plain_text
from pipelines.html.tag_index import TagIndex
from pipelines.metadata.meta_tags import Markup

# How much text below a headline is looked through, in characters, and how many neighbours above it.
_BELOW = 600
_ABOVE = 6
_PIECE = 200
_MOST_HEADINGS = 200
_MOST_SIBLINGS = 300


def headline_element(tags: TagIndex, markup: Markup, title: str) -> lxml.html.HtmlElement | None:
    """Return the heading that prints ``title``, or None.

    It is an h1, else a lower heading, else the first h1.
    """
    title_letters = letters(title)
    lower = tags.tagged("h2", "h3")[:_MOST_HEADINGS]
    for heading in itertools.chain(markup.headings, lower):
        heading_letters = letters(" ".join(visible_pieces(heading, 2_000)))
        if (
            heading_letters
            and title_letters
            and (
                heading_letters == title_letters
                or title_letters in heading_letters
                or (len(heading_letters) > 8 and heading_letters in title_letters)
            )
        ):
            return heading
    return next(iter(markup.headings), None)


class NearHeadline:
    """The visible texts around a headline, none where there is no headline; each side is read once, when asked for."""

    def __init__(self, headline: lxml.html.HtmlElement | None) -> None:
        self.headline = headline

    @functools.cached_property
    def below(self) -> Sequence[str]:
        """Return the texts after it, up to some 600 characters."""
        return [] if self.headline is None else words_below(self.headline)

    @functools.cached_property
    def above(self) -> Sequence[str]:
        """Return the last texts before it, in reading order."""
        return [] if self.headline is None else words_above(self.headline)


def words_below(headline: lxml.html.HtmlElement) -> list[str]:
    """Return the texts after a headline, up to some 600 characters."""
    below: list[str] = []
    room = _BELOW
    for node in itertools.chain([headline], headline.iterancestors()):
        if node.tag == "body" or room <= 0:
            break
        for sibling in itertools.islice(node.itersiblings(), _MOST_SIBLINGS):
            pieces = visible_pieces(sibling, room)
            below += pieces
            room -= sum(map(len, pieces))
            if room <= 0:
                break
    return below


def words_above(headline: lxml.html.HtmlElement) -> list[str]:
    """Return the last texts before a headline, in reading order."""
    above: list[str] = []
    for node in itertools.chain([headline], headline.iterancestors()):
        if node.tag == "body" or len(above) >= _ABOVE:
            break
        for sibling in itertools.islice(node.itersiblings(preceding=True), 2):
            above = visible_pieces(sibling, _PIECE)[-_ABOVE:] + above
    return above[-_ABOVE:]


def visible_pieces(element: lxml.html.HtmlElement, limit: int) -> list[str]:
    """Return the visible texts of an element, up to about ``limit`` characters."""
    pieces: list[str] = []
    room = limit
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return pieces
    hidden = 0
    for event, node in lxml.etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        unseen = event in ("comment", "pi") or node.tag in _UNSEEN
        if event == "start":
            hidden += unseen
        elif event == "end":
            hidden -= unseen
        text = (node.text if event == "start" else node.tail if node is not element else None) if not hidden else None
        if text and (piece := plain_text(text, room)):
            pieces.append(piece)
            room -= len(piece)
        if room <= 0:
            break
    return pieces


_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg"})
