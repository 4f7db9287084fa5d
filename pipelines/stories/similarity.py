"""Score how likely two articles report one event, by logistic regression.

Its weights are in ``rules/story_weights.toml``, which ``python -m benchmarks.story_fit`` writes.
"""

import dataclasses
import functools
import itertools
import math
from collections.abc import Mapping, Sequence

from pipelines.rules.load import load_rules, rule_cache
from pipelines.stories.packed_profile import TERMS_REMEMBERED, hash_term
from pipelines.stories.term_shares import expectation
from pipelines.stories.vectors import SPACES, STRESS, ProfileMeasures, WeighedTerm, measure_profile, weigh_term
from storage.story_rules import StoryMember

WINDOW = 8.0
"""Days between two articles that can be compared at all."""

_PRIOR_ARTICLES, _PRIOR_SHARE = 400, 0.3
"""The weight of the shares that forms let expect, in articles of these weeks; at least this share of all of them."""

_THESE = 2
"""Articles with a shared term that say nothing about how common it is: the two that are compared."""


@dataclasses.dataclass(frozen=True, slots=True)
class Likeness:
    """The result of comparing two articles: ``weight`` is 0 to 1.

    ``shared`` are the terms of both, as the first one has them. Articles too far apart in time are not compared: they
    have only the ``gap``, in days. ``apart`` is true where they lead with different days, games or rounds of a series.
    Then nothing puts them in one story.
    """

    weight: float
    shared: Sequence[WeighedTerm]
    features: Mapping[str, float]
    apart: bool = False


class Rarity:
    """The bits of a term, by its form and by its number of articles in these weeks.

    They are those of the form at most. So the features of a pair are the same in a small and in a large archive, but
    for terms that are in the news: these are worth less.
    """

    def __init__(self, counts: Mapping[int, int], total: int) -> None:
        self._counts, self._total = counts, total
        self._weighed: dict[tuple[str, str], Sequence[WeighedTerm]] = {}

    def weighed(self, packed: str, language: str) -> Sequence[WeighedTerm]:
        """Weigh the terms of a profile, once."""
        weighed_terms = self._weighed.get((packed, language))
        if weighed_terms is None:
            weights = measure_profile(packed).weights
            weighed_terms = [
                term if counted is None else weigh_term(term.key, weights[term.key], self._bits(term, counted))
                for term, key in _by_form(packed, language)
                for counted in (self._counts.get(key),)
            ]
            self._weighed[packed, language] = weighed_terms
        return weighed_terms

    def _bits(self, term: WeighedTerm, counted: int) -> float:
        prior = max(_PRIOR_ARTICLES, _PRIOR_SHARE * self._total)
        share = (max(0, counted - _THESE) + prior * expectation(term.key)[0]) / (self._total + prior)
        return min(term.bits, -math.log2(share))


@functools.lru_cache(512)  # an article is compared when it is tied and when it is clustered
def _by_form(packed: str, language: str) -> Sequence[tuple[WeighedTerm, int]]:
    """Weigh the terms of a profile by their forms alone, each with its hash."""
    return [_term_by_form(term, weight, language) for term, weight in measure_profile(packed).weights.items()]


@functools.lru_cache(TERMS_REMEMBERED)
def _term_by_form(term: str, weight: int, language: str) -> tuple[WeighedTerm, int]:
    return weigh_term(term, weight, expectation(term)[1]), hash_term(term, language)


