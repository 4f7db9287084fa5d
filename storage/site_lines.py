"""The lines by which the pages of one host are compared, and a text without some of them."""

import dataclasses
from collections.abc import Collection, Sequence

from storage.reading import Cut, Line, Reading

SHOWN = 200
"""Characters of a line that are kept for people to read."""


@dataclasses.dataclass(frozen=True, slots=True)
class RememberedPage:
    """What is remembered of another page of the host: its lines' fingerprints and its whole weight."""

    weight: float
    fingerprints: frozenset[int]


def remembered(lines: Sequence[Line]) -> RememberedPage:
    """Give what is kept of a page for comparison with others."""
    return RememberedPage(sum(line.weight for line in lines), frozenset(line.fingerprint for line in lines))


def text_without(text: str, lines: Sequence[Line], furniture: Collection[int]) -> str:
    """Return a text without those of its lines whose fingerprints are ``furniture``."""
    gone = {line.place for line in lines if line.fingerprint in furniture}
    kept = [line for place, line in enumerate(text.split("\n")) if place not in gone]
    return "\n".join(kept).strip("\n") if gone else text


def reading_without(reading: Reading, lines: Sequence[Line], furniture: Collection[int]) -> Reading:
    """Return a reading without those lines, each of them a cut; what was made of other words is no longer its own."""
    if not furniture:
        return reading
    gone = {line.place for line in lines if line.fingerprint in furniture}
    cuts = [
        Cut("site-furniture", "stands on several pages of its host", said[:SHOWN])
        for place, said in enumerate(reading.text.split("\n"))
        if place in gone
    ]
    return dataclasses.replace(
        reading,
        text=text_without(reading.text, lines, furniture),
        cuts=(*reading.cuts, *cuts),
        signature=None,
        precomputed=None,
    )
