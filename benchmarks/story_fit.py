"""Fits the weights by which stories are told, and writes them.

It learns from the events of tests/support/story_events (the development parts), which were written for it, and from
pairs of real articles (real_story_pairs.csv). Of the latter only the features are kept, since the texts are their
publishers'. All real pairs of articles near in time were compared, and the stories that came out were read: the pairs
of one event are right, all others wrong. Pairs that no weights come near to joining are left out.

    python -m benchmarks.story_fit            cross-validation by event, and the weights that would be written
    python -m benchmarks.story_fit --write    writes pipelines/rules/story_weights.toml
    python -m benchmarks.story_fit --check    exit code 1 where that file has other weights

A logistic regression for each kind of pair (one language, two languages) on all pairs that lie near in time. Every
weight keeps the sign of its sense: what is shared counts for one event, what differs against it.
"""

import argparse
import csv
import dataclasses
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.stories.cluster import cluster_articles
from pipelines.stories.profile import COUNTED, story_keys, story_terms
from pipelines.stories.similarity import WINDOW, Likeness, Rarity, Weights, likelihood, likeness
from storage.stories.term_index import ALL, week_of
from storage.story_rules import StoryMember
from tests.support.story_events import FITTED, EventArticle, Score, articles_of, near_events, scores_by

FILE = Path(__file__).parents[1] / "pipelines" / "rules" / "story_weights.toml"
PENALTY = 0.3
"""Of the squared weights, against the sum of the pairs' losses."""

CONFUSED = 2.0
"""What a pair of easily confused events counts: they are few, and what is wrong comes from them."""

REAL, REAL_RIGHT = 5.0, 8.0
"""What a pair of real articles of two events, and of one, counts: there are far fewer than written pairs."""

UNDATED = 0.05
"""The share of written pairs that are taken a second time, as if the publisher's time were unknown."""

REAL_PAIRS = Path(__file__).with_name("real_story_pairs.csv")

FOLDS = 6
LEAST_GAP = 0.2
"""What a day between two articles counts against them at least: the written events lie only days apart."""

TOGETHER, TOGETHER_ACROSS, PAIR, PAIR_ACROSS = 0.6, 0.3, 0.8, 0.5
"""Chosen by cross-validation on written events and on real pairs (docs/training.md)."""

SHARED = ("words", "leading_words", "titles", "topics", "facts", "names", "numbers", "days", "leads")
DIFFERENT = (
    "other_numbers",
    "other_days",
    "other_heads",
    "other_ordinals",
    "other_scores",
    "other_names",
    "other_titles",
    "no_reports",
    "undated",
    "gap",
)

OF_AN_ARTICLE = ("no_reports", "undated")
"""Features that do not depend on languages. There are no real pairs across languages to learn them from."""

DECISION = (TOGETHER, TOGETHER_ACROSS, PAIR, PAIR_ACROSS)

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """Two articles near in time, by their places among the parts' articles."""

    one: int
    other: int
    same_language: bool
    same_event: bool
    near: bool
    apart: bool
    features: Mapping[str, float]


def members_of(articles: Sequence[EventArticle]) -> list[StoryMember]:
    """The articles as stories see them, none in a story yet."""
    return [
        StoryMember(number, None, a.language, a.at, story_terms(a.title, a.text, a.language, a.at))
        for number, a in enumerate(articles)
    ]


class Weeks:
    """How many articles have each term, by week."""

    def __init__(self, members: Iterable[StoryMember]) -> None:
        self._counts: dict[int, Counter[int]] = defaultdict(Counter)
        for member in members:
            self._counts[week_of(member.at)].update((ALL, *story_keys(member.terms, member.language)))

    def rarity(self, member: StoryMember) -> Rarity:
        """Weigh terms as a pass does: by the weeks around the article that is compared with others."""
        weeks = [self._counts[week_of(member.at) + step] for step in (-1, 0, 1)]
        keys = story_keys(member.terms, member.language)[:COUNTED]
        return Rarity({key: sum(week[key] for week in weeks) for key in keys}, sum(week[ALL] for week in weeks))


