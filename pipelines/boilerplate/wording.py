"""Find boilerplate by its wording: consent notices, marks of AI, captions, credits, boxes that ask for something."""

import dataclasses
import itertools
import re
from collections.abc import Collection, Iterator

from lxml.html import HtmlElement

from pipelines.boilerplate.consent import consent_by_wording
from pipelines.html.dom_index import BLOCKS, DomIndex, plain, readable_text
from pipelines.labels.ai_labels import is_ai_label
from pipelines.labels.captions import ends_in_credit, is_caption
from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.patterns import places_with_words

CAPTION = 500
"""Characters of a caption."""
_MARK = 60  # characters of a mark or credit
_BOX = 350  # characters of a box that asks for something
_BOX_BEGINS = 40  # characters before what it asks for; in a longer text that is no box's beginning
_SHORT_BOX = 80  # characters of a box that may ask anywhere
_MOST_BLOCKS = 5_000  # of a page whose wording is read; 495 real pages are read alike without a limit
_PICTURE_HEIGHT = 3  # elements above a label that may be its picture's box
_PICTURE_TEXT = 300  # characters of such a box
_NO_BOX = frozenset({"article", "main", "body"})
_HEADINGS = ("h1", "h2", "h3")
_INLINE = frozenset({"span", "small", "em", "i", "b", "strong", "cite"})
_PICTURES = ("img", "picture", "amp-img", "video", "amp-video")


@dataclasses.dataclass(frozen=True, slots=True)
class _Words:
    """The words of an element, which is a block or, as an ``is_mark``, a mark of AI within one."""

    element: HtmlElement
    text: str
    is_mark: bool


@rule_cache()
def _asking() -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Return the words that every box has one of, and the pattern of what boxes say."""
    boxes = load_rules("boilerplate_elements")["boxes"]
    return tuple(boxes["keys"]), re.compile("|".join(boxes["patterns"]))


def find_by_wording(page: DomIndex) -> Iterator[tuple[str, HtmlElement, str]]:
    """Find boilerplate by its wording: (rule, element, evidence)."""
    for notice in consent_by_wording(page):
        yield "consent", notice, "wording"
    found = list(_words(page))
    lines = ["" if words.is_mark else plain(words.text) for words in found]
    keys, pattern = _asking()
    asking = frozenset(places_with_words(lines, keys))
    boxes = _picture_boxes(page)
    for place, (words, line) in enumerate(zip(found, lines, strict=True)):
        element, text = words.element, words.text
        if words.is_mark:
            yield "machine-mark", _pictured(element, boxes), text
        elif len(text) <= _MARK * 2 and is_caption(line):
            is_mark = is_ai_label(text)
            rule = "machine-mark" if is_mark else "caption"
            yield rule, _pictured(element, boxes) if is_mark else element, text[:80]
        elif place in asking and (asked_for := _asks(line, pattern)):
            yield "box", element, asked_for
        elif len(text) <= _BOX:
            box = _pictured(element, boxes)  # first: few blocks stand beside a picture
            if box is not element and ends_in_credit(line):
                yield "caption", box, text[:80]


def _words(page: DomIndex) -> Iterator[_Words]:
    """Find the marks of AI, and the blocks that are one line or paragraph."""
    asked: set[HtmlElement] = set()
    for holder, text in page.texts:
        measure = page.get(holder)
        if measure is None or len(text) > CAPTION * 2:
            continue
        if measure.text <= _MARK and holder.tag in _INLINE and is_ai_label(text.strip()):
            yield _Words(holder, text.strip(), is_mark=True)
        block = measure.block
        if block is None or block in asked or page[block].text > _BOX or block.tag in ("h1", "h2", "body"):
            continue
        asked.add(block)
        if len(asked) > _MOST_BLOCKS:
            return
        if BLOCKS.isdisjoint([child.tag for child in itertools.islice(block, 30)]):
            yield _Words(block, readable_text(block), is_mark=False)


def _asks(line: str, pattern: re.Pattern[str]) -> str:
    """Return what a block asks for near its beginning, or ""."""
    match = pattern.search(line[:300])
    return match[0] if match and (len(line) <= _SHORT_BOX or match.start() <= _BOX_BEGINS) else ""


def _picture_boxes(page: DomIndex) -> set[HtmlElement]:
    """Return the small elements that hold a picture, and no link or heading."""
    boxes: set[HtmlElement] = set()
    for picture in page.tags.tagged(*_PICTURES):
        for holder in itertools.chain([picture], picture.iterancestors()):
            measure = page.get(holder)
            if measure is None:
                continue  # not shown to readers, as a picture in a noscript
            if holder in boxes or measure.text > _PICTURE_TEXT or measure.links or holder.tag in _NO_BOX:
                break
            if next(holder.iter(*_HEADINGS), None) is not None:
                break
            boxes.add(holder)
    return boxes


def _pictured(mark: HtmlElement, boxes: Collection[HtmlElement]) -> HtmlElement:
    """Return the picture's whole box around a label, with its caption.

    It is the label alone where the box holds more. ``boxes`` are those of :func:`_picture_boxes`.
    """
    if not boxes:
        return mark
    for parent in itertools.islice(mark.iterancestors(), _PICTURE_HEIGHT):
        if parent in boxes:
            return parent
        if parent.tag in _NO_BOX:
            break
    return mark
