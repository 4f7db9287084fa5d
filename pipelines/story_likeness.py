"""How much two articles tell of one event: a logistic regression on what their profiles share, and on what differs.

Its weights are data, ``rules/story_weights.toml``, which ``python -m benchmarks.story_fit`` writes. Pure.
"""

import dataclasses
import functools
import importlib.resources
import math
import tomllib
from collections.abc import Mapping, Sequence

from pipelines.story_terms import Profile, Term, key_of, share_of, unpack
from pipelines.story_terms import rarity as rarity_of
from storage.story_judgement import StoryMember

WINDOW = 8.0
"""Days between two articles that can be compared at all."""

_PRIOR_ARTICLES = 400  # articles that the shares told by form alone count for, beside those counted in the archive


@dataclasses.dataclass(frozen=True, slots=True)
class Likeness:
    """How two articles compare: ``weight`` is 0 to 1, ``shared`` the terms of both, with their bits.

    ``apart`` where they lead with different days, games or rounds of a series: then nothing puts them in one story.
    """

    weight: float
    shared: tuple[tuple[Term, Term, float], ...]
    features: Mapping[str, float]
    apart: bool = False


class Rarity:
    """Bits of a term, by its form and by how many articles of these weeks have it."""

    def __init__(self, counts: Mapping[int, int], total: int) -> None:
        self._counts, self._total = counts, total
        self._bits: dict[tuple[str, str], float] = {}

    def bits(self, term: Term, language: str) -> float:
        """How much it says that two articles share this term."""
        form = (term.kind if term.kind != "W" else language, term.value)
        known = self._bits.get(form)
        if known is None:
            known = self._bits[form] = self._counted_bits(term, language)
        return known

    def _counted_bits(self, term: Term, language: str) -> float:
        expected = share_of(term.kind, term.value)
        counted = self._counts.get(key_of(term, language)) if self._counts else None
        if counted is None:
            return -math.log2(expected)
        share = (counted + _PRIOR_ARTICLES * expected) / (self._total + _PRIOR_ARTICLES)
        return -math.log2(min(share, 1.0))


@dataclasses.dataclass(frozen=True, slots=True)
class Weights:
    """What the rules say: a weight for each feature, and from which likeness on an article joins, and stories merge.

    ``join`` is the least likeness of the best tie, ``resemble`` the least mean over the story, ``merge`` that of the
    best ties to two stories.
    """

    same: Mapping[str, float]
    across: Mapping[str, float]
    join: float
    resemble: float
    merge: float


@functools.cache
def fitted_weights() -> Weights:
    """The weights that the project ships."""
    file = importlib.resources.files("pipelines.rules").joinpath("story_weights.toml")
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return Weights(table["same_language"], table["across_languages"], **table["decision"])


_LINKED = 0.8  # a page that names the other as related: half of these tell of the background only
_ALIKE = 1.0  # the same words with other facts: a later stage of one event, or the next of a series

_SPACES = ("words", "topics", "facts")
_SPACE_OF = {"W": "words", "T": "topics"}
_STRONG = {"N": "names", "A": "names", "L": "names", "#": "numbers", "S": "numbers", "D": "days"}
_TELLING = 4.0  # bits
_STRESS = [0.0, *(1 + math.log2(weight) for weight in range(1, 10))]  # by a term's weight
_SERIES = frozenset(
    {
        *("day", "game", "round", "part", "stage", "storm", "sex", "nobel"),
        *("market", "currency", "commodity", "sport", "statistics", "temperature"),
    }
)
_LEADING_NUMBERS, _LEADING_NAMES = 3, 2  # that both articles must have


def likeness(a: StoryMember, b: StoryMember, rarity: Rarity, weights: Weights | None = None) -> Likeness:
    """Compare two articles, whatever their languages. Symmetric."""
    gap = abs((a.at - b.at).total_seconds()) / 86_400
    same = a.language == b.language
    terms_a, terms_b = unpack(a.terms), unpack(b.terms)
    shared = _shared(terms_a, terms_b, a.language, rarity, same=same)
    features = _features(a, b, shared)
    features["gap"] = gap
    if gap > WINDOW or not shared:
        return Likeness(0.0, shared, features)
    weights = weights or fitted_weights()
    coefficients = weights.same if same else weights.across
    logit = coefficients["bias"] + sum(coefficients.get(name, 0.0) * value for name, value in features.items())
    logit += _LINKED * (a.linked or b.linked) + _ALIKE * bool(a.alike or b.alike)
    apart = _differ(_measures(a.terms).leading_ordinals, _measures(b.terms).leading_ordinals, _SERIES)
    return Likeness(1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))), shared, features, apart)


def _shared(
    a: Profile, b: Profile, language: str, rarity: Rarity, *, same: bool
) -> tuple[tuple[Term, Term, float], ...]:
    both = [(term, b[key]) for key, term in a.items() if key in b and (same or key[0] != "W")]
    return tuple([(one, other, rarity.bits(one, language)) for one, other in both])


