"""Describe the structure of an article's text by the elements that its lines came from."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from pipelines.addresses.normalize import clean_url, registered_domain
from pipelines.html.dom_index import BLOCKS
from pipelines.html.plain_text import compose_marks, drop_invisible
from pipelines.html.text_blocks import SKIPPED, TextBlock
from storage.body.structure import PLAIN, Body, BodyImage, BodyLink, fit_lines, pack

_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
_DEEPEST = 9  # lists within each other
_ITEM_LINES = 10  # of a list's item; what holds more is a layout
_CELL_LINES = 4  # of a table's cell; what holds more is a layout
_CELL_LENGTH = 600  # characters, likewise
_MOST_COLUMNS = 99
_MOST_LINKS = 500  # of one body
_LINK_HEIGHT = 5  # elements above a block that may be the link around it
_NOWHERE = ("#", "javascript:", "mailto:", "tel:", "data:")


class _Context(NamedTuple):
    """What a line stands in: the code of it, the element that is that (None for a paragraph), the depth of a list."""

    code: str
    owner: HtmlElement | None
    depth: int


class _Run(NamedTuple):
    """The text between two line breaks, and its links: where each begins, its words, its element."""

    text: str
    links: tuple[tuple[int, str, HtmlElement], ...]


def body_of(blocks: Sequence[TextBlock], images: Sequence[BodyImage], text: str, page_url: str, base: str) -> str:
    """Give the structure of ``text`` as it is stored.

    ``blocks`` are what the text was made of; lines may have been removed since. ``images`` are placed among the blocks.
    ``base`` is what the page's relative addresses are relative to.
    """
    left = text.split("\n")
    known = set(left)  # what is a line of the text as it is needs no cleaning
    lines = [block.text if block.text in known else compose_marks(drop_invisible(block.text)) for block in blocks]
    links = tuple(itertools.islice(_links(blocks, lines, page_url, base), _MOST_LINKS))
    body = Body(tuple(_codes(blocks)), links, tuple(images))
    return pack(body if left == lines else fit_lines(body, lines, left))


def _codes(blocks: Sequence[TextBlock]) -> Iterator[str]:
    known: dict[HtmlElement, _Context] = {}
    contexts = [_context(block.element, known) for block in blocks]
    layouts = _layouts(blocks, contexts)
    before: HtmlElement | None = None
    row: HtmlElement | None = None
    for context in contexts:
        owner = context.owner
        code = context.code
        if owner is None or owner in layouts:
            code = PLAIN
        elif code in "uoc" and owner is before:
            code = "."
        elif code == "c":
            own_row = owner.getparent()
            code = _cell(owner, before if own_row is row else None, is_first=own_row is not row)
            row = own_row
        elif code in "uo" and context.depth > 1:
            code = f"{code}{context.depth}"
        if code[0] not in "rcRC.":
            row = None
        before = owner
        yield code


def _context(element: HtmlElement, known: dict[HtmlElement, _Context]) -> _Context:
    """Say what a line in this element stands in; each element is asked once."""
    climbed: list[HtmlElement] = []
    one: HtmlElement | None = element
    while one is not None and one not in known:
        climbed.append(one)
        one = one.getparent()
    context = _Context(PLAIN, None, 0) if one is None else known[one]
    for inner in reversed(climbed):
        context = _within(inner, context)
        known[inner] = context
    return context


def _within(element: HtmlElement, around: _Context) -> _Context:
    tag = element.tag
    if tag == "li":
        parent = element.getparent()
        code = "o" if parent is not None and parent.tag == "ol" else "u"
        depth = around.depth + 1 if around.code in ("u", "o") else 1
        return _Context(code, element, min(depth, _DEEPEST))
    if tag in _HEADINGS:
        return _Context(_HEADINGS[tag], element, 0)
    if tag in ("td", "th"):
        return _Context("c", element, 0)
    if tag == "blockquote":
        return _Context("q", element, 0)
    return around


def _layouts(blocks: Sequence[TextBlock], contexts: Sequence[_Context]) -> set[HtmlElement]:
    """Items and cells that are no item or cell but hold a part of the page."""
    lines = Counter(context.owner for context in contexts if context.code in ("u", "o", "c"))
    layouts = {
        owner
        for owner, number in lines.items()
        if owner is not None and number > (_ITEM_LINES if owner.tag == "li" else _CELL_LINES)
    }
    cells: dict[HtmlElement, set[HtmlElement]] = {}
    wide: set[HtmlElement] = set()
    for block, context in zip(blocks, contexts, strict=True):
        if context.code == "c" and context.owner is not None:
            table = next(context.owner.iterancestors("table"), context.owner)
            cells.setdefault(table, set()).add(context.owner)
            if context.owner in layouts or len(block.text) > _CELL_LENGTH:
                wide.add(table)
    for table, held in cells.items():
        if table in wide or len(held) < 2:
            layouts |= held
    return layouts


def _cell(owner: HtmlElement, before: HtmlElement | None, *, is_first: bool) -> str:
    """The code of a cell, with the number of empty cells between it and the one ``before`` in its row."""
    gaps = 0
    for other in itertools.islice(owner.itersiblings("td", "th", preceding=True), _MOST_COLUMNS):
        if other is before:
            break
        gaps += 1
    letter = "r" if is_first else "c"
    return f"{letter.upper() if owner.tag == 'th' else letter}{gaps or ''}"


def _links(blocks: Sequence[TextBlock], lines: Sequence[str], page_url: str, base: str) -> Iterator[BodyLink]:
    """Find the links of the blocks, in order."""
    runs: dict[HtmlElement, list[_Run]] = {}
    domain = registered_domain(page_url)
    own_page = clean_url(page_url)
    for number, (block, line) in enumerate(zip(blocks, lines, strict=True)):
        if not block.link_share:
            continue
        if block.element not in runs:
            runs[block.element] = _runs(block.element)
        run = _take(runs[block.element], block.text)
        links = run.links if run is not None else ()
        if not links and block.link_share == 1.0:
            around = (one for one in itertools.islice(block.element.iterancestors(), _LINK_HEIGHT) if one.tag == "a")
            links = tuple((0, block.text, link) for link in itertools.islice(around, 1))
        at = 0
        for start, words, link in links:
            href = link.get("href") or ""
            url = None if href.startswith(_NOWHERE) else clean_url(href, base)
            if url is None or url == own_page:
                continue
            if line != block.text:
                words = compose_marks(drop_invisible(words))
                start = line.find(words, at)
            if words and start >= 0:
                at = start + len(words)
                yield BodyLink(number, start, words, url, registered_domain(url) == domain)


def _take(runs: list[_Run], text: str) -> _Run | None:
    """Take the first run with this text, and those before it."""
    for place, run in enumerate(runs):
        if run.text == text:
            del runs[: place + 1]
            return run
    return None


def _runs(element: HtmlElement) -> list[_Run]:
    """Split an element's own words at line breaks and at blocks within it, which have runs of their own."""
    runs = _Runs()
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, one in walk:
        if event == "end":
            if one.tag == "a":
                runs.link = None
            if one is not element:
                runs.add(one.tail)
        elif one is element or (one.tag not in BLOCKS and one.tag not in SKIPPED):
            if one.tag == "br":
                runs.end_run()
            elif one.tag == "a":
                runs.link = one
            runs.add(one.text)
        else:
            if one.tag in BLOCKS:
                runs.end_run()
            walk.skip_subtree()
    runs.end_run()
    return runs.finished


