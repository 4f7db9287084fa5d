"""Measure how much of each block of a page an extractor kept."""

from collections.abc import Sequence

from pipelines.html.text_blocks import TextBlock

CERTAIN = 20
"""Letters from which a text is looked for anywhere, not only after the one before it."""


def confirmed(blocks: Sequence[TextBlock], text: str) -> list[float]:
    """Measure how much of each block is in ``text``; short ones near the last only.

    A long block that is not there as it is may be there in part: eight probes tell how much.
    """
    shares = []
    at = sure = 0  # behind the last block that was found, and behind the last one that is no chance
    for block in blocks:
        wanted = block.letters
        found = text.find(wanted, at) if wanted else -1
        if found < 0 and len(wanted) >= CERTAIN:
            found = text.find(wanted)
        elif found < 0 and wanted and sure < at:
            found = text.find(wanted, sure, sure + CERTAIN + len(wanted))
        elif len(wanted) < CERTAIN and found - at > 10 * CERTAIN:
            found = -1
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
