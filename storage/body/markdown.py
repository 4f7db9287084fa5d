"""Write an article's body as Markdown (CommonMark, tables as GitHub writes them)."""

import re
from collections.abc import Iterator, Sequence

from storage.body.blocks import Block, Item, blocks_of
from storage.body.html import table_rows
from storage.body.structure import BodyImage

_MARKS = re.compile(r"([\\`*_\[\]<>|])")
# What begins a block at the start of a line (https://spec.commonmark.org/0.31.2/#leaf-blocks).
_BEGINS = re.compile(r"(?P<mark>#{1,6}(?=\s|$)|[-+=~](?=[\s\-+=~]|$))|(?P<number>\d{1,9})(?P<stop>[.)])(?=\s|$)")
_BREAK = "  \n"
_IN_ADDRESS = {" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "\\": "%5C", "|": "%7C"}


def body_markdown(text: str, packed: str) -> str:
    """Write a text with its stored structure as Markdown, an empty line between blocks."""
    return "\n\n".join("\n".join(_written(block)) for block in blocks_of(text, packed))


def _written(block: Block) -> Iterator[str]:
    if block.image is not None:
        yield from _figure(block.image)
    elif block.kind == "list":
        yield from _list(block.items)
    elif block.kind == "table":
        yield from _table(block.items)
    elif block.kind == "quote":
        yield "\n>\n".join("> " + _inline(item, f"{_BREAK}> ") for item in block.items)
    else:
        [item] = block.items
        mark = f"{'#' * int(item.code[1])} " if block.kind == "heading" else ""
        yield mark + _inline(item, " " if mark else _BREAK)


def _inline(item: Item, newline: str) -> str:
    lines = (
        "".join(f"[{escape(words)}]({_address(url)})" if url else escape(words) for words, url in line)
        for line in item.lines
    )
    return newline.join(map(_unblocked, lines))


def escape(words: str) -> str:
    """Write words so that Markdown shows them as they are."""
    return _MARKS.sub(r"\\\1", words)


def _unblocked(line: str) -> str:
    match = _BEGINS.match(line)
    if match is None:
        return line
    if match["mark"]:
        return f"\\{line}"
    return f"{match['number']}\\{line[len(match['number']) :]}"


def _address(url: str) -> str:
    return "".join(_IN_ADDRESS.get(character, character) for character in url)


def _list(items: Sequence[Item]) -> Iterator[str]:
    """Write items of any depth, each below the words of the item that it belongs to."""
    opened: list[tuple[str, int, int]] = []  # of each list: the code of its items, the last number, its mark's width
    for item in items:
        depth = min(item.number, len(opened) + 1)
        is_further = len(opened) >= depth and opened[depth - 1][0] == item.code
        number = opened[depth - 1][1] + 1 if is_further else 1
        mark = "- " if item.code == "u" else f"{number}. "
        opened[depth - 1 :] = [(item.code, number, len(mark))]
        indent = " " * sum(width for _, _, width in opened[:-1])
        yield f"{indent}{mark}" + _inline(item, _BREAK + indent + " " * len(mark))


def _table(items: Sequence[Item]) -> Iterator[str]:
    rows = [[cell for item in row for cell in (*[""] * item.number, _cell(item))] for row in table_rows(items)]
    width = max(map(len, rows))
    for number, row in enumerate(rows):
        yield f"| {' | '.join(row + [''] * (width - len(row)))} |"
        if number == 0:
            yield f"|{' --- |' * width}"


def _cell(item: Item) -> str:
    return _inline(item, "<br>")


def _figure(image: BodyImage) -> Iterator[str]:
    yield f"![{escape(image.alt)}]({_address(image.url)})"
    caption = " ".join(escape(part) for part in (image.caption, image.credit) if part)
    if caption:
        yield f"*{caption}*"
