"""Training of the duplicate decision: pairs are read, grouped by event and weighed; one row is scored as many are."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from benchmarks.training.duplicates import pair_weights, read_pairs, train
from benchmarks.training.pair_groups import event_groups
from pipelines.duplicates.comparison import measure
from pipelines.duplicates.likeness import FEATURES, features_of
from pipelines.models.boosted_trees import packaged_trees
from pipelines.models.tree_walk import TreeWalk, packaged_walk
from tests.support.near_texts import japanese_report, report, tender


def _row(a: str, b: str, label: str, kind: str = "edit", weight: float = 1.0) -> dict[str, object]:
    return {"language": "en", "kind": kind, "label": label, "weight": weight, "a": {"text": a}, "b": {"text": b}}


def test_pairs_are_read_and_a_line_that_is_none_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = [_row("one", "two", "duplicate"), _row("one", "two", "update"), {"label": "duplicate"}]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\nno json\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert list(read_pairs(path)) == rows[:1]
    assert "line 3" in caplog.text
    assert "line 4" in caplog.text


def test_pairs_of_one_event_are_in_one_group() -> None:
    one, edited, other = report(1), report(1).replace("pounds", "euros"), report(2)
    groups = event_groups([(one, "a", "en"), (edited, "b", "en"), (other, "c", "en"), ("c", "d", "en")])
    assert groups[0] == groups[1] != groups[2] == groups[3]


def test_each_language_and_label_weighs_alike_and_look_alikes_more() -> None:
    rows = [_row("a", "b", "duplicate"), _row("a", "c", "duplicate"), _row("d", "e", "different", "real", 50.0)]
    assert pair_weights(rows) == [500.0, 500.0, 3_000.0]


def test_a_trained_model_knows_exchanged_facts_from_an_edit() -> None:
    texts = [report(number, 12) for number in range(40)]
    edits = [_row(text, text.replace(" said that ", " told us that "), "duplicate") for text in texts]
    facts = [
        _row(text, "".join(str((int(c) + 3) % 10) if c.isdigit() else c for c in text), "different") for text in texts
    ]
    rows = edits + facts
    pairs = [measure(row["a"]["text"], row["b"]["text"], "en") for row in rows]  # type: ignore[index]
    model = TreeWalk(train(rows, pairs))
    scores = [model.probability(features_of(pair)) for pair in (pairs[0], pairs[-1]) if pair]
    assert scores[0] > 0.9 > 0.1 > scores[1]


def test_one_row_is_scored_as_the_trees_score_many() -> None:
    walk, trees = packaged_walk("duplicates"), packaged_trees("duplicates")
    assert walk.features == trees.features == tuple(FEATURES)
    texts = [(report(1), report(1, 20), "en"), (japanese_report(1), japanese_report(1)[40:], "ja")]
    texts += [(tender(41, "3.80", "Wednesday"), tender(57, "3.55", "Friday"), "en")]
    rows = [features_of(pair) for pair in (measure(*each) for each in texts) if pair]
    assert len(rows) == len(texts)
    wanted = trees.probabilities(np.array(rows))[:, 1]
    assert [walk.probability(row) for row in rows] == pytest.approx(wanted.tolist())
