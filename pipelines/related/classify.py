"""Classify each group of links on a page with a model.

The model is ``pipelines/models/related_lists.json``, trained by ``python -m benchmarks.training related`` from
annotated pages (``docs/training.md``).
"""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.labels.class_names import is_named_related
from pipelines.models.boosted_trees import BoostedTrees, packaged_trees
from pipelines.related.feature_table import FEATURE_NAMES, FeatureTable, feature_table
from pipelines.related.groups import LinkGroup, is_menu
from pipelines.related.page_context import PageContext
from storage.reading import ListKind

MODEL = "related_lists"
KINDS: tuple[ListKind, ...] = (*("related", "recommended", "ranking", "latest", "ad", "other", "inline", "navigation"),)
_NOT_RELATED = np.array([kind in ("ranking", "latest", "ad", "navigation") for kind in KINDS])
# Chosen by cross-validation (docs/training.md): how much other kinds speak for a list that may be given as related (a
# recommendation is no error among related links), the least share, that of a link in a sentence, that of a list whose
# heading or class declares it, and the least part of the page's most related list.
_RECOMMENDED, _OTHER = 1.0, 0.25
_LEAST_RELATED = 0.1
_SHARE, _SHARE_IN_SENTENCE, _SHARE_DECLARED = 0.55, 0.75, 0.35
_PART_OF_BEST = 0.75
_NO_ARTICLES = frozenset({"tags", "author", "share", "navigation"})  # kinds by headings (labels/headings.py)
_HOLDERS = 3  # elements round an item whose class may declare


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ClassifiedGroup:
    """Hold a group with its kind of list and the probability of it.

    ``texts`` are those over it (:func:`pipelines.related.features.heading_texts`); ``row`` its features, None of
    a menu, which the model is not asked about. ``related`` is the probability that it is a list of related links.
    """

    group: LinkGroup
    kind: ListKind
    probability: float
    texts: tuple[str, ...]
    row: NDArray[np.float64] | None
    related: float = 0.0


def classify_groups(
    context: PageContext, groups: Sequence[LinkGroup], model: BoostedTrees | None = None
) -> list[ClassifiedGroup]:
    """Classify the groups with the packaged model, or with another."""
    trees = packaged_trees(MODEL) if model is None else model
    judged, menus = part_menus(context, groups)
    table: FeatureTable = feature_table(context, judged)
    rows = table.rows[:, [_PLACES[name] for name in trees.features]]
    probabilities = trees.probabilities(rows)
    places = choose_kinds(probabilities, least_shares(context, judged))
    classified = [
        ClassifiedGroup(group, KINDS[place], float(shares[place]), texts, row, float(shares[0]))
        for group, place, texts, row, shares in zip(judged, places, table.headings, rows, probabilities, strict=True)
    ]
    classified += [ClassifiedGroup(group, "navigation", 1.0, ("",) * 5, None) for group in menus]
    return sorted(classified, key=lambda each: each.group.places[0])


def part_menus(context: PageContext, groups: Sequence[LinkGroup]) -> tuple[list[LinkGroup], list[LinkGroup]]:
    """Separate menus, whose links are too short for titles, from other groups."""
    judged, menus = list[LinkGroup](), list[LinkGroup]()
    for group in groups:
        landmarks, _ = context.landmarks(group.items[0])
        block = context.block_round(context.page[group.items[0]].order)
        is_declared = block is not None and block.kind == "related"  # short titles under a heading that names them
        (menus if is_menu(group, context.page, landmarks) and not is_declared else judged).append(group)
    return judged, menus


_PLACES = {name: place for place, name in enumerate(FEATURE_NAMES)}


def least_shares(context: PageContext, groups: Sequence[LinkGroup]) -> NDArray[np.float64]:
    """Return the least share for related of each group; above 1 for never."""
    return np.array([_least_share(context, group) for group in groups], dtype=np.float64)


def _least_share(context: PageContext, group: LinkGroup) -> float:
    if not group.is_alone:
        return _SHARE_IN_SENTENCE
    order = context.page[group.items[0]].order
    block = context.block_round(order)
    if block is not None:
        return 2.0 if block.kind in _NO_ARTICLES else _SHARE_DECLARED if block.kind == "related" else _SHARE
    if order < context.last:
        return _SHARE
    holders = itertools.islice(group.items[0].iterancestors(), _HOLDERS)
    return _SHARE_DECLARED if any(is_named_related(holder) for holder in holders) else _SHARE


def choose_kinds(probabilities: NDArray[np.float64], least: NDArray[np.float64]) -> list[int]:
    """Choose the kind of each group of a page, as a place in ``KINDS``.

    It is the most probable kind, but ``related`` is chosen by what speaks for related links against what would be an
    error among them, and against the page's other lists. ``least`` is :func:`least_shares`.
    """
    if not len(probabilities):
        return []
    others = probabilities[:, 5:7].sum(axis=1)
    leaning = probabilities[:, 0] + _RECOMMENDED * probabilities[:, 1] + _OTHER * others
    share = leaning / (leaning + probabilities[:, _NOT_RELATED].sum(axis=1))
    share[probabilities[:, 0] < _LEAST_RELATED] = 0.0
    best = share[least != _SHARE_IN_SENTENCE].max(initial=0.0)
    is_related = (share >= least) & (share >= _PART_OF_BEST * best)
    # A link within a sentence is an edge only if nothing is likelier: most are the author's own references.
    is_related &= (least != _SHARE_IN_SENTENCE) | (probabilities.argmax(axis=1) == 0)
    kinds = probabilities[:, 1:].argmax(axis=1) + 1
    return [0 if related else int(kind) for related, kind in zip(is_related, kinds, strict=True)]


def reasons(classified: ClassifiedGroup, model: BoostedTrees | None = None, most: int = 5) -> list[str]:
    """List the features that counted most for a group's kind, with their effect."""
    if classified.row is None:
        return ["links too short for titles"]
    trees = packaged_trees(MODEL) if model is None else model
    moved = trees.contributions(classified.row.tolist(), classified.kind)
    ranked = sorted(moved.items(), key=lambda each: -each[1])[:most]
    values = dict(zip(trees.features, classified.row.tolist(), strict=True))
    return [f"{name} = {values[name]:.3g} ({change:+.2f})" for name, change in ranked if change > 0]