def near_pairs(members: Sequence[StoryMember]) -> Iterator[tuple[int, int, Likeness]]:
    """Compare all pairs that share a term and lie near in time, as a pass does; places in ``members``."""
    weeks, order = Weeks(members), sorted(range(len(members)), key=lambda place: (members[place].at, place))
    for number, one in enumerate(order):
        rarity = weeks.rarity(members[one])
        for other in reversed(order[:number]):
            known = likeness(members[one], members[other], rarity)
            if known.features["gap"] > WINDOW:
                break
            if known.shared:
                yield one, other, known


def pairs_of(articles: Sequence[EventArticle], members: Sequence[StoryMember]) -> list[Pair]:
    """All pairs that can be compared at all."""
    found, near = [], near_events(*FITTED)
    for one, other, known in near_pairs(members):
        same = members[one].language == members[other].language
        event, that = articles[one].event, articles[other].event
        confused = that in near.get(event, ()) or event in near.get(that, ())
        found.append(Pair(one, other, same, event == that, confused, known.apart, known.features))
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class RealPair:
    """Two real articles; ``fold`` is that of the first one's site."""

    fold: int
    same_language: bool
    same_event: bool
    features: Mapping[str, float]


def real_pairs() -> list[RealPair]:
    """Read the pairs of real articles."""
    with REAL_PAIRS.open(encoding="ascii", newline="") as file:
        return [
            RealPair(
                int(row.pop("fold")),
                row.pop("same_language") == "1",
                row.pop("same_event") == "1",
                {name: float(value) for name, value in row.items()},
            )
            for row in csv.DictReader(file)
        ]


def fit(pairs: Sequence[Pair], real: Sequence[RealPair], *, same_language: bool) -> dict[str, float]:
    """Fit one kind of pair; weights that are nothing are left out."""
    chosen: list[Pair | RealPair] = [pair for pair in pairs if pair.same_language == same_language]
    chosen += [pair for pair in real if pair.same_language == same_language]
    names = [name for name in (*SHARED, *DIFFERENT) if same_language or name not in ("words", "leading_words")]
    chosen += [dataclasses.replace(pair, features={**pair.features, "undated": 1.0}) for pair in _some(chosen)]
    values = np.array([[1.0, *(pair.features[name] for name in names)] for pair in chosen])
    signs = np.array([0.0, *(1.0 if name in SHARED else -1.0 for name in names)])
    weights = _minimise(values, np.array([float(pair.same_event) for pair in chosen]), signs, _shares(chosen))
    found = {name: round(float(weight), 2) for name, weight in zip(("bias", *names), weights, strict=True)}
    found["gap"] = min(found["gap"], -LEAST_GAP)
    return {name: weight for name, weight in found.items() if weight}


def _some(pairs: Sequence[Pair | RealPair]) -> list[Pair]:
    """Choose UNDATED of the written pairs."""
    written_pairs = [pair for pair in pairs if isinstance(pair, Pair)]
    return written_pairs[:: round(1 / UNDATED)]


def _shares(pairs: Sequence[Pair | RealPair]) -> Floats:
    """What each pair counts."""
    return np.array(
        [
            (CONFUSED if pair.near else 1.0) if isinstance(pair, Pair) else REAL_RIGHT if pair.same_event else REAL
            for pair in pairs
        ]
    )


def _minimise(values: Floats, truth: Floats, signs: Floats, shares: Floats, steps: int = 4_000) -> Floats:
    """Accelerated projected gradients: the loss is convex, and the signs are half-spaces."""
    penalty = np.where(signs == 0, 0.0, PENALTY)
    rate = 1 / (0.25 * float(np.linalg.eigvalsh(values.T @ (shares[:, None] * values))[-1]) + PENALTY)
    weights = ahead = np.zeros(values.shape[1])
    for step in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(values @ ahead, -30, 30)))
        moved = ahead - rate * (values.T @ (shares * (chance - truth)) + penalty * ahead)
        moved = np.where(signs * moved < 0, 0.0, moved)
        ahead = moved + step / (step + 3) * (moved - weights)
        weights = moved
    return np.asarray(weights)


