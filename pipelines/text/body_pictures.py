"""Find the pictures of an article's body, with caption, credit and declared size."""

import dataclasses
import itertools
import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.addresses.normalize import clean_url
from pipelines.html.dom_index import DomIndex, plain, readable_text
from pipelines.html.plain_text import plain_text
from pipelines.html.text_blocks import TextBlock
from pipelines.labels.captions import is_caption
from pipelines.rules.load import load_rules, rule_cache
from storage.body.structure import BodyImage

_LOOKED_AT = 1_000  # pictures of a page
_MOST = 100  # of them in one body
_HEIGHT = 6  # elements above a picture that tell whose it is
_BOX_HEIGHT = 3  # elements above a picture without a figure that may be its box
_BOX_TEXT = 500  # characters of a box: no caption is longer (_CAPTION of pipelines.boilerplate.dom)
_LEAST_SIZE = 100  # pixels; less is an icon or a face
_BELOW_HEADLINE = 1_500  # characters from the headline to the text in which pictures are the article's
_SURPLUS = 1.5  # times the kept text that the element around it may hold to be the article's own box
_LONGEST = 1_000  # characters of a caption or alternative text
_NO_BODY = frozenset({"nav", "aside", "footer", "form", "button", "dialog"})
_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", re.IGNORECASE)
_SPLIT = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NUMBER = re.compile(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*")
_CREDIT_BEGINS = re.compile(r"[(（\[|/=＝]|。|\. ")
_IN_BRACKETS = re.compile(r"(.*[.!?。！？])\s*[(（]([^()（）]{2,60})[)）]", re.DOTALL)
_CREDIT_EDGES = " ()（）[]|/=＝。"


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a page as it was before anything was cut out: the elements around it and its caption's."""

    element: HtmlElement
    order: int
    offset: int
    around: tuple[HtmlElement, ...]
    caption: HtmlElement | None
    words: str


def collect_pictures(page: DomIndex) -> list[Picture]:
    """Note the pictures of a page, before captions are cut out of it."""
    pictures = []
    for element in page.tags.tagged("img", "amp-img")[:_LOOKED_AT]:
        measure = page.get(element)
        if measure is None or _is_small(element):
            continue
        around = tuple(itertools.islice(element.iterancestors(), _HEIGHT))
        figure = next((one for one in around if one.tag == "figure"), None)
        if not _may_be_own(around, figure):
            continue
        caption = next(figure.iter("figcaption"), None) if figure is not None else None
        words = _words_of_box(around, page) if figure is None else ""
        pictures.append(Picture(element, measure.order, measure.offset, around, caption, words))
    return pictures


def _may_be_own(around: Sequence[HtmlElement], figure: HtmlElement | None) -> bool:
    """Tell whether a picture is in no menu, form or aside, and no card's: a link to its own larger form is none."""
    for one in around:
        if one.tag in _NO_BODY or (one.tag == "a" and figure is None and not _FILE.search(one.get("href") or "")):
            return False
    return True


def _words_of_box(around: Sequence[HtmlElement], page: DomIndex) -> str:
    """Read the caption of a picture without a figure: the words of a small box that is named for pictures."""
    words = ""
    for box in around[:_BOX_HEIGHT]:
        if not 0 <= page[box].text <= _BOX_TEXT or page[box].links > 1:
            break
        if page[box].text and _names(box, "box"):
            words = readable_text(box)
    return words


def body_images(
    pictures: Sequence[Picture], page: DomIndex, blocks: Sequence[TextBlock], base: str
) -> Iterator[BodyImage]:
    """Give the pictures that stand among the kept blocks or between the headline and them, each address once."""
    if not pictures or not blocks or blocks[0].element not in page or blocks[-1].element not in page:
        return
    begin, end = _extent(page, blocks)
    places = _offsets(page, blocks)
    known: set[str] = set()
    for picture in pictures:
        if not begin <= picture.order < end or not _is_own(picture, page):
            continue
        url = _address(picture.element, base)
        if url is None or url in known or not _words(url).isdisjoint(_rules()["beside"]):
            continue
        known.add(url)
        line = next((number for number, place in enumerate(places) if place >= picture.offset), len(blocks))
        yield _image(picture, url, line)
        if len(known) == _MOST:
            return


def _extent(page: DomIndex, blocks: Sequence[TextBlock]) -> tuple[int, int]:
    """The places in document order between which a picture is the article's."""
    first, last = page[blocks[0].element], page[blocks[-1].element]
    begin, end = first.order, max(first.end, last.end)
    for headline in page.tree.iter("h1"):
        measure = page.get(headline)
        if measure and measure.order < begin and first.offset - measure.offset <= _BELOW_HEADLINE:
            begin = min(begin, measure.order)
            break
    whole = sum(len(block.text) for block in blocks)
    box: HtmlElement | None = blocks[0].element
    while box is not None and box in page and page[box].end < last.end:
        box = box.getparent()
    if box is not None and box in page and page[box].text <= whole * _SURPLUS:
        begin, end = min(begin, page[box].order), max(end, page[box].end)
    return begin, end


def _offsets(page: DomIndex, blocks: Sequence[TextBlock]) -> list[int]:
    """How many characters of the page stand before each block, rising."""
    offsets: list[int] = []
    held, element = 0, None
    for block in blocks:
        held = held if block.element is element else 0
        element = block.element
        measure = page.get(element)
        at = measure.offset + held if measure is not None else 0
        offsets.append(max(at, offsets[-1] if offsets else 0))
        held += len(block.text.replace(" ", ""))
    return offsets


def _is_own(picture: Picture, page: DomIndex) -> bool:
    """Tell whether a picture is the article's: no face, mark or button, and not of what was cut out."""
    around = picture.around
    figure = next((place for place, one in enumerate(around) if one.tag == "figure"), None)
    if any(one not in page for one in around[figure + 1 if figure is not None else 0 :]):
        return False
    return not _names(picture.element, "beside") and not any(_names(one, "beside") for one in around[:2])


def _image(picture: Picture, url: str, line: int) -> BodyImage:
    caption, credit = _caption(picture)
    return BodyImage(
        line,
        url,
        caption=caption,
        credit=credit,
        alt=plain_text(picture.element.get("alt"), _LONGEST),
        width=_pixels(picture.element, "width"),
        height=_pixels(picture.element, "height"),
    )


def _caption(picture: Picture) -> tuple[str, str]:
    """Give caption and credit."""
    if picture.caption is None:
        return _without_credit(plain_text(picture.words, _LONGEST))
    whole = plain_text(readable_text(picture.caption), _LONGEST)
    for element in itertools.islice(picture.caption.iterdescendants(), 30):
        credit = plain_text(readable_text(element), _LONGEST) if _names(element, "credit") else ""
        if credit and credit in whole:
            return " ".join(whole.replace(credit, " ", 1).split()).strip(), credit.strip(_CREDIT_EDGES)
    return _without_credit(whole)


def _without_credit(caption: str) -> tuple[str, str]:
    """Split a caption from the credit at its end, where there is one."""
    if bracketed := _IN_BRACKETS.fullmatch(caption):
        return bracketed[1], bracketed[2].strip()
    for match in itertools.islice(_CREDIT_BEGINS.finditer(caption), 30):
        at = match.end() if match[0] in ("。", ". ") else match.start()
        tail = caption[at:].strip()
        if is_caption(plain(tail)) or is_caption(plain(tail.strip(_CREDIT_EDGES))):
            rest = caption[:at].strip()
            return (rest, tail.strip(_CREDIT_EDGES)) if not is_caption(plain(rest)) else ("", caption)
    return ("", caption) if is_caption(plain(caption)) else (caption, "")


def _address(element: HtmlElement, base: str) -> str | None:
    candidates = [element.get(name) for name in _rules()["lazy"]]
    candidates += [_largest(element.get(name) or "") for name in _rules()["sets"]]
    candidates += [element.get("src"), _largest(element.get("srcset") or "")]
    for candidate in candidates:
        if candidate and not candidate.lstrip().lower().startswith(("data:", "blob:", "{", "[")):
            return clean_url(candidate, base)
    return None


def _largest(candidates: str) -> str:
    """The first address of the largest size in a ``srcset``."""
    best, largest = "", -1.0
    for candidate in itertools.islice(re.split(r",\s+", candidates[:20_000]), 50):
        url, _, size = candidate.strip().partition(" ")
        try:
            held = float(size.strip()[:-1] or 0)
        except ValueError:
            held = 0.0
        if url and held > largest:
            best, largest = url, held
    return best


def _is_small(element: HtmlElement) -> bool:
    sizes = _pixels(element, "width"), _pixels(element, "height")
    return any(size is not None and size < _LEAST_SIZE for size in sizes)


def _pixels(element: HtmlElement, name: str) -> int | None:
    match = _NUMBER.fullmatch((element.get(name) or "")[:20])
    return int(match[1]) if match else None


def _names(element: HtmlElement, kind: str) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:300]
    return names != " " and not _words(names).isdisjoint(_rules()[kind])


@rule_cache(8_192)
def _words(names: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _SPLIT.findall(names[-300:]))


@rule_cache()
def _rules() -> dict[str, tuple[str, ...]]:
    table = load_rules("body_images")
    return {name: tuple(words) for part in table.values() for name, words in part.items()} | {
        "beside": tuple(table["beside"]["words"])
    }
