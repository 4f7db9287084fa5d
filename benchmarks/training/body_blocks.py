"""Train the model that tells an article's blocks, cross-validated by site."""

import argparse
import collections
import dataclasses
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
from pipelines.html.plain_text import word_characters
from pipelines.html.text_blocks import TextBlock
from pipelines.models.boosted_trees import trees_of
from pipelines.text.arbiter import CLASSES, MODEL, BlockEvidence, decide
from pipelines.text.block_features import BLOCK_NAMES
from pipelines.text.confirmed import confirmed

WEIGHTS = Path(pipelines.models.__path__[0]) / f"{MODEL}.json"
# Chosen by cross-validation on the annotated pages.
ROUNDS = 150
PARAMETERS = {
    "learning_rate": 0.06,
    "num_leaves": 12,
    "max_depth": 6,
    "min_data_in_leaf": 20,
    "lambda_l2": 2.0,
    "feature_fraction": 0.3,
}
_CLEAR = (0.2, 0.8)  # shares of a block in the true text between which it is neither
_HEAVY, _LEAST = 60.0, 3.0  # Japanese characters that a block counts for, at most and beside its length
_WHOLE_PAGE = 200.0  # Japanese characters from which a page's blocks count for 1 together
_PHRASE = 0.2  # what a block counts for of which a phrase of the truth says whether it is the article's
_NEWS_WEIGHT = 2.0  # of pages with a whole text and no type: news
_PHRASE_WEIGHT = 1.3


@dataclasses.dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page's blocks with their truth: one entry of ``labels`` and ``counts`` a block of ``evidence.places``.

    ``labels`` is 1 for the article's blocks, 0 for others, -1 where the truth says nothing; ``counts`` is what a block
    weighs in the training, ``weights`` its length in the figures.
    """

    site: str
    name: str
    evidence: BlockEvidence
    labels: NDArray[np.intp]
    counts: NDArray[np.float64]
    weights: NDArray[np.float64]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folders", nargs="+", type=Path, help="with pages.warc.gz, and truth.jsonl or text.jsonl")
    parser.add_argument("--folds", type=int, default=5, help="of sites; 0 leaves the cross-validation out")
    parser.add_argument("--write", action="store_true", help=f"train on all pages and write {WEIGHTS.name}")


def run(args: argparse.Namespace) -> None:
    """Cross-validate, tell the figures, and write the weights where that is asked for."""
    pages = [page for folder in args.folders for truth in read_truths(folder) for page in labelled_pages(truth)]
    if args.folds:
        _print_figures(pages, cross_validate(pages, args.folds))
    if args.write:
        write_table(WEIGHTS, train(pages))


def labelled_pages(truth: TruePage) -> list[LabelledPage]:
    """The page's blocks with their truth; empty where the truth says nothing of them."""
    if truth.page_type not in ("", "article") or not (truth.text or truth.wanted or truth.unwanted):
        return []
    evidence = read_evidence(truth.raw, BlockEvidence)
    if evidence is None:
        return []
    shares = label_blocks(evidence.blocks, truth)[evidence.places]
    labels = np.where(shares < 0, -1, (shares > 0.5).astype(np.intp))
    labels[(shares > _CLEAR[0]) & (shares < _CLEAR[1])] = -1
    weights = evidence.weights[evidence.places]
    votes = dataclasses.replace(evidence.votes, containers=())
    slim = dataclasses.replace(evidence, blocks=(), votes=votes)  # no elements: they hold the page's tree
    return [LabelledPage(truth.site, truth.name, slim, labels, _counts(truth, labels, weights), weights)]


def label_blocks(blocks: Sequence[TextBlock], truth: TruePage) -> NDArray[np.float64]:
    """The share of each block that is in the article, -1 where the truth does not tell."""
    shares = np.full(len(blocks), -1.0)
    if truth.text:
        shares[:] = confirmed(blocks, word_characters(truth.text))
    for phrases, share in ((truth.wanted, 1.0), (truth.unwanted, 0.0)):
        said = [" ".join(phrase.split()) for phrase in phrases]
        for place, block in enumerate(blocks):
            if any(phrase in block.text for phrase in said):
                shares[place] = share
    return shares


def _counts(truth: TruePage, labels: NDArray[np.intp], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    if not truth.text:
        return np.full(len(labels), _PHRASE * _PHRASE_WEIGHT)
    counts = np.minimum(weights, _HEAVY) + _LEAST
    counts /= max(_WHOLE_PAGE, float(counts[labels >= 0].sum()))
    return counts if truth.page_type else counts * _NEWS_WEIGHT


def train(pages: Sequence[LabelledPage]) -> dict[str, Any]:
    """The table of a model trained on these pages."""
    known = [page.labels >= 0 for page in pages]
    rows = np.vstack([page.evidence.rows[told] for page, told in zip(pages, known, strict=True)])
    labels = np.concatenate([page.labels[told] for page, told in zip(pages, known, strict=True)])
    counts = np.concatenate([page.counts[told] for page, told in zip(pages, known, strict=True)])
    weights = (counts / counts.mean()).tolist()
    return fit_trees(rows, labels.tolist(), BLOCK_NAMES, CLASSES, ROUNDS, weights, PARAMETERS)


def cross_validate(pages: Sequence[LabelledPage], folds: int) -> list[NDArray[np.float64]]:
    """The probability of each page's blocks to be the article's, by a model that has seen no page of its site."""
    sites = sorted({page.site for page in pages})
    random.Random(1).shuffle(sites)  # noqa: S311
    fold_of = {site: place % folds for place, site in enumerate(sites)}
    probabilities: list[NDArray[np.float64]] = [np.zeros(0)] * len(pages)
    for fold in range(folds):
        model = trees_of(train([page for page in pages if fold_of[page.site] != fold]))
        for place, page in enumerate(pages):
            if fold_of[page.site] == fold:
                probabilities[place] = model.probabilities(page.evidence.rows)[:, 1]
    return probabilities


def _print_figures(pages: Sequence[LabelledPage], probabilities: Sequence[NDArray[np.float64]]) -> None:
    """How well rules and model tell the known blocks of each folder, by their length."""
    counts: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for page, likely in zip(pages, probabilities, strict=True):
        by_rules = np.flatnonzero(page.evidence.votes.rules).tolist()
        for way, kept in (("rules", by_rules), ("model", decide(page.evidence, likely))):
            is_kept = np.isin(page.evidence.places, kept)
            count = counts[page.name, way]
            count["hit"] += int(page.weights[is_kept & (page.labels == 1)].sum())
            count["wrong"] += int(page.weights[is_kept & (page.labels == 0)].sum())
            count["missed"] += int(page.weights[~is_kept & (page.labels == 1)].sum())
            count["pages"] += 1
    for (name, way), count in sorted(counts.items()):
        f1 = 2 * count["hit"] / (2 * count["hit"] + count["wrong"] + count["missed"] or 1)
        print(f"{name:14}{way:7} {count['pages']:5} pages, F1 of the known blocks {f1:.4f}, {dict(count)}")
