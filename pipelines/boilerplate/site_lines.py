"""Recognize lines that several pages of one host repeat.

A box that every page prints (membership, the newsletter, about the publisher) cannot be told from the article on one
page. On the host's second page it can. But near copies and follow-ups share text that is theirs. So the compared pages
must differ in most of their words. A paragraph in the middle of the text must be on many of them, and short lines on
more than two.
"""

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from pipelines.addresses.normalize import host_of
from pipelines.html.plain_text import word_characters
from pipelines.html.text_blocks import ends_sentence, weight_of
from storage.reading import Line, Reading
from storage.site_lines import RememberedPage, remember_lines, remove_lines_from_reading

MOST_LINES = 60  # of one page, 20 from its start and 40 from its end: what a long live blog has between is its own
_HEAD_LINES = 20
NEIGHBOURS = 24  # pages that one is compared with where many are read together
_DIGIT = re.compile(r"\d")
_LEAST_LETTERS = 3
_SHORT = 12  # Japanese characters (30 Latin letters): a subheading, a label
_PARAGRAPH = 60  # no caption, label or heading is as long
_EDGE_HEAD, _EDGE_TAIL = 2, 6  # lines at the start and the end of a text where boilerplate usually is
_ONE_STORY = 0.35  # of the shorter page's weight; pages that share more tell one story
_COPY = 0.7  # and pages that share more than this are one page
_MANY = 3  # other pages that make a template of what two would share as one story
_MIDST_SHARE = 1 / 3  # of the remembered pages: a box in the middle of the text is on so many
_MOST_CUT = 0.6  # of a page's weight; where more is known, nothing is cut: no words would be left


def fingerprint_lines(text: str) -> tuple[Line, ...]:
    """Return the lines by which a host's pages are compared.

    Lines of fewer than three letters are left out.
    """
    filled = [(place, line) for place, line in enumerate(text.split("\n")) if line.strip()]
    last = len(filled)
    lines = []
    for rank, (place, line) in enumerate(filled):
        if last > MOST_LINES and _HEAD_LINES <= rank < last - (MOST_LINES - _HEAD_LINES):
            continue
        words = word_characters(line)
        if len(words) < _LEAST_LETTERS:
            continue
        weight = weight_of(line)
        is_edge = rank < _EDGE_HEAD or last - rank <= _EDGE_TAIL
        is_midst = not is_edge and weight >= _PARAGRAPH and ends_sentence(line)
        lines.append(Line(place, _fingerprint(words), weight, weight < _SHORT, is_midst))
    return tuple(lines)


def _fingerprint(words: str) -> int:
    digest = hashlib.blake2b(_DIGIT.sub("0", words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def find_site_boilerplate(
    lines: Sequence[Line], others: Collection[RememberedPage], known: Mapping[int, int]
) -> frozenset[int]:
    """Return the fingerprints among ``lines`` that are the host's boilerplate.

    ``others`` are the host's remembered pages without this one. ``known`` is the boilerplate learnt before, with the
    number of pages that had it. Nothing is returned where little else would be left.
    """
    weights = {line.fingerprint: line.weight for line in lines}
    whole = sum(weights.values())
    apart: Counter[int] = Counter()
    alike: Counter[int] = Counter()
    for other in others:
        shared = other.fingerprints & weights.keys()
        share = sum(weights[fingerprint] for fingerprint in shared) / (min(whole, other.weight) or 1)
        if share <= _ONE_STORY:
            apart.update(shared)
        if share <= _COPY:
            alike.update(shared)
    repeated = {
        line.fingerprint
        for line in lines
        if _is_boilerplate(line, apart, alike, len(others), known.get(line.fingerprint, 0))
    }
    repeated |= set(_beside(lines, repeated, apart))
    if sum(weights[fingerprint] for fingerprint in repeated) > whole * _MOST_CUT:
        return frozenset()
    return frozenset(repeated)


def _is_boilerplate(line: Line, apart: Counter[int], alike: Counter[int], pages: int, met: int) -> bool:
    others = apart[line.fingerprint]
    if line.is_midst:
        return max(others, met - 1) >= _MANY and others >= pages * _MIDST_SHARE
    return met > 0 or others >= (2 if line.is_short else 1) or alike[line.fingerprint] >= _MANY


def _beside(lines: Sequence[Line], repeated: Collection[int], apart: Counter[int]) -> Iterator[int]:
    """Find short repeated lines beside boilerplate: a box's heading or button."""
    for one, following in itertools.pairwise(lines):
        for line, neighbour in ((one, following), (following, one)):
            if line.is_short and apart[line.fingerprint] and neighbour.fingerprint in repeated:
                yield line.fingerprint


def remove_site_boilerplate(readings: Sequence[Reading]) -> list[Reading]:
    """Return readings without the lines that their hosts' other pages repeat.

    The readings were made together. Their cuts name the lines. Each article is compared with the NEIGHBOURS of its host
    that are nearest to it, before and after.
    """
    hosts: dict[str, list[int]] = {}
    for index, reading in enumerate(readings):
        if reading.is_article:
            hosts.setdefault(host_of(reading.canonical_url), []).append(index)
    cleaned = list(readings)
    for places in hosts.values():
        lines = [fingerprint_lines(readings[index].text) for index in places]
        pages = [remember_lines(of_one) for of_one in lines]
        for rank, index in enumerate(places):
            first = max(0, min(rank - NEIGHBOURS // 2, len(places) - NEIGHBOURS - 1))
            others = [*pages[first:rank], *pages[rank + 1 : first + NEIGHBOURS + 1]]
            repeated = find_site_boilerplate(lines[rank], others, {})
            cleaned[index] = remove_lines_from_reading(readings[index], lines[rank], repeated)
    return cleaned
