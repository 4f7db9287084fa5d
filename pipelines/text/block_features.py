"""Describe the blocks of a page by numbers from which a learnt model tells which are the article's."""

import dataclasses
import itertools
import re
from collections.abc import Sequence

import numpy as np
from lxml.html import HtmlElement
from numpy.typing import NDArray

from pipelines.html.dom_index import plain
from pipelines.html.text_blocks import TextBlock, ends_sentence
from pipelines.labels.captions import ends_in_credit, is_caption
from pipelines.labels.list_words import NAME_SUBJECTS, name_subjects
from pipelines.rules.load import load_rules, rule_cache
from pipelines.rules.patterns import places_with_words

_TAGS = ("p", "li", "h2", "h3", "h4", "td", "div", "blockquote", "dd", "dt", "pre", "section", "th", "article", "body")
_AROUND = ("article", "main", "nav", "aside", "footer", "header", "form", "figure", "table", "ul", "blockquote", "dl")
_TAG_PLACES = {tag: place for place, tag in enumerate(_TAGS)}
_AROUND_BITS = {tag: 1 << place for place, tag in enumerate(_AROUND)} | {"ol": 1 << _AROUND.index("ul")}
_HEAVY = 400.0  # Japanese characters from which a block's length says no more
_SHIFTS = (-2, -1, 1, 2)
_REACH = 4  # blocks on either side that the means of a neighbourhood take in
_FAR = 99.0  # blocks; what is further away, or not there
_LINE = 300  # characters of a block that are searched
_CAPTION = 350  # characters of a caption or credit line
_HEIGHT = 4  # elements whose class names count, from the block's own upwards
_SAMPLE = 30  # blocks in which letters of scripts without spaces are counted
_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}:\d\d|\d月\d")
_OPENINGS = ("(", "[", "*", "†", "•", "–", "-", "→", "»", ">", "▶", "►", "※", "【", "■", "▼")

_OWN = ("weight", "links", "prose", "first", "second", "rules", "inside")
BLOCK_NAMES = (
    *_OWN,
    *(f"{name}{shift:+d}" for shift in _SHIFTS for name in _OWN),
    *(f"near:{name}" for name in _OWN),
    *(f"container:{name}" for name in _OWN),
    *("container:blocks", "place", "blocks", "from_first", "to_last", "from_kept", "to_kept", "repeated"),
    *("page:kept", "page:first", "page:second", "page:agree", "page:dense", "confirmed"),
    *(f"tag:{tag}" for tag in _TAGS),
    *(f"in:{tag}" for tag in _AROUND),
    *("depth", "sentence", "colon", "question", "digits", "date", "credit", "asking", "opening", "ellipsis"),
    *("capitals", "words", "dense", "in_summary", "address", "caption", "credit_end"),
    *(f"named:{subject}" for subject in NAME_SUBJECTS),
)


@dataclasses.dataclass(frozen=True, slots=True)
class BlockVotes:
    """Hold what is known of each block, one entry a block.

    ``first`` and ``second`` are the shares of it that trafilatura and resiliparse keep, ``rules`` is 1 where the rules
    keep it, ``inside`` 1 in a container of the article that trafilatura saw, 0.5 in one that it did not see, else 0.
    ``containers`` are the elements that hold the paragraphs.
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    rules: NDArray[np.float64]
    inside: NDArray[np.float64]
    containers: Sequence[HtmlElement]


@rule_cache()
def _words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what begins a credit, and the words that ask the reader for something, in lower case."""
    table = load_rules("block_words")
    return tuple(table["credit"]["openings"]), tuple(table["asking"]["words"])


def load_tables() -> None:
    """Load what no page may wait for."""
    _words()


