"""Whether two articles tell of one event, and which story an article belongs to. Pure.

Two articles are compared by the rare terms that they share, each worth its bits: names, numbers, days, topics and, in
one language, words. The rules of a story are those of near copies: what joins must resemble the story as far as it is
compared, its first article included, and not only the one that is nearest; so a story does not wander off.
"""

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence

from pipelines.story_terms import Profile, Term, key_of, share_of, unpack
from pipelines.story_terms import rarity as rarity_of
from storage.story_judgement import StoryChoice, StoryMember, Tie

JOIN = 0.7
"""Weight of the best tie from which on an article joins a story."""

RESEMBLE = 0.5
"""Mean weight of its ties to all of the story's articles that are compared, from which on it may join."""

MERGE = 0.8
"""Weight of the best ties to two stories from which on these may be one."""

WINDOW = 8.0
"""Days between two articles that can be compared at all."""

TIES_KEPT = 5
"""Ties that are kept as an article's evidence, the strongest first."""

_PRIOR_ARTICLES = 400  # articles that the shares told by form alone count for, beside those counted in the archive


@dataclasses.dataclass(frozen=True, slots=True)
class Likeness:
    """How two articles compare: ``weight`` is 0 to 1, ``shared`` the terms of both, with their bits."""

    weight: float
    shared: tuple[tuple[Term, Term, float], ...]
    features: Mapping[str, float]


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


# Logistic regressions on the 942 pairs within WINDOW of tests/stories/development.toml, penalty 0.1; signs were held to
# their sense, and gap to -0.6 at most, because the part's confusable events lie only days apart.
_SAME_LANGUAGE = {
    "bias": -6.1, "words": 2.2, "topics": 3.1, "facts": 2.4, "names": 1.4, "numbers": 2.8, "days": 1.6,
    "other_numbers": -1.8, "other_heads": -0.8, "gap": -0.6,
}  # fmt: skip
_ACROSS = {
    "bias": -6.4, "topics": 4.2, "facts": 1.8, "names": 2.3, "numbers": 3.2, "days": 1.4,
    "other_numbers": -0.6, "other_days": -0.3, "other_heads": -0.4, "gap": -0.6,
}  # fmt: skip
_LINKED = 0.8  # a page that names the other as related: half of these tell of the background only
_ALIKE = 1.0  # the same words with other facts: a later stage of one event, or the next of a series

_SPACES = ("words", "topics", "facts")
_SPACE_OF = {"W": "words", "T": "topics"}
_STRONG = {"N": "names", "A": "names", "L": "names", "#": "numbers", "D": "days"}
_TELLING = 4.0  # bits
_STRESS = [0.0, *(1 + math.log2(weight) for weight in range(1, 10))]  # by a term's weight
_LEADING_NUMBERS = 3  # that both articles must have


def likeness(a: StoryMember, b: StoryMember, rarity: Rarity) -> Likeness:
    """Compare two articles, whatever their languages. Symmetric."""
    gap = abs((a.at - b.at).total_seconds()) / 86_400
    same = a.language == b.language
    terms_a, terms_b = unpack(a.terms), unpack(b.terms)
    shared = _shared(terms_a, terms_b, a.language, rarity, same=same)
    features = _features(a, b, shared)
    features["gap"] = gap
    if gap > WINDOW or not shared:
        return Likeness(0.0, shared, features)
    coefficients = _SAME_LANGUAGE if same else _ACROSS
    logit = coefficients["bias"] + sum(coefficients.get(name, 0.0) * value for name, value in features.items())
    logit += _LINKED * (a.linked or b.linked) + _ALIKE * bool(a.alike or b.alike)
    return Likeness(1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))), shared, features)


def _shared(
    a: Profile, b: Profile, language: str, rarity: Rarity, *, same: bool
) -> tuple[tuple[Term, Term, float], ...]:
    both = [(term, b[key]) for key, term in a.items() if key in b and (same or key[0] != "W")]
    return tuple([(one, other, rarity.bits(one, language)) for one, other in both])


def _features(one: StoryMember, other: StoryMember, shared: Sequence[tuple[Term, Term, float]]) -> dict[str, float]:
    """Cosines of words, of topics and of what else both languages have; bits of strong terms; facts that differ."""
    products = dict.fromkeys(_SPACES, 0.0)
    strong = {"names": 0.0, "numbers": 0.0, "days": 0.0}
    for term, twin, bits in shared:
        stress, twins = _STRESS[term.weight], _STRESS[twin.weight]
        products[_SPACE_OF.get(term.kind, "facts")] += stress * twins * bits * bits
        if bits >= _TELLING and term.kind in _STRONG:
            strong[_STRONG[term.kind]] += bits * min(stress, twins)
    features = {name: math.log2(1 + bits / 8) for name, bits in strong.items()}
    of_a, of_b = _measures(one.terms), _measures(other.terms)
    for space, product in products.items():
        norm = math.sqrt(of_a.norms[space] * of_b.norms[space])
        features[space] = product / norm if norm else 0.0
    features["other_numbers"] = _other_numbers(of_a, of_b)
    features["other_days"] = _other_days(of_a, of_b)
    features["other_heads"] = _other_heads(of_a, of_b)
    return features


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


