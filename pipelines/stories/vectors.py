"""Measure a profile once for all its comparisons."""

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

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


class WeighedTerm(NamedTuple):
    """A term of an article with its bits.

    ``strong`` is the kind of strong terms that it belongs to.
    """

    key: str
    space: str
    stress: float
    bits: float
    strong: str
    leads: bool


@dataclasses.dataclass(frozen=True, slots=True)
class ProfileMeasures:
    """Lengths, numbers, days and leading terms of a profile.

    The lengths depend on the terms' forms alone, so they hold for every comparison. Leading terms are in the headline
    or the first lines. ``title`` are its terms with the bits of their forms, ``title_facts`` those that are no words,
    ``title_bits`` and ``title_facts_bits`` the sums of these bits.
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
    title: Sequence[tuple[str, float]]
    title_facts: Sequence[tuple[str, float]]
    title_bits: float
    title_facts_bits: float
    marks: Marks


@functools.lru_cache(2_048)  # the members of a story are looked at again for each article that comes near it
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
    title = [(term, expectation(term)[1]) for term in sorted(title_terms(packed))]
    title_facts = [pair for pair in title if pair[0][0] != "W"]
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
        title,
        title_facts,
        sum([bits for _, bits in title]),
        sum([bits for _, bits in title_facts]),
        unpack_marks(packed),
    )


def weigh_term(term: str, weight: int, bits: float) -> WeighedTerm:
    """Weigh a term of a profile that is worth so many bits."""
    kind = term[0]
    strong = STRONG.get(kind, "") if bits >= TELLING else ""
    return WeighedTerm(term, SPACE_OF.get(kind, "facts"), STRESS[weight], bits, strong, weight > 1)


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