def fitted(pairs: Sequence[Pair], real: Sequence[RealPair]) -> Weights:
    """Weights of both kinds."""
    same, across = (fit(pairs, real, same_language=same_language) for same_language in (True, False))
    return Weights(same, {**across, **{name: same[name] for name in OF_AN_ARTICLE if name in same}}, *DECISION)


def grouped(articles: Sequence[EventArticle], pairs: Sequence[Pair], weights: Weights) -> dict[str, int]:
    """Cluster the articles by these weights; the story of each address."""
    logits = [(pair, likelihood(pair.features, weights, same_language=pair.same_language)) for pair in pairs]
    clusters = cluster_articles(
        range(len(articles)),
        {(pair.one, pair.other): weight for pair, weight in logits},
        [(pair.one, pair.other) for pair in pairs if pair.apart],
        {(pair.one, pair.other) for pair in pairs if not pair.same_language},
        weights,
    )
    return {articles[number].url: story for story, cluster in enumerate(clusters) for number in cluster}


def folds() -> dict[str, int]:
    """The fold of each event: events that are easily confused are in one, so that none is fitted to and tested on."""
    near = near_events(*FITTED)
    fold: dict[str, int] = {}
    number = 0
    for event in near:
        if event in fold:
            continue
        waiting = [event]
        while waiting:
            member = waiting.pop()
            if fold.setdefault(member, number % FOLDS) == number % FOLDS:
                waiting += [
                    other for other in near if other not in fold and (other in near[member] or member in near[other])
                ]
        number += 1
    return fold


def cross_validated(articles: Sequence[EventArticle], pairs: Sequence[Pair]) -> dict[str, Score]:
    """Judge each pair of articles by weights that were fitted without the events of the first one's fold."""
    fold_of, found, real = folds(), [], real_pairs()
    for fold in range(FOLDS):
        events = {event for event in fold_of if fold_of[event] == fold}
        outside = [p for p in pairs if not {articles[p.one].event, articles[p.other].event} & events]
        found.append(grouped(articles, pairs, fitted(outside, [pair for pair in real if pair.fold != fold])))

    def together(one: EventArticle, other: EventArticle) -> bool:
        stories = found[fold_of[one.event]]
        return stories[one.url] == stories[other.url]

    return scores_by(articles, together)


def written(weights: Weights) -> str:
    """The file of rules."""
    lines = [
        "# How much each feature of two articles says that they tell of one event (pipelines/stories/similarity.py):",
        "# logistic regressions on the pairs of tests/support/story_events/development*.toml and on real pairs.",
        "# Written by python -m benchmarks.story_fit --write.",
    ]
    names = ("together", "together_across", "pair", "pair_across")
    decision = {name: getattr(weights, name) for name in names}
    for name, table in (("same_language", weights.same), ("across_languages", weights.across), ("decision", decision)):
        lines += ["", f"[{name}]", *(f"{feature} = {weight}" for feature, weight in table.items())]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.story_fit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name} instead of printing it")
    parser.add_argument("--check", action="store_true", help=f"fail where {FILE.name} has other weights")
    options = parser.parse_args()
    articles = articles_of(*FITTED)
    members = members_of(articles)
    pairs = pairs_of(articles, members)
    if options.check:
        return 0 if FILE.read_text(encoding="utf-8") == written(fitted(pairs, real_pairs())) else 1
    for kind, score in cross_validated(articles, pairs).items():
        print(f"cross-validated, {kind}: precision {score.precision:.3f}, recall {score.recall:.3f}")
    rules = written(fitted(pairs, real_pairs()))
    if options.write:
        FILE.write_text(rules, encoding="utf-8")
    else:
        print(rules, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
