"""Train the finder of related links, cross-validated by site (``python -m benchmarks.training related``)."""

import argparse
import collections
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pipelines.models
from benchmarks.training.annotations import KINDS, AddressKey, AnnotatedPage, address_key_of, read_annotations
from benchmarks.training.boosting import fit_trees, write_table
from benchmarks.training.list_groups import PageGroups, page_groups, related_of, stacked
from benchmarks.training.scores import Score, score
from benchmarks.training.thresholds import best_thresholds, scores_of
from pipelines.models.boosted_trees import BoostedTrees, trees_of
from pipelines.related import classify
from pipelines.related.classify import Thresholds
from pipelines.related.feature_table import FEATURE_NAMES

WEIGHTS = Path(pipelines.models.__path__[0]) / f"{classify.MODEL}.json"
# Chosen by cross-validation on the annotated pages.
ROUNDS = 80
PARAMETERS = {
    "learning_rate": 0.1,
    "num_leaves": 10,
    "max_depth": 6,
    "min_data_in_leaf": 8,
    "lambda_l2": 3.0,
    "feature_fraction": 0.2,
    "max_bin": 63,
}
SEEDS = (1, 2)  # models whose scores are averaged
_MENU_WEIGHT = 0.5  # of a group in no content list; four fifths of all groups are that
_RELATED_WEIGHT = 2.5  # of a page's related groups, by the root of their number: page recall counts pages


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folders", nargs="+", type=Path, help="with links.jsonl and pages.warc.gz")
    parser.add_argument("--folds", type=int, default=10, help="of sites; 0 leaves the cross-validation out")
    parser.add_argument("--repeat", type=int, default=1, help="how often, each time with other folds")
    parser.add_argument("--curve", action="store_true", help="the figures with 25, 50 and 75 % of the sites, too")
    parser.add_argument("--write", action="store_true", help=f"train on all pages and write {WEIGHTS.name}")


def run(args: argparse.Namespace) -> None:
    """Cross-validate, tell the figures, and write the weights where that is asked for."""
    pages = [page for folder in args.folders for page in read_annotations(folder)]
    sets = [page_groups(page) for page in pages]
    _print_candidates(pages, sets)
    for seed in range(1, args.repeat + 1 if args.folds else 1):
        given, predicted, thresholds = cross_validate(pages, sets, args.folds, seed)
        _print_scores(f"cross-validated, {args.folds} folds, order {seed}", pages, given)
        _print_folds(pages, given, args.folds, seed)
        print(f"  best thresholds on all of them, which belong into pipelines/related/classify.py: {thresholds}")
        if seed == 1:
            _print_confusion(sets, predicted)
    if args.curve:
        for share in (0.25, 0.5, 0.75):
            given, _, _ = cross_validate(pages, sets, args.folds, 1, share)
            _print_scores(f"with {share:.0%} of the sites", pages, given)
    if args.write:
        table = train(sets)
        write_table(WEIGHTS, table)
        model: BoostedTrees = trees_of(table)
        _print_scores("the final weights on their own training pages", pages, [related_of(p, model) for p in pages])


def train(sets: Sequence[PageGroups]) -> dict[str, Any]:
    """The table of a model trained on these pages."""
    rows, labels = stacked(sets)
    weights = [weight for groups in sets for weight in _weights(groups)]
    return fit_trees(rows, labels, FEATURE_NAMES, classify.KINDS, ROUNDS, weights, PARAMETERS, SEEDS)


def _weights(groups: PageGroups) -> list[float]:
    """The weight of each group of a page."""
    related = sum(KINDS[label] == "related" for label in groups.labels)
    by_kind = {"none": _MENU_WEIGHT, "related": _RELATED_WEIGHT / max(1, related) ** 0.5}
    return [by_kind.get(KINDS[label], 1.0) for label in groups.labels]


def folds_of(pages: Sequence[AnnotatedPage], count: int, seed: int) -> list[int]:
    """The number of each page's fold: all pages of a site are in one."""
    sites = sorted({page.site for page in pages})
    random.Random(seed).shuffle(sites)  # noqa: S311
    numbers = {site: place % count for place, site in enumerate(sites)}
    return [numbers[page.site] for page in pages]


