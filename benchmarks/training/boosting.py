"""Fit gradient-boosted trees with LightGBM and write them as :mod:`pipelines.models.boosted_trees` reads them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

_NODES = ("feature", "threshold", "left", "right", "value")
_DIGITS = 6  # significant digits of thresholds and values

DEFAULTS: Mapping[str, Any] = {
    "learning_rate": 0.1,
    "num_leaves": 15,
    "max_depth": 6,
    "min_data_in_leaf": 10,
    "lambda_l2": 1.0,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
}
_FIXED: Mapping[str, Any] = {
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "seed": 1,
}


def fit_trees(
    rows: NDArray[np.float64],
    labels: Sequence[int],
    features: Sequence[str],
    classes: Sequence[str],
    rounds: int,
    weights: Sequence[float] | None = None,
    parameters: Mapping[str, Any] | None = None,
    seeds: Sequence[int] = (1,),
) -> dict[str, Any]:
    """The table of a fitted model, as the weights' file has it; the same input gives the same table.

    ``rows`` is (rows, features), finite; ``labels`` are places in ``classes``; ``weights`` one number a row. With
    several ``seeds`` the scores of as many models are averaged.
    """
    objective: dict[str, Any] = (
        {"objective": "binary"} if len(classes) == 2 else {"objective": "multiclass", "num_class": len(classes)}
    )
    data = lightgbm.Dataset(rows, label=np.asarray(labels), weight=None if weights is None else np.asarray(weights))
    settings = {**DEFAULTS, **(parameters or {}), **_FIXED, **objective}
    boosters = [lightgbm.train({**settings, "seed": seed}, data, num_boost_round=rounds) for seed in seeds]
    return joined([table_of(booster.dump_model(), features, classes) for booster in boosters])


def joined(tables: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One model whose scores are the means of those of the given ones."""
    first = tables[0]
    lists: dict[str, list[Any]] = {key: [] for key in ("roots", "tree_classes", *_NODES)}
    for table in tables:
        start = len(lists["feature"])
        lists["tree_classes"] += table["tree_classes"]
        lists["feature"] += table["feature"]
        lists["threshold"] += table["threshold"]
        lists["value"] += [_rounded(value / len(tables)) for value in table["value"]]
        for key in ("roots", "left", "right"):
            lists[key] += [node + start for node in table[key]]
    depth = max(table["depth"] for table in tables)
    return {"features": first["features"], "classes": first["classes"], "depth": depth, **lists}


def table_of(model: Mapping[str, Any], features: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
    """LightGBM's dumped model as flat lists of nodes."""
    lists: dict[str, list[Any]] = {key: [] for key in _NODES}
    roots, tree_classes, depth = [], [], 0
    per_round = model["num_tree_per_iteration"]
    for number, tree in enumerate(model["tree_info"]):
        roots.append(len(lists["feature"]))
        tree_classes.append(number % per_round if per_round > 1 else 1)
        depth = max(depth, _add_node(lists, tree["tree_structure"]))
    return {
        "features": list(features),
        "classes": list(classes),
        "depth": depth,
        "roots": roots,
        "tree_classes": tree_classes,
        **lists,
    }


def _add_node(lists: dict[str, list[Any]], node: Mapping[str, Any]) -> int:
    """Appends a node and all below it; gives the number of steps from it to its deepest leaf."""
    place = len(lists["feature"])
    is_leaf = "leaf_value" in node
    lists["feature"].append(0 if is_leaf else node["split_feature"])
    lists["threshold"].append(0.0 if is_leaf else _rounded(node["threshold"]))
    lists["value"].append(_rounded(node["leaf_value"] if is_leaf else node["internal_value"]))
    lists["left"].append(place)
    lists["right"].append(place)
    if is_leaf:
        return 0
    lists["left"][place] = len(lists["feature"])
    left = _add_node(lists, node["left_child"])
    lists["right"][place] = len(lists["feature"])
    right = _add_node(lists, node["right_child"])
    return 1 + max(left, right)


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def write_table(path: Path, table: Mapping[str, Any]) -> None:
    """Writes the weights with one line a list, so that two versions can be compared."""
    lines = [f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in table.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