class _Runs:
    """The runs of an element as they are read, with single spaces; ``link`` is the link that is open."""

    def __init__(self) -> None:
        self.finished: list[_Run] = []
        self.link: HtmlElement | None = None
        self._words: list[str] = []
        self._length = 0
        self._is_spaced = False
        self._links: list[tuple[int, int, HtmlElement]] = []

    def add(self, piece: str | None) -> None:
        """Add a text node."""
        if not piece:
            return
        words = " ".join(piece.split())
        if not words or piece[0].isspace():
            self._is_spaced = self._is_spaced or piece[0].isspace()
        if not words:
            return
        gap = " " if self._is_spaced and self._length else ""
        self._words.append(gap + words)
        start = self._length + len(gap)
        self._length = start + len(words)
        self._is_spaced = piece[-1].isspace()
        if self.link is not None:
            last = self._links[-1] if self._links else None
            if last is not None and last[2] is self.link:
                self._links[-1] = (last[0], self._length, self.link)
            else:
                self._links.append((start, self._length, self.link))

    def end_run(self) -> None:
        """End the line."""
        if self._length:
            text = "".join(self._words)
            links = tuple((start, text[start:end], link) for start, end, link in self._links)
            self.finished.append(_Run(text, links))
        self._words, self._links, self._length, self._is_spaced = [], [], 0, False
