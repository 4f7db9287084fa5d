"""Compare pages of one host by their lines, and remove repeated ones."""

import dataclasses
from collections.abc import Collection, Sequence

from storage.body.structure import fit
from storage.reading import Cut, Line, Reading

SHOWN = 200
"""Characters of a line that are kept for people to read."""


@dataclasses.dataclass(frozen=True, slots=True)
class RememberedPage:
    """The lines' fingerprints of another page of the host, and their weight."""

    weight: float
    fingerprints: frozenset[int]


def remember_lines(lines: Sequence[Line]) -> RememberedPage:
    """Give what is stored of a page's lines."""
    return RememberedPage(sum(line.weight for line in lines), frozenset(line.fingerprint for line in lines))


def remove_lines(text: str, lines: Sequence[Line], repeated: Collection[int]) -> str:
    """Remove the lines with these fingerprints from a text."""
    gone = {line.place for line in lines if line.fingerprint in repeated}
    kept = [line for place, line in enumerate(text.split("\n")) if place not in gone]
    return "\n".join(kept).strip("\n") if gone else text


def remove_lines_from_reading(reading: Reading, lines: Sequence[Line], repeated: Collection[int]) -> Reading:
    """Remove these lines from a reading; record each as a cut."""
    if not repeated:
        return reading
    gone = {line.place for line in lines if line.fingerprint in repeated}
    cuts = [
        Cut("site-furniture", "stands on several pages of its host", line[:SHOWN])
        for place, line in enumerate(reading.text.split("\n"))
        if place in gone
    ]
    text = remove_lines(reading.text, lines, repeated)
    return dataclasses.replace(
        reading,
        text=text,
        body=fit(reading.body, reading.text, text),
        cuts=(*reading.cuts, *cuts),
        signature=None,
        precomputed=None,
    )