def block_rows(
    blocks: Sequence[TextBlock], votes: BlockVotes, places: NDArray[np.intp], summary: str
) -> NDArray[np.float64]:
    """Return the numbers of ``BLOCK_NAMES`` for the blocks at ``places``: (places, features).

    ``summary`` is the letters of the page's declared summary.
    """
    own = _own_columns(blocks, votes)
    return np.hstack(
        (
            own[places],
            *(_shifted(own, shift)[places] for shift in _SHIFTS),
            _means_around(own)[places],
            _means_of_containers(own, votes.containers)[places],
            _order(blocks, own)[places],
            _whole_page(blocks, own, len(places)),
            _elements(blocks, places),
            _lines(blocks, places, summary),
            _names(blocks, places),
        )
    )


def _own_columns(blocks: Sequence[TextBlock], votes: BlockVotes) -> NDArray[np.float64]:
    own = np.empty((len(blocks), len(_OWN)))
    own[:, 0] = [min(block.weight, _HEAVY) for block in blocks]
    own[:, 1] = [block.link_share for block in blocks]
    own[:, 2] = [block.is_prose for block in blocks]
    own[:, 3] = votes.first
    own[:, 4] = votes.second
    own[:, 5] = votes.rules
    own[:, 6] = votes.inside
    return own


def _shifted(own: NDArray[np.float64], shift: int) -> NDArray[np.float64]:
    """Return the columns of the block that is ``shift`` blocks further, -1 where there is none."""
    moved = np.full_like(own, -1.0)
    if shift < 0:
        moved[-shift:] = own[:shift]
    else:
        moved[:-shift] = own[shift:]
    return moved


