"""Train the model that tells copies from look-alikes, cross-validated by event (``benchmarks.training duplicates``)."""

import argparse
import collections
import gzip
import json
import logging
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pipelines.models
from benchmarks.training.boosting import fit_trees, write_table
from benchmarks.training.pair_groups import event_groups
from pipelines.duplicates.comparison import MIN_WORDS, MODEL, compare, has_other_facts, measure
from pipelines.duplicates.likeness import FEATURES, Pair, features_of
from pipelines.models.tree_walk import TreeWalk

logger = logging.getLogger(__name__)

WEIGHTS = Path(pipelines.models.__path__[0]) / f"{MODEL}.json"
CLASSES = ("different", "duplicate")
HARSH = ("cut60", "teaser", "words15")
"""Kinds of edits that cut or change more than anybody must see through: they weigh half, and no rate counts them."""
REAL = "real"
"""The kind of pairs as published; every other kind is an edit made of a real text."""

# Chosen by cross-validation on the pairs.
ROUNDS = 120
PARAMETERS = {
    "learning_rate": 0.08,
    "num_leaves": 6,
    "max_depth": 4,
    "min_data_in_leaf": 25,
    "lambda_l2": 5.0,
    "feature_fraction": 0.4,
    "monotone_constraints": list(FEATURES.values()),
}
LOOK_ALIKES = 3.0
"""How much more the different pairs of a language weigh than the duplicates: a wrong join loses an article."""
REAL_LOOK_ALIKES = 2.0
"""How much more a real different pair weighs than an edited one, beside its own weight."""

Row = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, help="pairs, one JSON object a line; .gz is read")
    parser.add_argument("--folds", type=int, default=10, help="of events; 0 leaves the cross-validation out")
    parser.add_argument("--repeat", type=int, default=3, help="cross-validate with so many other folds")
    parser.add_argument("--write", action="store_true", help=f"train on all pairs and write {WEIGHTS.name}")


def run(args: argparse.Namespace) -> None:
    """Cross-validate, tell the figures, and write the weights where that is asked for."""
    rows = list(read_pairs(args.file))
    pairs = [measure(row["a"]["text"], row["b"]["text"], row["language"]) for row in rows]
    print_rates("packaged weights", rows, [_is_joined(row) for row in rows])
    groups = event_groups([(row["a"]["text"], row["b"]["text"], row["language"]) for row in rows])
    print(f"{len(rows)} pairs of {len(set(groups))} events")
    for seed in range(args.repeat if args.folds else 0):
        probabilities = cross_validate(rows, pairs, groups, args.folds, seed)
        for threshold in (0.5, 0.6, 0.7):
            joined = decisions(rows, pairs, probabilities, threshold)
            print_rates(f"out of fold, folds {seed}, threshold {threshold}", rows, joined)
    if args.write:
        write_table(WEIGHTS, train(rows, pairs))


def read_pairs(path: Path) -> Iterator[Row]:
    """Every pair labelled ``duplicate`` or ``different``; a line that is no pair is named and skipped.

    A pair has ``language``, ``kind``, ``label``, perhaps ``weight``, and two texts ``a`` and ``b`` with ``text``.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                texts = [row[side]["text"] for side in ("a", "b")]
                known = row["label"] in CLASSES and all(isinstance(text, str) for text in [*texts, row["language"]])
            except (ValueError, KeyError, TypeError) as error:
                logger.warning("%s, line %d: no pair: %r", path, number, error)
                continue
            if known:
                yield row


def train(rows: Sequence[Row], pairs: Sequence[Pair | None]) -> dict[str, Any]:
    """The table of a model trained on the pairs that are measured."""
    known = [(row, pair) for row, pair in zip(rows, pairs, strict=True) if pair is not None]
    features = np.array([features_of(pair) for _, pair in known], dtype=np.float64)
    labels = [CLASSES.index(row["label"]) for row, _ in known]
    weights = pair_weights([row for row, _ in known])
    return fit_trees(features, labels, list(FEATURES), CLASSES, ROUNDS, weights, PARAMETERS)


def pair_weights(rows: Sequence[Row]) -> list[float]:
    """How much each pair counts: the pairs of a language and label alike, real ones by how often their kind occurs."""
    weights = [float(row.get("weight", 1.0)) * (0.5 if row["kind"] in HARSH else 1.0) for row in rows]
    sums: collections.Counter[tuple[str, str]] = collections.Counter()
    for place, row in enumerate(rows):
        if row["label"] == CLASSES[0] and row["kind"] == REAL:
            weights[place] *= REAL_LOOK_ALIKES
        sums[row["language"], row["label"]] += weights[place]  # type: ignore[assignment]  # a Counter adds floats
    totals = {CLASSES[0]: 1_000 * LOOK_ALIKES, CLASSES[1]: 1_000.0}
    return [
        weight * totals[row["label"]] / (sums[row["language"], row["label"]] or 1)
        for weight, row in zip(weights, rows, strict=True)
    ]


def cross_validate(
    rows: Sequence[Row], pairs: Sequence[Pair | None], groups: Sequence[int], folds: int, seed: int
) -> NDArray[np.float64]:
    """The probability of each pair by a model that has seen no pair of its event; 0 where it is not measured."""
    events = sorted(set(groups))
    random.Random(seed).shuffle(events)  # noqa: S311
    numbers = {event: place % folds for place, event in enumerate(events)}
    probabilities = np.zeros(len(rows))
    for fold in range(folds):
        known = [place for place, group in enumerate(groups) if numbers[group] != fold]
        model = TreeWalk(train([rows[place] for place in known], [pairs[place] for place in known]))
        for place, group in enumerate(groups):
            pair = pairs[place]
            if numbers[group] == fold and pair is not None:
                probabilities[place] = model.probability(features_of(pair))
    return probabilities


def decisions(
    rows: Sequence[Row], pairs: Sequence[Pair | None], probabilities: NDArray[np.float64], threshold: float
) -> list[bool]:
    """Which pairs are joined where the model speaks by these probabilities, and ``compare`` where it does not."""
    return [
        bool(probability >= threshold) and not has_other_facts(pair)
        if pair and pair.words >= MIN_WORDS and pair.aligned.runs
        else _is_joined(row)
        for row, pair, probability in zip(rows, pairs, probabilities, strict=True)
    ]


def _is_joined(row: Row) -> bool:
    return compare(row["a"]["text"], row["b"]["text"], row["language"]).kind != "different"


def print_rates(title: str, rows: Sequence[Row], joined: Sequence[bool]) -> None:
    """How many pairs of each language are joined, weighted, and of each kind that is not all right."""
    print(f"{title}:")
    for language in sorted({row["language"] for row in rows}):
        sums: dict[tuple[str, bool], float] = collections.defaultdict(float)
        kinds: dict[tuple[str, str], list[bool]] = collections.defaultdict(list)
        for row, is_joined in zip(rows, joined, strict=True):
            if row["language"] == language:
                kinds[row["label"], row["kind"]].append(is_joined)
                sums[row["label"], is_joined] += 0 if row["kind"] in HARSH else row.get("weight", 1.0)
        hit, false = (sums[label, True] / ((sums[label, True] + sums[label, False]) or 1) for label in CLASSES[::-1])
        score = 2 * hit / (1 + hit + false)
        rates = {key: sum(values) / len(values) for key, values in sorted(kinds.items())}
        wrong = [f"{label} {kind} {rate:.2f}" for (label, kind), rate in rates.items() if rate not in (0.0, 1.0)]
        print(f"  {language} recall {hit:.4f} false {false:.4f} F1 {score:.4f}; joined: {', '.join(wrong)}")
