"""Train the model that tells what a page is, cross-validated by site (``python -m benchmarks.training page-types``)."""

import argparse
import collections
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pipelines.models
from benchmarks.training.boosting import fit_trees, write_table
from benchmarks.training.evidence import read_evidence
from benchmarks.training.truths import TruePage, read_truths
from pipelines.models.boosted_trees import trees_of
from pipelines.text.page_evidence import Evidence
from pipelines.text.page_features import FEATURE_NAMES
from pipelines.text.page_type import CLASSES, MODEL, judge_with, page_row

WEIGHTS = Path(pipelines.models.__path__[0]) / f"{MODEL}.json"
# Chosen by cross-validation on the annotated pages.
ROUNDS = 200
PARAMETERS = {
    "learning_rate": 0.06,
    "num_leaves": 8,
    "max_depth": 5,
    "min_data_in_leaf": 8,
    "lambda_l2": 3.0,
    "feature_fraction": 0.4,
    "extra_trees": True,
}
# The words of the annotated sets, by the class of ours that they are.
_CLASS_OF = {
    "": "article",
    "article": "article",
    "listing": "listing",
    "collection": "listing",
    "search": "listing",
    "home": "home",
    "forum": "forum",
    "documentation": "documentation",
    "shop": "product",
    "product": "product",
    **dict.fromkeys(("login", "register", "password", "contact", "account"), "form"),
    "service": "other",
    "other": "other",
}
# How much a page counts: pages that are hard to tell from articles more, those for which either answer is right less.
_WEIGHT_OF = {
    **dict.fromkeys(("article", "listing", "collection", "service"), 1.5),
    **dict.fromkeys(("forum", "documentation"), 0.75),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folders", nargs="+", type=Path, help="with pages.warc.gz and truth.jsonl or links.jsonl")
    parser.add_argument("--folds", type=int, default=5, help="of sites; 0 leaves the cross-validation out")
    parser.add_argument("--write", action="store_true", help=f"train on all pages and write {WEIGHTS.name}")


def run(args: argparse.Namespace) -> None:
    """Cross-validate, tell the figures, and write the weights where that is asked for."""
    pages, evidence = _read(args.folders)
    rows = np.array([page_row(each) for each in evidence], dtype=np.float64)
    if args.folds:
        _print_figures(pages, evidence, cross_validate(pages, rows, args.folds))
    if args.write:
        write_table(WEIGHTS, train(pages, rows))


def _read(folders: Sequence[Path]) -> tuple[list[TruePage], list[Evidence]]:
    """The pages that are HTML, and what is known of each before it is judged."""
    pages, evidence = list[TruePage](), list[Evidence]()
    for folder in folders:
        for page in read_truths(folder):
            of_page = read_evidence(page.raw, Evidence)
            if of_page is not None:
                pages.append(page)
                evidence.append(of_page)
    return pages, evidence


def train(pages: Sequence[TruePage], rows: NDArray[np.float64]) -> dict[str, Any]:
    """The table of a model trained on these pages."""
    labels = [CLASSES.index(_CLASS_OF[page.page_type]) for page in pages]
    weights = [_WEIGHT_OF.get(page.page_type, 1.0) for page in pages]
    return fit_trees(rows, labels, FEATURE_NAMES, CLASSES, ROUNDS, weights, PARAMETERS)


def cross_validate(pages: Sequence[TruePage], rows: NDArray[np.float64], folds: int) -> NDArray[np.float64]:
    """The probabilities of each page's classes, (pages, classes), by a model that has seen no page of its site."""
    sites = sorted({page.site for page in pages})
    random.Random(1).shuffle(sites)  # noqa: S311
    numbers = {site: place % folds for place, site in enumerate(sites)}
    fold_of = np.array([numbers[page.site] for page in pages])
    probabilities = np.zeros((len(pages), len(CLASSES)))
    for fold in range(folds):
        known = np.flatnonzero(fold_of != fold)
        model = trees_of(train([pages[place] for place in known.tolist()], rows[known]))
        probabilities[fold_of == fold] = model.probabilities(rows[fold_of == fold])
    return probabilities


def _print_figures(pages: Sequence[TruePage], evidence: Sequence[Evidence], probabilities: NDArray[np.float64]) -> None:
    """How many pages of each word of the truth are taken for articles, and for which type."""
    verdicts = [judge_with(each, row) for each, row in zip(evidence, probabilities, strict=True)]
    counts: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for page, verdict in zip(pages, verdicts, strict=True):
        key = page.name, page.page_type or "article"
        counts[key]["pages"] += 1
        counts[key]["articles"] += verdict.kind == "article"
        counts[key][f"type {verdict.page_type}"] += 1
    for (name, kind), count in sorted(counts.items()):
        types = ", ".join(f"{key[5:]} {number}" for key, number in count.most_common() if key.startswith("type "))
        print(f"{name:14}{kind:15} taken for articles {count['articles']:4} of {count['pages']:4}; {types}")
