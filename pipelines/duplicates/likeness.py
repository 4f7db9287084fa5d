"""Measure how alike two aligned texts are: the features by which a model decides whether they are one article."""

import dataclasses
import math

from pipelines.duplicates.alignment import Alignment, names_of, numbers_of

LEAD = 60
"""Words at the start of a text in which a template's new facts stand, and which agencies' clients rewrite."""

RISING, FALLING = 1, -1  # more of it never speaks against a copy, or never for one
FEATURES = {
    "containment": RISING,
    "jaccard": RISING,
    "shorter_matched": RISING,
    "longer_matched": 0,
    "shorter_verbatim": RISING,
    "longer_verbatim": 0,
    "words": 0,
    "length_ratio": 0,
    "mean_run": 0,
    "longest_run": 0,
    "matched_words": 0,
    "substitutions": 0,
    "insertions": 0,
    "moves": 0,
    "gaps": 0,
    "longest_gap": 0,
    "numbers_changed": FALLING,
    "numbers_changed_share": FALLING,
    "substitutions_of_numbers": FALLING,
    "numbers_kept": 0,
    "numbers_kept_rate": 0,
    "numbers_missing": FALLING,
    "numbers_present": RISING,
    "names_changed": FALLING,
    "names_changed_share": FALLING,
    "names_present": RISING,
    "shorter_lead_matched": 0,
    "longer_lead_matched": 0,
    "behind_lead_matched": 0,
    "shorter_lead_numbers": FALLING,
    "longer_lead_numbers": FALLING,
}
"""The features, and in which direction each may speak. Counts are logarithms of 1 + count; rates are for 100 words."""

_MOST_LEAD_NUMBERS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """What two texts of different words have in common.

    ``words`` is the length of the shorter text. ``numbers_missing`` counts the distinct numbers of the text with fewer
    that the other lacks, ``numbers_present`` is the share that the other has.
    """

    aligned: Alignment
    words: float
    jaccard: float
    containment: float
    numbers_missing: int
    numbers_present: float


def features_of(pair: Pair) -> list[float]:
    """Return the features of a pair in the order of :data:`FEATURES`."""
    scale = len(pair.aligned.shorter.tokens) / pair.words if pair.words else 1.0  # tokens a word
    return [*_passages(pair, scale), *_numbers(pair), *_names(pair.aligned), *_leads(pair.aligned, int(LEAD * scale))]


def _passages(pair: Pair, scale: float) -> list[float]:
    """The shared passages: how much of both texts, how long, how often interrupted."""
    aligned, short, long = pair.aligned, pair.aligned.shorter, pair.aligned.longer
    rate = 100 / (pair.words or 1.0)
    verbatim, swaps = short.verbatim.count(1), len(aligned.swaps)
    gaps = [len(gap) for gap in short.matched.split(b"\x01") if gap]
    return [
        pair.containment,
        pair.jaccard,
        short.coverage,
        long.coverage,
        verbatim / (len(short.tokens) or 1),
        long.verbatim.count(1) / (len(long.tokens) or 1),
        math.log1p(pair.words),
        len(short.tokens) / (len(long.tokens) or 1),
        math.log1p(verbatim / scale / (len(aligned.runs) or 1)),
        math.log1p(max(aligned.runs, default=0) / scale),
        math.log1p(long.matched.count(1) / scale),
        swaps * rate,
        sum(not left for left, _ in aligned.swaps) / (swaps + 1),
        math.log1p(aligned.moves),
        len(gaps) * rate,
        math.log1p(max(gaps, default=0) / scale),
    ]


def _numbers(pair: Pair) -> list[float]:
    aligned = pair.aligned
    return [
        math.log1p(aligned.numbers_changed),
        aligned.changed_numbers_share,
        aligned.numbers_changed / (len(aligned.swaps) or 1),
        math.log1p(aligned.numbers_kept),
        aligned.numbers_kept * 100 / (pair.words or 1.0),
        math.log1p(pair.numbers_missing),
        pair.numbers_present,
    ]


def _names(aligned: Alignment) -> list[float]:
    both = (names_of(aligned.shorter.tokens), names_of(aligned.longer.tokens))
    fewest = min(map(len, both))
    present = len(both[0] & both[1]) / fewest if fewest else 1.0
    return [math.log1p(aligned.names_changed), aligned.changed_names_share, present]


def _leads(aligned: Alignment, lead: int) -> list[float]:
    """How much of each lead, and of what follows, the other text has; numbers of a lead that the other text lacks."""
    short, long = aligned.shorter, aligned.longer
    behind = short.matched[lead:]
    numbers, other_numbers = numbers_of(short.tokens), numbers_of(long.tokens)
    return [
        _share(short.matched[:lead]),
        _share(long.matched[:lead]),
        _share(behind) if behind else short.coverage,
        min(len(numbers_of(short.tokens[:lead]) - other_numbers), _MOST_LEAD_NUMBERS),
        min(len(numbers_of(long.tokens[:lead]) - numbers), _MOST_LEAD_NUMBERS),
    ]


def _share(matched: bytearray) -> float:
    return matched.count(1) / (len(matched) or 1)