def _features(one: StoryMember, other: StoryMember, shared: Sequence[tuple[Term, Term, float]]) -> dict[str, float]:
    """Cosines of words, of topics and of what else both languages have; bits of strong terms; facts that differ."""
    products = dict.fromkeys(_SPACES, 0.0)
    strong = {"names": 0.0, "numbers": 0.0, "days": 0.0, "leads": 0.0}
    for term, twin, bits in shared:
        stress, twins = _STRESS[term.weight], _STRESS[twin.weight]
        products[_SPACE_OF.get(term.kind, "facts")] += stress * twins * bits * bits
        if bits >= _TELLING and term.kind in _STRONG:
            strong[_STRONG[term.kind]] += bits * min(stress, twins)
            if _leads(term) and _leads(twin):
                strong["leads"] += bits
    features = {name: math.log2(1 + bits / 8) for name, bits in strong.items()}
    of_a, of_b = _measures(one.terms), _measures(other.terms)
    for space, product in products.items():
        norm = math.sqrt(of_a.norms[space] * of_b.norms[space])
        features[space] = product / norm if norm else 0.0
    least = min(of_a.leading_bits, of_b.leading_bits)
    features["leads"] = min(1.0, strong["leads"] / least) if least else 0.0
    features["other_numbers"] = _other_numbers(of_a, of_b)
    features["other_heads"] = _other(of_a.leading_days, of_b.leading_days)
    features["other_days"] = features["other_heads"] * (not of_a.days & of_b.days)
    features["other_ordinals"] = float(_differ(of_a.leading_ordinals, of_b.leading_ordinals))
    features["other_scores"] = _other(of_a.leading_scores, of_b.leading_scores)
    features["other_names"] = _other_names(of_a.leading_names, of_b.leading_names)
    return features


def _leads(term: Term) -> bool:
    return term.weight > 1


@dataclasses.dataclass(frozen=True, slots=True)
class _Measures:
    """What a profile brings to every comparison: lengths in each space, its numbers and days, and how it leads.

    The lengths are by the terms' forms alone, not by counts of one week, so that they are made once.
    """

    norms: Mapping[str, float]
    numbers: frozenset[str]
    days: frozenset[str]
    leading_numbers: int
    leading_days: frozenset[str]
    leading_names: frozenset[str]
    leading_scores: frozenset[str]
    leading_bits: float
    leading_ordinals: Mapping[str, frozenset[str]]


@functools.lru_cache(4_096)
def _measures(packed: str) -> _Measures:
    terms = tuple(unpack(packed).values())
    norms = dict.fromkeys(_SPACES, 0.0)
    for term in terms:
        norms[_SPACE_OF.get(term.kind, "facts")] += (_STRESS[term.weight] * rarity_of(term.kind, term.value)) ** 2

    def values(kind: str, *, leading: bool) -> frozenset[str]:
        return frozenset(term.value for term in terms if term.kind == kind and (_leads(term) or not leading))

    names = frozenset(
        term.value
        for term in terms
        if term.kind in "NAL" and _leads(term) and rarity_of(term.kind, term.value) >= _TELLING
    )
    leading_bits = sum(
        bits
        for term in terms
        if term.kind in _STRONG and _leads(term) and (bits := rarity_of(term.kind, term.value)) >= _TELLING
    )
    numbers, days = values("#", leading=False), values("D", leading=False)
    leading_numbers, leading_days = len(values("#", leading=True)), values("D", leading=True)
    return _Measures(
        norms,
        numbers,
        days,
        leading_numbers,
        leading_days,
        names,
        values("S", leading=True),
        leading_bits,
        _leading_ordinals(terms),
    )


def _leading_ordinals(terms: Sequence[Term]) -> dict[str, frozenset[str]]:
    """By unit the place in a series that an article leads with: the weightiest, for it may name the one before too."""
    weights: dict[str, dict[str, int]] = {}
    for term in terms:
        if term.kind == "O" and _leads(term):
            unit, _, number = term.value.partition(" ")
            weights.setdefault(unit, {})[number] = term.weight
    return {
        unit: frozenset(number for number, weight in places.items() if weight == max(places.values()))
        for unit, places in weights.items()
    }


def _other_numbers(a: _Measures, b: _Measures) -> float:
    """1 where both articles lead with numbers and have none in common: a template that was filled in anew."""
    return float(min(a.leading_numbers, b.leading_numbers) >= _LEADING_NUMBERS and not a.numbers & b.numbers)


def _other(a: frozenset[str], b: frozenset[str]) -> float:
    """1 where both articles lead with such a thing, and with another one."""
    return float(bool(a and b) and not a & b)


def _differ(
    a: Mapping[str, frozenset[str]], b: Mapping[str, frozenset[str]], units: frozenset[str] | None = None
) -> bool:
    """Whether both articles lead with the day, game or round of something, and with another one: a series goes on."""
    both = a.keys() & b.keys()
    return any(not a[unit] & b[unit] for unit in (both if units is None else both & units))


def _other_names(a: frozenset[str], b: frozenset[str]) -> float:
    """The share of rare leading names that the article with fewer of them has for itself, where both have some."""
    least = min(len(a), len(b))
    return 1 - len(a & b) / least if least >= _LEADING_NAMES else 0.0
