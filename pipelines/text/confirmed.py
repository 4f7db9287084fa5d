"""Measure how much of each block of a page an extractor kept."""

from collections.abc import Sequence

from pipelines.html.text_blocks import TextBlock

CERTAIN = 20
"""Letters from which a text is looked for anywhere, not only after the one before it."""
_NEAR = 10 * CERTAIN  # letters behind the last text in which a shorter one is looked for
_WHOLE = 200  # Japanese characters from which a block may be a second copy of several others
_PART = 40  # the same of one of these
_COPIED = 0.6  # share of a block that others repeat, from which it is their copy


def without_copies(blocks: Sequence[TextBlock], places: list[int]) -> list[int]:
    """Return ``places`` without blocks that are a copy of several others: a hidden body, written without paragraphs."""
    long = [place for place in places if blocks[place].weight >= _PART]
    copies = {place for place in long if blocks[place].weight >= _WHOLE and _is_copy(blocks, place, long)}
    return [place for place in places if place not in copies] if copies else places


def _is_copy(blocks: Sequence[TextBlock], place: int, others: Sequence[int]) -> bool:
    letters = blocks[place].letters
    parts = [part for other in others if len(part := blocks[other].letters) < len(letters) and part in letters]
    return len(parts) > 1 and sum(map(len, parts)) >= _COPIED * len(letters)


def confirmed(blocks: Sequence[TextBlock], text: str) -> list[float]:
    """Measure how much of each block is in ``text``; short ones near the last only.

    A long block that is not there as it is may be there in part: eight probes tell how much.
    """
    shares = []
    at = sure = 0  # behind the last block that was found, and behind the last one that is no chance
    for block in blocks:
        wanted = block.letters
        found = -1
        if len(wanted) >= CERTAIN:
            found = text.find(wanted, at)
            if found < 0:
                found = text.find(wanted, 0, at + len(wanted))
        elif wanted:
            found = text.find(wanted, at, at + _NEAR + len(wanted))
            if found < 0 and sure < at:
                nearer = text.find(wanted, sure, sure + CERTAIN + len(wanted))
                found = nearer if nearer >= 0 and text.find(wanted, at) < 0 else -1
        if found >= 0:
            if len(wanted) >= CERTAIN or found - sure <= CERTAIN:
                sure = found + len(wanted)
            at = found + len(wanted)
            shares.append(1.0)
        elif len(wanted) >= 2 * CERTAIN:
            size = len(wanted) // 8
            shares.append(sum(wanted[start * size : (start + 1) * size] in text for start in range(8)) / 8)
        else:
            shares.append(0.0)
    return shares
