"""Group articles into stories by average linkage.

Every pair of articles has a weight, 0 to 1. The two groups with the highest mean weight are merged, again and again,
until no mean reaches the threshold. Pairs of one language need more than pairs of two, because two happenings around
one person share their words. Two single articles need more than a group and an article: nothing else confirms them. So
the result depends on the articles alone, and not on the order in which they came. A group that is merged must resemble
the whole other group: a story does not drift.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence

from pipelines.stories.packed_profile import unpack_profile
from pipelines.stories.profile import COUNTED, story_keys
from pipelines.stories.similarity import Likeness, Rarity, Weights, fitted_weights, likeness
from storage.story_rules import StoryMember, StoryPair

TERMS_NAMED = 8
"""Terms that the evidence for a pair names at most."""


def compare_articles(
    newcomer: StoryMember,
    others: Sequence[StoryMember],
    counts: Mapping[int, int],
    total: int,
    weights: Weights | None = None,
    *,
    named: bool = True,
) -> list[StoryPair]:
    """Implement ``StoryRules.compare_articles``. ``weights`` replace the project's where they are given."""
    counted = story_keys(newcomer.terms, newcomer.language)[:COUNTED]
    rarity, weights = Rarity({key: counts[key] for key in counted if key in counts}, total), weights or fitted_weights()
    pairs = []
    for other in others:
        known = likeness(newcomer, other, rarity, weights)
        detail = _name_terms(newcomer, other, known) if named and known.weight >= weights.together_across else ""
        pairs.append(StoryPair(other.article_id, known.weight, known.apart, detail))
    return pairs


def cluster_articles(
    ids: Sequence[int],
    weights: Mapping[tuple[int, int], float],
    apart: Iterable[tuple[int, int]],
    across: Collection[tuple[int, int]] = (),
    fitted: Weights | None = None,
) -> list[list[int]]:
    """Implement ``StoryRules.cluster_articles``. ``fitted`` replace the project's thresholds where they are given."""
    return _Linkage(ids, weights, apart, across, fitted or fitted_weights()).merge_all()


class _Linkage:
    """Groups of articles, by the place of their first one in ``ids``."""

    def __init__(
        self,
        ids: Sequence[int],
        weights: Mapping[tuple[int, int], float],
        apart: Iterable[tuple[int, int]],
        across: Collection[tuple[int, int]],
        fitted: Weights,
    ) -> None:
        self._ids, self._threshold = ids, fitted.together_across
        places = {number: place for place, number in enumerate(ids)}
        self._groups = {place: [place] for place in range(len(ids))}
        # Of the weights between two groups, those of one language less by what they need more.
        self._sums: list[dict[int, float]] = [{} for _ in ids]
        self._apart: list[set[int]] = [set() for _ in ids]
        self._heap: list[tuple[float, int, int, int, int]] = []
        needs = ((fitted.pair, fitted.together - fitted.together_across), (fitted.pair_across, 0.0))
        for (one, other), weight in weights.items():
            a, b = sorted((places[one], places[other]))
            least, more = needs[(one, other) in across]
            self._sums[a][b] = self._sums[b][a] = weight - more
            if weight >= least:
                self._heap.append((more - weight, a, b, 1, 1))
        for one, other in apart:
            a, b = places[one], places[other]
            self._apart[a].add(b)
            self._apart[b].add(a)
        heapq.heapify(self._heap)

    def merge_all(self) -> list[list[int]]:
        while self._heap:
            _, a, b, size_a, size_b = heapq.heappop(self._heap)
            if len(self._groups.get(a, ())) != size_a or len(self._groups.get(b, ())) != size_b:
                continue  # one of them has changed since
            if b not in self._apart[a]:
                self._merge(a, b)
        return [[self._ids[place] for place in sorted(group)] for _, group in sorted(self._groups.items())]

    def _merge(self, a: int, b: int) -> None:
        """Merge group ``b`` into ``a``, the one with the lower place."""
        self._groups[a] += self._groups.pop(b)
        for other in self._apart[b]:
            self._apart[other].discard(b)
            self._apart[other].add(a)
        self._apart[a] |= self._apart[b]
        self._sums[a].pop(b)
        self._sums[b].pop(a)
        for other, weight in self._sums[b].items():
            self._sums[other].pop(b)
            self._sums[a][other] = self._sums[other][a] = self._sums[a].get(other, 0.0) + weight
        self._sums[b] = {}
        size = len(self._groups[a])
        for other, weight in self._sums[a].items():
            mean = weight / (size * len(self._groups[other]))
            if mean >= self._threshold:
                first, second = min(a, other), max(a, other)
                sizes = len(self._groups[first]), len(self._groups[second])
                heapq.heappush(self._heap, (-mean, first, second, *sizes))


def _name_terms(newcomer: StoryMember, other: StoryMember, known: Likeness) -> str:
    """Name the most telling terms of a pair, as both articles write them."""
    terms, twins = unpack_profile(newcomer.terms), unpack_profile(other.terms)
    ranked = []
    for term in known.shared:
        key = term.key[0], term.key[2:]
        own, its = terms[key], twins[key]
        ranked.append((-term.bits * (own.weight + its.weight), key, own.form, its.form))
    forms = []
    for _, _, form, its_form in heapq.nsmallest(TERMS_NAMED, ranked):
        forms.append(form if form.casefold() == its_form.casefold() else f"{form} = {its_form}")
    return "; ".join(dict.fromkeys(forms))
