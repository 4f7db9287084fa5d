"""Group pairs of texts by event, so that no text of an event is in training and in test."""

import collections
import itertools
from collections.abc import Sequence

from pipelines.duplicates.comparison import WORTH_ALIGNING, shingles
from pipelines.duplicates.minhash import sign

TextPair = tuple[str, str, str]
"""Two texts and their language."""


def event_groups(pairs: Sequence[TextPair]) -> list[int]:
    """Return a group for each pair: pairs that share a text, or texts that overlap, have the same one."""
    parents = list(range(len(pairs)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    pair_of: dict[str, int] = {}
    holders: dict[int, set[str]] = collections.defaultdict(set)
    words: dict[str, frozenset[str]] = {}
    for place, (a, b, language) in enumerate(pairs):
        for text in (a, b):
            parents[root(place)] = root(pair_of.setdefault(text, place))
            if text not in words:
                words[text] = shingles(text, language)
                for key in sign(text, language).keys:
                    holders[key].add(text)
    for texts in holders.values():
        for one, other in itertools.combinations(sorted(texts), 2):
            first, second = root(pair_of[one]), root(pair_of[other])
            if first != second and _overlap(words[one], words[other]):
                parents[first] = second
    return [root(place) for place in range(len(pairs))]


def _overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= WORTH_ALIGNING * min(len(one), len(other))