def cross_validate(
    pages: Sequence[AnnotatedPage], sets: Sequence[PageGroups], folds: int, seed: int, share: float = 1.0
) -> tuple[list[set[AddressKey]], list[list[int]], Thresholds]:
    """For each page the related links and the groups' kinds, by a model that has seen no page of its site.

    ``share`` of the other sites are trained on. The thresholds of a fold are the best on the predictions for all other
    folds; the last result are the best on all.
    """
    numbers = np.asarray(folds_of(pages, folds, seed))
    probabilities: list[NDArray[np.float64]] = [np.zeros((0, len(KINDS)))] * len(pages)
    for fold in range(folds):
        sites = sorted({page.site for page, number in zip(pages, numbers, strict=True) if number != fold})
        random.Random(seed).shuffle(sites)  # noqa: S311
        known = set(sites[: round(len(sites) * share)])
        model = trees_of(train([each for page, each in zip(pages, sets, strict=True) if page.site in known]))
        for place in np.flatnonzero(numbers == fold).tolist():
            probabilities[place] = model.probabilities(sets[place].rows)
    scores = scores_of(pages, sets, probabilities)
    of_fold = [best_thresholds(scores, np.flatnonzero(numbers != fold).tolist()) for fold in range(folds)]
    by_page = [of_fold[number] for number in numbers.tolist()]
    together = list(zip(sets, probabilities, by_page, strict=True))
    given = [groups.related(kinds, thresholds) for groups, kinds, thresholds in together]
    predicted = [classify.choose_kinds(kinds, groups.standings, each) for groups, kinds, each in together]
    return given, predicted, best_thresholds(scores, range(len(pages)))


def _print_scores(name: str, pages: Sequence[AnnotatedPage], given: Sequence[set[AddressKey]]) -> None:
    for part, chosen in _parts(pages):
        print(f"{name}; {part}: {_score_of(pages, given, chosen).line()}")


def _parts(pages: Sequence[AnnotatedPage]) -> Iterator[tuple[str, set[int]]]:
    folders = dict.fromkeys(page.folder for page in pages)
    for folder in folders:
        yield folder, {place for place, page in enumerate(pages) if page.folder == folder}
    yield "Japanese", {place for place, page in enumerate(pages) if _is_japanese(page)}


def _is_japanese(page: AnnotatedPage) -> bool:
    titles = "".join(link.title for link in page.links)
    return sum("\u3040" <= character <= "\u30ff" for character in titles) * 10 > len(titles) > 0


def _score_of(pages: Sequence[AnnotatedPage], given: Sequence[set[AddressKey]], chosen: set[int]) -> Score:
    places = sorted(chosen)
    return score([pages[place] for place in places], [given[place] for place in places])


def _print_folds(pages: Sequence[AnnotatedPage], given: Sequence[set[AddressKey]], folds: int, seed: int) -> None:
    """The spread over the folds."""
    numbers = folds_of(pages, folds, seed)
    scores = [
        _score_of(pages, given, {place for place, number in enumerate(numbers) if number == fold})
        for fold in range(folds)
    ]
    for name in ("page_recall", "page_precision", "micro_recall", "micro_precision"):
        values = [getattr(each, name) for each in scores]
        spread = " ".join(f"{value:.2f}" for value in sorted(values))
        print(f"  {name} by fold: {spread}; deviation {np.std(values):.3f}")


def _print_candidates(pages: Sequence[AnnotatedPage], sets: Sequence[PageGroups]) -> None:
    """How many of the annotated lists, and of their links, are candidates."""
    lists: collections.Counter[bool] = collections.Counter()
    links: collections.Counter[bool] = collections.Counter()
    for page, groups in zip(pages, sets, strict=True):
        known = groups.addresses
        by_list: dict[tuple[str, str], list[bool]] = collections.defaultdict(list)
        for link in page.links:
            is_known = address_key_of(link.url) in known
            links[is_known] += 1
            by_list[link.kind, link.heading].append(is_known)
        lists.update(sum(members) * 2 >= len(members) for members in by_list.values())
    print(
        f"{len(pages)} pages of {len({page.site for page in pages})} sites, {sum(len(s.labels) for s in sets)} groups"
    )
    print(f"annotated lists that are candidates: {lists[True] / lists.total():.4f} of {lists.total()}")
    print(f"annotated links that are in a candidate: {links[True] / links.total():.4f} of {links.total()}")


def _print_confusion(sets: Sequence[PageGroups], predicted: Sequence[Sequence[int]]) -> None:
    """The kinds of groups: annotated down, predicted across."""
    counts = np.zeros((len(KINDS), len(KINDS)), dtype=int)
    for groups, places in zip(sets, predicted, strict=True):
        for label, place in zip(groups.labels, places, strict=True):
            counts[label, place] += 1
    print(f"{'groups':>12}" + "".join(f"{kind:>12}" for kind in classify.KINDS))
    for kind, row in zip(KINDS, counts, strict=True):
        print(f"{kind:>12}" + "".join(f"{count:>12}" for count in row))