@dataclasses.dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each feature, and the thresholds of clustering.

    ``together`` is the least mean likeness between two groups of articles of one language that are one story,
    ``together_across`` that between two languages. ``pair`` and ``pair_across`` are those of two single articles.
    """

    same: Mapping[str, float]
    across: Mapping[str, float]
    together: float
    together_across: float
    pair: float
    pair_across: float


@rule_cache()
def fitted_weights() -> Weights:
    """Return the weights that the project ships."""
    table = load_rules("story_weights")
    return Weights(table["same_language"], table["across_languages"], **table["decision"])


_LINKED = 0.8  # a page that names the other as related: half of these tell of the background only
_ALIKE = 1.0  # the same words with other facts: a later stage of one event, or the next of a series

_SERIES = frozenset(
    {
        *("day", "game", "round", "part", "stage", "storm", "sex", "nobel"),
        *("market", "currency", "commodity", "sport", "statistics", "temperature"),
    }
)
_REPORT, _NO_REPORT = 0.3, 3.0  # a score from which on a text reports; how much less can count
_LEADING_NUMBERS, _LEADING_NAMES = 3, 2  # that both articles must have


def likeness(a: StoryMember, b: StoryMember, rarity: Rarity, weights: Weights | None = None) -> Likeness:
    """Compare two articles in any languages. Symmetric."""
    gap = abs((a.at - b.at).total_seconds()) / 86_400
    if gap > WINDOW:
        return Likeness(0.0, (), {"gap": gap})
    same = a.language == b.language
    of_a, of_b = measure_profile(a.terms), measure_profile(b.terms)
    # In the order of the weights, as "weighed" has them; two of three terms are not shared.
    is_shared = map(of_b.weights.__contains__, of_a.weights)
    shared = list(itertools.compress(rarity.weighed(a.terms, a.language), is_shared))
    if not same:
        shared = [term for term in shared if term.space != "words"]
    features = _features(of_a, of_b, shared, across=not same)
    features["gap"] = gap
    if not shared:
        return Likeness(0.0, shared, features)
    evidence = _LINKED * (a.linked or b.linked) + _ALIKE * bool(a.alike or b.alike)
    weight = likelihood(features, weights or fitted_weights(), same_language=same, evidence=evidence)
    return Likeness(weight, shared, features, _differ(of_a.leading_ordinals, of_b.leading_ordinals, _SERIES))


def likelihood(features: Mapping[str, float], weights: Weights, *, same_language: bool, evidence: float = 0.0) -> float:
    """Weigh the features of a pair, 0 to 1. ``evidence`` is added in log-odds."""
    coefficients = weights.same if same_language else weights.across
    logit = coefficients["bias"] + evidence
    logit += sum([coefficients.get(name, 0.0) * value for name, value in features.items()])
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def _features(
    of_a: ProfileMeasures, of_b: ProfileMeasures, shared: Sequence[WeighedTerm], *, across: bool
) -> dict[str, float]:
    """Return the features: cosines, bits of strong terms, and facts that differ.

    The cosines are of words, of topics and of the other shared terms.
    """
    words = topics = facts = leading_words = 0.0
    strong = {"names": 0.0, "numbers": 0.0, "days": 0.0, "leads": 0.0}
    its_weights = of_b.weights
    for key, space, stress, bits, kind, leads in shared:
        its_weight = its_weights[key]
        its_stress = STRESS[its_weight]
        product = stress * its_stress * bits * bits
        if space == "words":  # most terms
            words += product
            if leads and its_weight > 1:
                leading_words += product
            continue
        if space == "topics":
            topics += product
            continue
        facts += product
        if kind:
            strong[kind] += bits * min(stress, its_stress)
            if leads and its_weight > 1:
                strong["leads"] += bits
    features = {name: math.log2(1 + bits / 8) for name, bits in strong.items()}
    for space, product in zip(SPACES, (words, topics, facts), strict=True):
        norm = math.sqrt(of_a.norms[space] * of_b.norms[space])
        features[space] = min(1.0, product / norm) if norm else 0.0  # terms may be rarer here than their form tells
    norm = math.sqrt(of_a.leading_words * of_b.leading_words)
    features["leading_words"] = leading_words / norm if norm else 0.0
    features["titles"] = min(_share_of_title(of_a, of_b, across=across), _share_of_title(of_b, of_a, across=across))
    features["other_titles"] = float(not features["titles"])
    least = min(of_a.leading_bits, of_b.leading_bits)
    features["leads"] = min(1.0, strong["leads"] / least) if least else 0.0
    features["other_numbers"] = _other_numbers(of_a, of_b)
    features["other_heads"] = _other(of_a.leading_days, of_b.leading_days)
    features["other_days"] = features["other_heads"] * (not of_a.days & of_b.days)
    features["other_ordinals"] = float(_differ(of_a.leading_ordinals, of_b.leading_ordinals))
    features["other_scores"] = _other(of_a.leading_scores, of_b.leading_scores)
    features["other_names"] = _other_names(of_a.leading_names, of_b.leading_names)
    features["no_reports"] = _no_reports(of_a, of_b)
    features["undated"] = float(not (of_a.marks.dated and of_b.marks.dated))
    return features


def _share_of_title(one: ProfileMeasures, other: ProfileMeasures, *, across: bool) -> float:
    """Return the share of a headline's terms that the other article has, in bits by their forms.

    Words do not count ``across`` languages. A headline without terms has the share 0.
    """
    terms, total = (one.title_facts, one.title_facts_bits) if across else (one.title, one.title_bits)
    its_weights = other.weights
    return sum([bits for term, bits in terms if term in its_weights]) / total if total else 0.0


def _other_numbers(a: ProfileMeasures, b: ProfileMeasures) -> float:
    """Return 1 where both articles lead with numbers and share none.

    That is a template that was filled in anew.
    """
    return float(min(a.leading_numbers, b.leading_numbers) >= _LEADING_NUMBERS and not a.numbers & b.numbers)


def _other(a: frozenset[str], b: frozenset[str]) -> float:
    """Return 1 where both articles lead with such a thing, and with different ones."""
    return float(bool(a and b) and not a & b)


def _differ(
    a: Mapping[str, frozenset[str]], b: Mapping[str, frozenset[str]], units: frozenset[str] | None = None
) -> bool:
    """Tell whether both articles lead with different days, games or rounds.

    Then a series goes on.
    """
    both = a.keys() & b.keys()
    return any(not a[unit] & b[unit] for unit in (both if units is None else both & units))


def _no_reports(a: ProfileMeasures, b: ProfileMeasures) -> float:
    """Return how far the one that reports less is from a report: 0 (it reports) to 3."""
    return min(_NO_REPORT, max(0.0, _REPORT - min(a.marks.reporting, b.marks.reporting)))


def _other_names(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the share of rare leading names that only one article has.

    It is of the article with fewer of them, where both have some.
    """
    least = min(len(a), len(b))
    return 1 - len(a & b) / least if least >= _LEADING_NAMES else 0.0
