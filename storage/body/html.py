"""Write an article's body as clean HTML: ``body_html``."""

import dataclasses
from collections.abc import Iterator, Sequence
from html import escape

from storage.body.blocks import Block, Item, blocks_of
from storage.body.structure import BodyImage


def body_html(text: str, packed: str, *, rel: str = "", shows_pictures: bool = True) -> str:
    """Write a text with its stored structure as HTML, a block a line.

    It has ``p``, ``h2`` to ``h4``, ``ul``, ``ol``, ``li``, ``blockquote``, ``table``, ``figure`` (caption, and credit
    as ``cite``), ``a`` and ``br``, with no attributes but ``href``, ``src``, ``alt``, ``width`` and ``height``.
    Addresses are absolute http(s) ones. So it is safe to show as it is. ``rel`` is given to every link, where it is not
    "". Without ``shows_pictures`` a figure links to its picture, and a page that shows it asks no other host.
    """
    writer = _Writer(f' rel="{escape(rel)}"' if rel else "", shows_pictures)
    return "\n".join("".join(writer.block(block)) for block in blocks_of(text, packed))


@dataclasses.dataclass(frozen=True, slots=True)
class _Writer:
    """Write blocks; ``rel`` is a whole attribute or ""."""

    rel: str
    shows_pictures: bool

    def block(self, block: Block) -> Iterator[str]:
        if block.image is not None:
            yield from self._figure(block.image)
        elif block.kind == "list":
            yield from self._list(block.items)
        elif block.kind == "table":
            yield from self._table(block.items)
        elif block.kind == "quote":
            yield "<blockquote>"
            yield from (f"<p>{self._inline(item)}</p>" for item in block.items)
            yield "</blockquote>"
        else:
            [item] = block.items
            tag = item.code if block.kind == "heading" else "p"
            yield f"<{tag}>{self._inline(item)}</{tag}>"

    def _inline(self, item: Item) -> str:
        return "<br>".join("".join(self._span(words, url) for words, url in line) for line in item.lines)

    def _span(self, words: str, url: str) -> str:
        return f'<a href="{escape(url)}"{self.rel}>{_text(words)}</a>' if url else _text(words)

    def _list(self, items: Sequence[Item]) -> Iterator[str]:
        """Write items of any depth: a deeper one opens a list within the item before it."""
        opened: list[str] = []
        for item in items:
            tag = "ul" if item.code == "u" else "ol"
            depth = min(item.number, len(opened) + 1)
            while len(opened) > depth or (len(opened) == depth and opened[-1] != tag):
                yield f"</li></{opened.pop()}>"
            if len(opened) < depth:
                opened.append(tag)
                yield f"<{tag}>"
            else:
                yield "</li>"
            yield f"<li>{self._inline(item)}"
        while opened:
            yield f"</li></{opened.pop()}>"

    def _table(self, items: Sequence[Item]) -> Iterator[str]:
        yield "<table>"
        for row in table_rows(items):
            yield "<tr>"
            for item in row:
                tag = "th" if item.code in "RC" else "td"
                yield f"<{tag}></{tag}>" * item.number
                yield f"<{tag}>{self._inline(item)}</{tag}>"
            yield "</tr>"
        yield "</table>"

    def _figure(self, image: BodyImage) -> Iterator[str]:
        yield "<figure>"
        if self.shows_pictures:
            sizes = ("width", image.width), ("height", image.height)
            size = "".join(f' {name}="{value:d}"' for name, value in sizes if value)
            yield f'<img src="{escape(image.url)}" alt="{escape(image.alt)}"{size}>'
        else:
            yield self._span(image.alt or image.url, image.url)
        credit = f"<cite>{_text(image.credit)}</cite>" if image.credit else ""
        if caption := " ".join(part for part in (_text(image.caption), credit) if part):
            yield f"<figcaption>{caption}</figcaption>"
        yield "</figure>"


def _text(words: str) -> str:
    return escape(words, quote=False)


def table_rows(items: Sequence[Item]) -> list[list[Item]]:
    """Group the cells of a table by rows."""
    rows: list[list[Item]] = []
    for item in items:
        if item.code in "rR" or not rows:
            rows.append([])
        rows[-1].append(item)
    return rows
