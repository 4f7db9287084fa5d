"""Choose the thresholds of the finder of related links on predictions for pages that the model has not seen."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.annotations import AddressKey, AnnotatedPage
from benchmarks.training.list_groups import PageGroups
from benchmarks.training.scores import Score, score
from pipelines.related.classify import Thresholds

GRID = tuple(
    Thresholds(*each)
    for each in itertools.product(
        (0.5, 0.6, 0.65, 0.7, 0.75, 0.8),
        (0.7, 0.8, 0.9, 0.95),
        (0.25, 0.35, 0.4, 0.45, 0.5, 0.55),
        (0.6, 0.7, 0.75, 0.8),
    )
)
# What is wanted: page recall, page precision, micro recall, micro precision; and how much a point below it weighs.
_WANTED = ((0.86, 1.0), (0.935, 1.5), (0.85, 0.5), (0.925, 0.5))
_BEYOND = 0.2  # how much a point of page recall or precision counts beyond what is wanted


def scores_of(
    pages: Sequence[AnnotatedPage], sets: Sequence[PageGroups], probabilities: Sequence[NDArray[np.float64]]
) -> list[list[Score]]:
    """The score of each page alone, for each of ``GRID``."""
    known: dict[tuple[int, frozenset[AddressKey]], Score] = {}
    scores = []
    for thresholds in GRID:
        of_pages = []
        for place, (page, groups, kinds) in enumerate(zip(pages, sets, probabilities, strict=True)):
            given = frozenset(groups.related(kinds, thresholds))
            if (place, given) not in known:
                known[place, given] = score([page], [set(given)])
            of_pages.append(known[place, given])
        scores.append(of_pages)
    return scores


def best_thresholds(scores: Sequence[Sequence[Score]], chosen: Sequence[int]) -> Thresholds:
    """Those of ``GRID`` that are best on the pages at the ``chosen`` places."""
    worth = [_worth([of_pages[place] for place in chosen]) for of_pages in scores]
    return GRID[int(np.argmax(worth))]


def _worth(scores: Sequence[Score]) -> float:
    recalls = [each.page_recall for each in scores if each.pages]
    precisions = [each.page_precision for each in scores if each.given]
    wanted, hits = sum(each.wanted for each in scores), sum(each.hits for each in scores)
    given, wrong = sum(each.given for each in scores), sum(each.wrong for each in scores)
    reached = (
        sum(recalls) / (len(recalls) or 1),
        sum(precisions) / (len(precisions) or 1),
        hits / (wanted or 1),
        1 - wrong / (given or 1),
    )
    short = sum(weight * max(0.0, least - value) for (least, weight), value in zip(_WANTED, reached, strict=True))
    return _BEYOND * (reached[0] + reached[1]) - short
