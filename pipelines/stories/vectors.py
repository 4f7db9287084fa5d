"""Measure a profile once for all its comparisons."""

import dataclasses
import functools
import math
from collections.abc import Mapping

from pipelines.stories.packed_profile import Marks, title_terms, unpack_marks, unpack_weights
from pipelines.stories.term_shares import expectation

SPACES = ("words", "topics", "facts")
SPACE_OF = {"W": "words", "T": "topics"}
"""The space of a kind of terms; all others are ``facts``."""

STRONG = {"N": "names", "A": "names", "L": "names", "#": "numbers", "S": "numbers", "D": "days"}
TELLING = 4.0
"""Bits from which on a name, a number or a day is strong evidence."""

STRESS = [0.0, *(1 + math.log2(weight) for weight in range(1, 10))]
"""By a term's weight."""

_NAMES = "NAL"
_OF_A_WORD = [(stress * expectation("W\t")[1]) ** 2 for stress in STRESS]


@dataclasses.dataclass(frozen=True, slots=True)
class ProfileMeasures:
    """Lengths, numbers, days and leading terms of a profile.

    The lengths depend on the terms' forms alone, so they hold for every comparison. Leading terms are in the headline
    or the first lines.
    """

    weights: Mapping[str, int]
    norms: Mapping[str, float]
    numbers: frozenset[str]
    days: frozenset[str]
    leading_numbers: int
    leading_days: frozenset[str]
    leading_names: frozenset[str]
    leading_scores: frozenset[str]
    leading_bits: float
    leading_words: float
    leading_ordinals: Mapping[str, frozenset[str]]
    title: frozenset[str]
    marks: Marks


@functools.lru_cache(4_096)  # the members of a story are looked at again for each article that comes near it
def measure_profile(packed: str) -> ProfileMeasures:
    """Measure a packed profile."""
    weights = unpack_weights(packed)
    words = topics = facts = leading_words = 0.0
    leading: dict[str, list[str]] = {}
    strong = []
    for term, weight in weights.items():
        kind = term[0]
        if kind == "W":  # most terms; all are worth the same
            words += _OF_A_WORD[weight]
            leading_words += _OF_A_WORD[weight] * (weight > 1)
            continue
        bits = expectation(term)[1]
        if kind == "T":
            topics += (STRESS[weight] * bits) ** 2
        else:
            facts += (STRESS[weight] * bits) ** 2
        if weight > 1:
            leading.setdefault(kind, []).append(term)
            if bits >= TELLING and kind in STRONG:
                strong.append((term, bits))
    return ProfileMeasures(
        weights,
        {"words": words, "topics": topics, "facts": facts},
        frozenset([term for term in weights if term[0] == "#"]),
        frozenset([term for term in weights if term[0] == "D"]),
        len(leading.get("#", ())),
        frozenset(leading.get("D", ())),
        frozenset([term[2:] for term, _ in strong if term[0] in _NAMES]),
        frozenset(leading.get("S", ())),
        sum([bits for _, bits in strong]),
        leading_words,
        _ordinals({term[2:]: weights[term] for term in leading.get("O", ())}),
        title_terms(packed),
        unpack_marks(packed),
    )


def _ordinals(places: Mapping[str, int]) -> dict[str, frozenset[str]]:
    """Return the place in a series that an article leads with, by unit.

    It is the weightiest, since an article may also name the one before.
    """
    by_unit: dict[str, dict[str, int]] = {}
    for place, weight in places.items():
        unit, _, number = place.partition(" ")
        by_unit.setdefault(unit, {})[number] = weight
    return {
        unit: frozenset(number for number, weight in weights.items() if weight == max(weights.values()))
        for unit, weights in by_unit.items()
    }