@functools.lru_cache(4_096)
def _measures(packed: str) -> _Measures:
    terms = tuple(unpack(packed).values())
    norms = dict.fromkeys(_SPACES, 0.0)
    for term in terms:
        norms[_SPACE_OF.get(term.kind, "facts")] += (_STRESS[term.weight] * rarity_of(term.kind, term.value)) ** 2
    numbers = frozenset(term.value for term in terms if term.kind == "#")
    days = frozenset(term.value for term in terms if term.kind == "D")
    leading_days = frozenset(term.value for term in terms if term.kind == "D" and term.weight > 1)
    leading_numbers = sum(term.kind == "#" and term.weight > 1 for term in terms)
    return _Measures(norms, numbers, days, leading_numbers, leading_days)


def _other_numbers(a: _Measures, b: _Measures) -> float:
    """1 where both articles lead with numbers and have none in common: a template that was filled in anew."""
    return float(min(a.leading_numbers, b.leading_numbers) >= _LEADING_NUMBERS and not a.numbers & b.numbers)


def _other_days(a: _Measures, b: _Measures) -> float:
    """1 where both articles lead with a day and have none in common."""
    return float(bool(a.leading_days and b.leading_days) and not a.days & b.days)


def _other_heads(a: _Measures, b: _Measures) -> float:
    """1 where both articles lead with a day, and with another one: the next of a series."""
    return float(bool(a.leading_days and b.leading_days) and not a.leading_days & b.leading_days)


def choose_story(
    newcomer: StoryMember, known: Sequence[StoryMember], counts: Mapping[int, int], total: int
) -> StoryChoice:
    """As ``StoryJudgement.choose_story``."""
    rarity = Rarity(counts, total)
    found = {member.article_id: likeness(newcomer, member, rarity) for member in known}
    by_story: dict[int, list[StoryMember]] = {}
    for member in known:
        if member.story_id is not None and found[member.article_id].features["gap"] <= WINDOW:
            by_story.setdefault(member.story_id, []).append(member)
    open_to = {
        story: max(found[m.article_id].weight for m in members)
        for story, members in by_story.items()
        if _may_join([found[m.article_id].weight for m in members])
    }
    if not open_to:
        return StoryChoice()
    best = max(open_to, key=lambda story: (open_to[story], -story))
    merged = [
        story
        for story in open_to
        if story != best
        and min(open_to[story], open_to[best]) >= MERGE
        and _are_one(by_story[best], by_story[story], rarity)
    ]
    joined = [member for story in (best, *merged) for member in by_story[story]]
    chosen = min(best, *merged) if merged else best
    ties = [tie for member in joined for tie in _ties(member, found[member.article_id])]
    ties.sort(key=lambda tie: (-tie.weight, tie.other_id, tie.kind))
    return StoryChoice(chosen, tuple(ties[:TIES_KEPT]), tuple(sorted({best, *merged} - {chosen})))


def _may_join(weights: Sequence[float]) -> bool:
    return max(weights) >= JOIN and sum(weights) / len(weights) >= RESEMBLE


def _are_one(one: Sequence[StoryMember], other: Sequence[StoryMember], rarity: Rarity) -> bool:
    """Two stories that a newcomer belongs to both are one where their own articles resemble each other too."""
    weights = [likeness(a, b, rarity).weight for a in one for b in other]
    return sum(weights) / len(weights) >= RESEMBLE


def _ties(member: StoryMember, found: Likeness) -> list[Tie]:
    if found.weight < JOIN:
        return []
    ties = [Tie(member.article_id, "terms", round(found.weight, 3), _told(found.shared))]
    if member.linked:
        ties.append(Tie(member.article_id, "link", round(found.weight, 3), "related link"))
    if member.alike:
        ties.append(Tie(member.article_id, "alike", round(member.alike, 3), "the same words with other facts"))
    return ties


def _told(shared: Sequence[tuple[Term, Term, float]]) -> str:
    """The most telling things in common, as both articles write them."""
    told = []
    telling = sorted(shared, key=lambda s: (-s[2] * (s[0].weight + s[1].weight), s[0].kind, s[0].value))
    for term, twin, _ in telling[:8]:
        told.append(term.form if term.form.casefold() == twin.form.casefold() else f"{term.form} = {twin.form}")
    return "; ".join(dict.fromkeys(told))