def _means_around(own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the means over the blocks within reach, each itself included."""
    sums = np.vstack((np.zeros((1, own.shape[1])), np.cumsum(own, axis=0)))
    places = np.arange(len(own))
    low, high = np.maximum(0, places - _REACH), np.minimum(len(own), places + _REACH + 1)
    means: NDArray[np.float64] = (sums[high] - sums[low]) / (high - low)[:, None]
    return means


def _means_of_containers(own: NDArray[np.float64], containers: Sequence[HtmlElement]) -> NDArray[np.float64]:
    """Return the means over the blocks of each one's container, and their number."""
    numbers: dict[HtmlElement, int] = {}
    of_block = np.array([numbers.setdefault(container, len(numbers)) for container in containers])
    counts = np.bincount(of_block)
    means = np.stack([np.bincount(of_block, column) / counts for column in own.T], axis=1)
    by_block: NDArray[np.float64] = np.hstack((means, counts[:, None]))[of_block]
    return by_block


def _order(blocks: Sequence[TextBlock], own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each block's place: on the page, in the article's containers, between blocks that the rules keep."""
    count = len(blocks)
    places = np.arange(count, dtype=np.float64)
    inside, kept = np.flatnonzero(own[:, 6]), np.flatnonzero(own[:, 5])
    first, last = (inside[0], inside[-1]) if len(inside) else (0, count - 1)
    before, behind = np.full(count, _FAR), np.full(count, _FAR)
    if len(kept):
        at = np.searchsorted(kept, places, side="left")
        has_before, has_behind = at > 0, at < len(kept)
        before[has_before] = places[has_before] - kept[at[has_before] - 1]
        behind[has_behind] = kept[at[has_behind]] - places[has_behind]
    seen: dict[str, int] = {}
    for block in blocks:
        seen[block.letters] = seen.get(block.letters, 0) + 1
    return np.stack(
        (
            places / count,
            np.full(count, count),
            places - first,
            last - places,
            np.minimum(before, _FAR),
            np.minimum(behind, _FAR),
            np.array([seen[block.letters] for block in blocks]),
        ),
        axis=1,
    )


def _whole_page(blocks: Sequence[TextBlock], own: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Return what the extractors and the rules keep of the whole page, and how far they agree."""
    weight, first, second, kept = own[:, 0], own[:, 3], own[:, 4], own[:, 5]
    prose = max(1.0, float((weight * own[:, 2]).sum()))
    both = float((weight * np.minimum(first, second)).sum())
    either = max(1.0, float((weight * np.maximum(first, second)).sum()))
    text = "".join(block.text[:_LINE] for block in blocks[:_SAMPLE])
    by_rules = float((weight * kept).sum())
    page = (
        by_rules,
        float((weight * first).sum()) / prose,
        float((weight * second).sum()) / prose,
        both / either,
        1.0 - len(text.encode("ascii", "ignore")) / max(1, len(text)),
        float((weight * kept * first).sum()) / max(1.0, by_rules),
    )
    return np.tile(np.array(page), (rows, 1))


def _elements(blocks: Sequence[TextBlock], places: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return tag, tags around, and depth of each element."""
    known: dict[HtmlElement, tuple[int, int]] = {}
    tags = np.zeros((len(places), len(_TAGS)))
    around = np.empty((len(places), 2), dtype=np.intp)
    for row, place in enumerate(places.tolist()):
        element = blocks[place].element
        if element.tag in _TAG_PLACES:
            tags[row, _TAG_PLACES[element.tag]] = 1.0
        around[row] = _around(element, known)
    bits = (around[:, :1] >> np.arange(len(_AROUND))) & 1
    return np.hstack((tags, bits, around[:, 1:]))


def _around(element: HtmlElement, known: dict[HtmlElement, tuple[int, int]]) -> tuple[int, int]:
    """Return a bit for each of ``_AROUND`` that the element is or stands in, and its depth."""
    climbed = []
    one: HtmlElement | None = element
    while one is not None and one not in known:
        climbed.append(one)
        one = one.getparent()
    bits, depth = (0, 0) if one is None else known[one]
    for inner in reversed(climbed):
        bits |= _AROUND_BITS.get(inner.tag, 0)
        depth += 1
        known[inner] = (bits, depth)
    return bits, depth


def _lines(blocks: Sequence[TextBlock], places: NDArray[np.intp], summary: str) -> NDArray[np.float64]:
    """Return what each block's words look like."""
    own = [blocks[place] for place in places.tolist()]
    credit, asking = _words()
    asks = frozenset(places_with_words([block.text[:_LINE].lower() for block in own], asking))
    rows = [_line(block, summary, credit, row in asks) for row, block in enumerate(own)]
    return np.array(rows, dtype=np.float64)


def _line(block: TextBlock, summary: str, credit: tuple[str, ...], asks: bool) -> tuple[float, ...]:
    whole = block.text
    text = whole[:_LINE]
    start = text[:100]
    digits = len(_DIGIT.findall(text))
    line = plain(whole) if len(whole) <= _CAPTION else ""
    return (
        ends_sentence(whole),
        whole.endswith((":", "：")),
        whole.endswith(("?", "？")),
        digits / len(text),
        digits > 0 and _DATE.search(text) is not None,
        text.lower().startswith(credit),
        asks,
        text.startswith(_OPENINGS),
        whole.endswith(("…", "...")),
        sum(map(str.isupper, start)) / len(start),
        text.count(" ") + 1,
        0.0 if text.isascii() else min(1.0, 2.5 * (block.weight / len(whole) - 0.4)),
        len(block.letters) >= 20 and block.letters[:40] in summary,
        text.startswith(("http://", "https://")),
        bool(line) and len(line) <= 200 and is_caption(line),
        bool(line) and ends_in_credit(line),
    )


def _names(blocks: Sequence[TextBlock], places: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the subjects that classes and ids of each block's element and those around it speak of."""
    known: dict[HtmlElement, int] = {}
    found: list[int] = []
    for place in places.tolist():
        element, bits = blocks[place].element, 0
        for one in itertools.islice(itertools.chain([element], element.iterancestors()), _HEIGHT):
            if one.tag == "body":
                break
            if one not in known:
                classes, number = one.get("class"), one.get("id")
                known[one] = name_subjects(f"{classes or ''} {number or ''}") if classes or number else 0
            bits |= known[one]
        found.append(bits)
    return ((np.array(found, dtype=np.int64)[:, None] >> np.arange(len(NAME_SUBJECTS))) & 1).astype(np.float64)
