"""Split a page's text into blocks by its markup: paragraphs, items, lines."""

import dataclasses
import re
from collections.abc import Iterable

from lxml import etree
from lxml.html import HtmlElement

from pipelines.html.dom_index import BLOCKS, UNREAD
from pipelines.html.plain_text import word_characters
from storage.scripts import EAST_ASIAN

# Elements whose words are controls, beside those whose words are not shown at all.
_OPERATED = frozenset({"button", "option", "datalist", "label", "input", "embed", "video", "audio", "canvas", "map"})
SKIPPED = UNREAD | _OPERATED
"""Elements whose words are no block's."""
_PARTS = frozenset({"li", "dd", "dt", "td", "th", "h2", "h3", "h4", "h5", "h6"})
_DENSE = re.compile(f"[{EAST_ASIAN}]+")
# Full stops, quotes and brackets that close a sentence, Devanagari's and Arabic's among them.
_SENTENCE_ENDS = frozenset(".!?。！？」』”\"’')）…।؟۔»:：")
_LETTERS_A_CHARACTER = 2.5  # Latin letters that say as much as one Japanese character (2.2 to 2.7 in translated news)
PROSE_WEIGHT = 12  # Japanese characters (30 Latin letters) from which a line that ends like a sentence is taken for one
LONG_WEIGHT = 60  # no title or menu entry is as long: prose, however it ends


@dataclasses.dataclass(frozen=True, slots=True)
class TextBlock:
    """A run of text between two line-breaking elements.

    ``text`` has single spaces. ``letters`` is the part of it that two extractors agree on. ``weight`` counts characters
    as Japanese ones. ``link_share`` is the share of the text in links. ``element`` is the innermost line-breaking
    element.
    """

    text: str
    letters: str
    weight: float
    link_share: float
    element: HtmlElement

    @property
    def is_prose(self) -> bool:
        """Tell whether it reads like a sentence and not like a menu entry."""
        return self.link_share < 0.4 and (
            self.weight >= LONG_WEIGHT or (self.weight >= PROSE_WEIGHT and ends_sentence(self.text))
        )


def ends_sentence(text: str) -> bool:
    """Tell whether text ends like a sentence. Titles, names and menu entries do not."""
    return text.removesuffix("\n")[-1:] in _SENTENCE_ENDS


def weight_of(text: str) -> float:
    """Return the length of text in Japanese characters; a Latin letter counts 0.4."""
    dense = 0 if text.isascii() else sum(map(len, _DENSE.findall(text)))
    return dense + (len(text) - dense) / _LETTERS_A_CHARACTER


def part_lines(blocks: Iterable[TextBlock]) -> frozenset[str]:
    """Return the texts of the blocks that are items, cells and headings."""
    return frozenset(block.text for block in blocks if block.element.tag in _PARTS)


def text_blocks(body: HtmlElement) -> list[TextBlock]:
    """Return the blocks of an element in document order, in one walk."""
    walk = _Walk(body)
    take, end_block = walk.take, walk.end_block
    skipped = 0
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            if skipped or element.tag in SKIPPED:
                skipped += 1
                continue
            tag, text = element.tag, element.text
            if tag in BLOCKS:
                end_block()
                walk.owners.append(element)
            elif tag == "br":
                end_block()
            elif tag == "a":
                walk.links_open += 1
            if text:
                take(text)
            continue
        if skipped:
            skipped -= 1
            if skipped:
                continue
        else:
            walk.leave(element.tag)
        if element is not body and (text := element.tail):
            take(text)
    end_block()
    return walk.blocks


class _Walk:
    """The state of one walk: the text collected so far, and its element."""

    def __init__(self, body: HtmlElement) -> None:
        self.blocks: list[TextBlock] = []
        self._pieces: list[str] = []
        self._linked = 0
        self.links_open = 0
        self.owners: list[HtmlElement] = [body]

    def leave(self, tag: object) -> None:
        if tag in BLOCKS:
            self.end_block()
            self.owners.pop()
        elif tag == "a":
            self.links_open -= 1

    def take(self, text: str) -> None:
        self._pieces.append(text)
        if self.links_open:
            self._linked += len(text.strip())

    def end_block(self) -> None:
        if self._pieces:
            text = " ".join("".join(self._pieces).split())
            if text:
                share = min(self._linked / len(text), 1.0)
                self.blocks.append(TextBlock(text, word_characters(text), weight_of(text), share, self.owners[-1]))
            self._pieces.clear()
        self._linked = 0
