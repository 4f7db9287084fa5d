"""Group the lines of a text into the blocks that HTML and Markdown are written of."""

import dataclasses
from collections.abc import Iterator
from typing import Literal, TypeAlias

from storage.body.structure import PLAIN, Body, BodyImage, BodyLink, unpack

Span: TypeAlias = tuple[str, str]
"""A piece of a line, and the http(s) address that it links to, or ""."""

Line: TypeAlias = tuple[Span, ...]

_WEB = ("http://", "https://")


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """A paragraph, heading, item or cell of one or several lines.

    ``code`` is without its number. ``number`` is the depth of a list, or how many empty cells stand before a cell.
    """

    code: str
    number: int
    lines: tuple[Line, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, quotation, list or table with its items, or a picture."""

    kind: Literal["p", "heading", "quote", "list", "table", "figure"]
    items: tuple[Item, ...] = ()
    image: BodyImage | None = None


_KINDS: dict[str, Literal["quote", "list", "table"]] = {
    "q": "quote",
    "u": "list",
    "o": "list",
    **dict.fromkeys("rcRC", "table"),
}


def blocks_of(text: str, packed: str) -> Iterator[Block]:
    """Give the blocks of a text with its stored structure, in order. Empty lines are left out."""
    body = unpack(packed, text)
    images = [image for image in sorted(body.images, key=lambda image: image.line) if is_web(image.url)]
    run: list[Item] = []
    for line, item in _items(text, body):
        kind = _KINDS.get(item.code)
        if run and kind != _KINDS.get(run[0].code):
            yield _block(run)
            run = []
        while not run and images and images[0].line <= line:
            yield Block("figure", image=images.pop(0))
        run.append(item)
        if kind is None:
            yield _block(run)
            run = []
    if run:
        yield _block(run)
    yield from (Block("figure", image=image) for image in images)


def _block(items: list[Item]) -> Block:
    code = items[0].code
    return Block(_KINDS.get(code) or ("heading" if code in ("h2", "h3", "h4") else "p"), tuple(items))


def _items(text: str, body: Body) -> Iterator[tuple[int, Item]]:
    """Give each item with the number of its first line; a line that goes on joins the item before it."""
    links: dict[int, list[BodyLink]] = {}
    for link in body.links:
        links.setdefault(link.line, []).append(link)
    current: tuple[int, str, list[Line]] | None = None
    for number, (line, code) in enumerate(zip(text.split("\n"), body.codes, strict=True)):
        if not line.strip():
            continue
        spans = tuple(_spans(line, links.get(number, [])))
        if code == "." and current is not None:
            current[2].append(spans)
            continue
        if current is not None:
            yield current[0], _item(current[1], current[2])
        current = number, PLAIN if code == "." else code, [spans]
    if current is not None:
        yield current[0], _item(current[1], current[2])


def _item(code: str, lines: list[Line]) -> Item:
    if code[0] in "uorcRC":
        default = 1 if code[0] in "uo" else 0
        return Item(code[0], int(code[1:] or default), tuple(lines))
    return Item(code, 0, tuple(lines))


def _spans(line: str, links: list[BodyLink]) -> Iterator[Span]:
    """Split a line at its links; a link whose words are elsewhere in the line is left out."""
    at = 0
    for link in sorted(links, key=lambda one: one.start):
        end = link.start + len(link.text)
        if link.start < at or not link.text or line[link.start : end] != link.text or not is_web(link.url):
            continue
        if link.start > at:
            yield line[at : link.start], ""
        yield link.text, link.url
        at = end
    if at < len(line):
        yield line[at:], ""


def is_web(url: str) -> bool:
    """Tell whether an address is an absolute http(s) one."""
    return url.startswith(_WEB)
