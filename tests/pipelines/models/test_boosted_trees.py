import json
import math
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest

from benchmarks.training.boosting import fit_trees, table_of, write_table
from pipelines.models.boosted_trees import WeightsError, trees_of

# One tree for the second of two classes: "long" at most 2 leads to -1, above to +1.
_ONE_TREE: dict[str, Any] = {
    "features": ["short", "long"],
    "classes": ["no", "yes"],
    "depth": 1,
    "roots": [0],
    "tree_classes": [1],
    "feature": [1, 0, 0],
    "threshold": [2.0, 0.0, 0.0],
    "left": [1, 1, 2],
    "right": [2, 1, 2],
    "value": [0.25, -1.0, 1.0],
}


def test_a_row_goes_left_up_to_the_threshold_and_right_above_it() -> None:
    low, high = trees_of(_ONE_TREE).probabilities(np.array([[9.0, 2.0], [0.0, 2.1]]))
    assert low[1] == pytest.approx(1 / (1 + math.e))
    assert high[1] == pytest.approx(1 / (1 + math.exp(-1)))
    assert low.sum() == pytest.approx(1.0)


def test_a_feature_that_moved_the_score_is_named_with_how_far() -> None:
    trees = trees_of(_ONE_TREE)
    assert trees.contributions([0.0, 3.0], "yes") == {"long": 0.75}
    assert trees.contributions([0.0, 3.0], "no") == {"long": -0.75}


def test_no_rows_give_no_probabilities() -> None:
    assert trees_of(_ONE_TREE).probabilities(np.zeros((0, 2))).shape == (0, 2)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="3 features"):
        trees_of(_ONE_TREE).probabilities(np.zeros((1, 3)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"roots": [7]}, "not there"),
        ({"feature": [5, 0, 0]}, "not there"),
        ({"left": [1, 1]}, "unequal"),
        ({"threshold": [1.0]}, "unequal"),
    ],
)
def test_weights_that_point_outside_themselves_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(WeightsError, match=message):
        trees_of({**_ONE_TREE, **change})


def test_weights_without_a_list_are_refused_by_its_name() -> None:
    with pytest.raises(WeightsError, match="no value"):
        trees_of({key: value for key, value in _ONE_TREE.items() if key != "value"})


@pytest.mark.parametrize("classes", [2, 4])
def test_what_is_written_predicts_as_the_library_that_fitted_it(tmp_path: Path, classes: int) -> None:
    random = np.random.default_rng(7)
    rows = random.normal(size=(300, 5))
    labels = [int(row[0] > 0) + int(row[1] > 0.3) + int(row[2] > 0) for row in rows]
    labels = [min(label, classes - 1) for label in labels]
    names = [f"class {number}" for number in range(classes)]
    objective = {"objective": "binary"} if classes == 2 else {"objective": "multiclass", "num_class": classes}
    booster = lightgbm.train(
        {**objective, "num_threads": 1, "verbosity": -1, "seed": 3}, lightgbm.Dataset(rows, label=labels), 20
    )
    write_table(tmp_path / "weights.json", table_of(booster.dump_model(), list("abcde"), names))
    trees = trees_of(json.loads((tmp_path / "weights.json").read_text(encoding="utf-8")))
    expected = np.asarray(booster.predict(rows))
    given = trees.probabilities(rows)
    np.testing.assert_allclose(given[:, 1] if classes == 2 else given, expected, atol=1e-4)


def test_the_same_rows_fit_the_same_trees() -> None:
    rows = np.random.default_rng(1).normal(size=(200, 3))
    labels = [int(row[0] + row[1] > 0) for row in rows]
    first, second = (fit_trees(rows, labels, list("abc"), ["no", "yes"], rounds=15) for _ in range(2))
    assert first == second


def test_the_scores_of_several_seeds_are_averaged() -> None:
    rows = np.random.default_rng(3).normal(size=(200, 4))
    labels = [int(row[0] + row[1] * row[2] > 0) for row in rows]
    names, kinds = ("a", "b", "c", "d"), ("no", "yes")
    alone = [trees_of(fit_trees(rows, labels, names, kinds, 5, seeds=(seed,))) for seed in (1, 2)]
    both = trees_of(fit_trees(rows, labels, names, kinds, 5, seeds=(1, 2)))
    odds = [np.log(model.probabilities(rows)[:, 1] / model.probabilities(rows)[:, 0]) for model in (*alone, both)]
    assert np.allclose(odds[2], (odds[0] + odds[1]) / 2, atol=1e-3)
