"""Predict class probabilities with gradient-boosted trees whose weights are packaged data.

The weights are JSON files in this package, written by ``benchmarks/training``. A file holds ``features`` and
``classes`` (names), ``depth`` (the deepest leaf), for each tree its ``roots`` and ``tree_classes`` (places of a node
and a class), and for each node ``feature``, ``threshold``, ``left``, ``right`` and ``value``. A row goes left where
its feature is at most the threshold. A leaf points to itself. The values of the leaves that a row reaches are summed
up by class; the softmax of the sums are the probabilities. With two classes all trees may speak for the second one.
"""

import dataclasses
import functools
import importlib.resources
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NODES = ("feature", "threshold", "left", "right", "value")
_ROWS = 16  # that go down the trees together: of 1,280 trees their places take 160 kB, which a core's cache holds


class WeightsError(ValueError):
    """A file of weights that is none; names what is wrong with it."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class BoostedTrees:
    """The trees of one model, flat: one entry a node, in arrays of equal length."""

    features: tuple[str, ...]
    classes: tuple[str, ...]
    depth: int
    roots: NDArray[np.intp]  # in the order of their classes
    tree_classes: NDArray[np.intp]
    feature: NDArray[np.intp]
    threshold: NDArray[np.float64]
    children: NDArray[np.intp]  # 2 * node: to the left, 2 * node + 1: to the right
    value: NDArray[np.float64]

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability of each class: (rows, features) in, (rows, classes) out; each row of it adds up to 1."""
        scores = self._scores(rows)
        scores -= scores.max(axis=1, keepdims=True)
        raised = np.exp(scores)
        result: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
        return result

    def contributions(self, row: Sequence[float], wanted: str) -> dict[str, float]:
        """How much each feature moved one row's score for the class ``wanted``, by name; what moved nothing is absent.

        Each step of a row's way down a tree changes the expected value; the change counts for the feature asked about
        there (Saabas, "Interpreting random forests", 2014). For the first of two classes the sign is turned where only
        the second one has trees.
        """
        place = self.classes.index(wanted)
        sign = 1.0
        if place not in self.tree_classes:
            place, sign = 1 - place, -1.0
        values = np.asarray(row, dtype=np.float64)
        moved = np.zeros(len(self.features))
        nodes = self.roots[self.tree_classes == place]
        for _ in range(self.depth):
            features = self.feature[nodes]
            after = self.children[2 * nodes + (values[features] > self.threshold[nodes])]
            moved += np.bincount(features, self.value[after] - self.value[nodes], len(moved))
            nodes = after
        return {self.features[each]: sign * float(moved[each]) for each in np.flatnonzero(moved)}

    def _scores(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        count, width = rows.shape
        if width != len(self.features):
            raise ValueError(f"rows of {width} features, where the model has {len(self.features)}")
        scores = np.zeros((count, len(self.classes)))
        present, firsts = np.unique(self.tree_classes, return_index=True)
        if len(present):
            for start in range(0, count, _ROWS):
                values = self._leaves(np.ascontiguousarray(rows[start : start + _ROWS]))
                scores[start : start + _ROWS, present] = np.add.reduceat(values, firsts, axis=1)
        return scores

    def _leaves(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value of the leaf that each row reaches in each tree: (rows, trees).

        Places are of the size that numpy indexes with, so that none is converted; they are all valid (``trees_of``), so
        that "wrap" changes nothing and saves the check. ``take`` is twice as fast as an index.
        """
        count, width = rows.shape
        flat = rows.ravel()
        starts = (np.arange(count, dtype=np.intp) * width)[:, None]
        nodes = np.repeat(self.roots[None, :], count, axis=0)
        for _ in range(self.depth):
            places = self.feature.take(nodes, mode="wrap")
            places += starts
            goes_right = flat.take(places, mode="wrap") > self.threshold.take(nodes, mode="wrap")
            nodes += nodes
            nodes += goes_right
            nodes = self.children.take(nodes, mode="wrap")
        return self.value.take(nodes, mode="wrap")


@functools.cache
def packaged_trees(name: str) -> BoostedTrees:
    """The model of ``pipelines/models/NAME.json``."""
    text = importlib.resources.files("pipelines.models").joinpath(f"{name}.json").read_text(encoding="utf-8")
    try:
        return trees_of(json.loads(text))
    except (WeightsError, json.JSONDecodeError) as error:
        raise WeightsError(f"{name}.json: {error}") from error


def trees_of(table: Mapping[str, Any]) -> BoostedTrees:
    """The model of a decoded file; :class:`WeightsError` where it lacks something or points outside itself."""
    missing = [key for key in ("features", "classes", "depth", "roots", "tree_classes", *_NODES) if key not in table]
    if missing:
        raise WeightsError(f"no {', '.join(missing)}")
    nodes = len(table["feature"])
    if any(len(table[key]) != nodes for key in _NODES) or len(table["roots"]) != len(table["tree_classes"]):
        raise WeightsError("lists of unequal length")
    children = np.asarray([table["left"], table["right"]], dtype=np.intp).T.ravel()
    by_class = np.argsort(np.asarray(table["tree_classes"], dtype=np.intp), kind="stable")
    trees = BoostedTrees(
        features=tuple(table["features"]),
        classes=tuple(table["classes"]),
        depth=int(table["depth"]),
        roots=np.asarray(table["roots"], dtype=np.intp)[by_class],
        tree_classes=np.asarray(table["tree_classes"], dtype=np.intp)[by_class],
        feature=np.asarray(table["feature"], dtype=np.intp),
        threshold=np.asarray(table["threshold"], dtype=np.float64),
        children=children,
        value=np.asarray(table["value"], dtype=np.float64),
    )
    for array, limit in (
        (trees.roots, nodes),
        (trees.children, nodes),
        (trees.tree_classes, len(trees.classes)),
        (trees.feature, len(trees.features)),
    ):
        if array.size and not 0 <= int(array.min()) <= int(array.max()) < limit:
            raise WeightsError("a node, class or feature that is not there")
    return trees
