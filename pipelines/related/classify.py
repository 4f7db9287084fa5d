"""Classify each group of links on a page with a model.

The model is ``pipelines/models/related_lists.json``, trained by ``python -m benchmarks.training related`` from
annotated pages (``docs/training.md``).
"""

import dataclasses
import enum
import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.addresses.normalize import host_of
from pipelines.labels.class_names import is_named_ranking, is_named_related
from pipelines.labels.list_words import HEADING_SUBJECTS, heading_subjects
from pipelines.models.boosted_trees import BoostedTrees, packaged_trees
from pipelines.related.address_parts import address_parts
from pipelines.related.feature_table import FEATURE_NAMES, FeatureTable, feature_table
from pipelines.related.groups import NAVIGATION, LinkGroup, is_menu
from pipelines.related.link_index import is_known_host
from pipelines.related.page_context import PageContext
from storage.reading import ListKind

MODEL = "related_lists"
KINDS: tuple[ListKind, ...] = (*("related", "recommended", "ranking", "latest", "ad", "other", "inline", "navigation"),)
_NOT_RELATED = np.array([kind in ("ranking", "latest", "ad", "navigation") for kind in KINDS])
# How much other kinds speak for a list that may be given as related: a recommendation is no error among related links.
_RECOMMENDED, _OTHER = 1.0, 0.25
_LEAST_RELATED = 0.1
_NO_ARTICLES = frozenset(
    {"advertisement", "tags", "author", "share", "navigation"}
)  # kinds by headings (labels/headings.py)
_RELATED = HEADING_SUBJECTS.index("related")
_FIRST_LINKS = 8  # of a group whose addresses are looked at
_SHARES = 3  # links of a group whose hosts are looked up
_BEHIND, _BEHIND_ITEMS = 200, 3  # characters between the body and a list right behind it; items of that
_HOLDERS = 3  # elements round an item whose class may declare


class Standing(enum.IntEnum):
    """What is known of a group besides its features, and which least share for related it has."""

    PLAIN = 0
    IN_SENTENCE = 1
    DECLARED = 2  # its heading or class says that it is related
    NEVER = 3  # its heading says that it holds no articles, or paid ones, or its class that it is a ranking
    BEHIND = 4  # right behind the body, with addresses like the page's own, and nothing says what it is
    DECLARED_BEHIND = 5  # the same, but its class says that it is related


@dataclasses.dataclass(frozen=True, slots=True)
class Thresholds:
    """The least shares for related by standing, and the least part of the page's most related list.

    ``alone`` is that of lists right behind the body without a heading where no other list of the page is related: 200
    annotated pages have 4 of them, none of related links, but a site that names nothing has no others.

    The defaults were chosen by cross-validation (``docs/training.md``).
    """

    plain: float = 0.7
    in_sentence: float = 0.95
    declared: float = 0.45
    part_of_best: float = 0.75
    alone: float = 0.2

    def least(self, standings: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the least share of each group; above 1 for never."""
        shares: NDArray[np.float64] = np.array(
            [self.plain, self.in_sentence, self.declared, 2.0, self.plain, self.declared]
        )[standings]
        return shares


THRESHOLDS = Thresholds()


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
    places = choose_kinds(probabilities, standings_of(context, judged, table.headings))
    classified = [
        ClassifiedGroup(group, KINDS[place], float(shares[place]), texts, row, float(shares[0]))
        for group, place, texts, row, shares in zip(judged, places, table.headings, rows, probabilities, strict=True)
    ]
    classified += [ClassifiedGroup(group, "navigation", 1.0, ("",) * 5, None) for group in menus]
    return sorted(classified, key=lambda each: each.group.places[0])


def part_menus(context: PageContext, groups: Sequence[LinkGroup]) -> tuple[list[LinkGroup], list[LinkGroup]]:
    """Separate groups that the model need not weigh: menus, share buttons, and links that lead to no articles."""
    judged, menus = list[LinkGroup](), list[LinkGroup]()
    for group in groups:
        landmarks, _ = context.landmarks(group.items[0])
        block = context.block_round(context.page[group.items[0]].order)
        is_declared = block is not None and block.kind == "related"  # short titles under a heading that names them
        is_passed = not is_declared and (
            is_menu(group, context.page, context.links, landmarks) or _is_no_list(group, context, landmarks)
        )
        (menus if is_passed or _is_share(group, context) else judged).append(group)
    return judged, menus


def _is_no_list(group: LinkGroup, context: PageContext, landmarks: int) -> bool:
    """Whether no link of a group looks like an article's where few lists are.

    That is before the body, in ``nav``, ``footer`` and ``header``, and in sentences: of 1,000 such groups 15 are lists.
    """
    is_beside = (
        not group.is_alone
        or landmarks & NAVIGATION
        or (context.body is not None and context.page[group.items[-1]].end <= context.first)
    )
    return bool(is_beside) and not any(map(context.links.is_article_like, group.places[:_FIRST_LINKS]))


def _is_share(group: LinkGroup, context: PageContext) -> bool:
    """Whether a group's first links lead to networks where pages are shared; of 460 such groups 450 are no list."""
    urls = (context.links.url(place) for place in group.places[:_SHARES])
    return all(url is not None and is_known_host(host_of(url), "sharers") for url in urls)


_PLACES = {name: place for place, name in enumerate(FEATURE_NAMES)}


def standings_of(
    context: PageContext, groups: Sequence[LinkGroup], texts: Sequence[tuple[str, ...]]
) -> NDArray[np.int64]:
    """Return the :class:`Standing` of each group.

    ``texts`` are those over each group (:func:`pipelines.related.features.heading_texts`).
    """
    return np.array([_standing(context, *each) for each in zip(groups, texts, strict=True)], dtype=np.int64)


def _standing(context: PageContext, group: LinkGroup, texts: tuple[str, ...]) -> Standing:
    if not group.is_alone:
        return Standing.IN_SENTENCE
    order = context.page[group.items[0]].order
    block = context.block_round(order)
    if block is not None:
        is_related = block.kind == "related"
        return Standing.NEVER if block.kind in _NO_ARTICLES else Standing.DECLARED if is_related else Standing.PLAIN
    near, _, tagged, lead, label = texts
    if any(heading_subjects(text)[_RELATED] for text in (near, lead, label)):
        return Standing.DECLARED
    if order < context.last:
        return Standing.PLAIN
    holders = list(itertools.islice(group.items[0].iterancestors(), _HOLDERS))
    is_headed = near or lead or label or any(heading_subjects(tagged))
    is_behind = not is_headed and _is_right_behind(context, group)
    if any(map(is_named_related, holders)):
        return Standing.DECLARED_BEHIND if is_behind else Standing.DECLARED
    if any(map(is_named_ranking, holders)):
        return Standing.NEVER
    return Standing.BEHIND if is_behind else Standing.PLAIN


def _is_right_behind(context: PageContext, group: LinkGroup) -> bool:
    """Whether at least three items follow the body that link to pages with addresses like this one's."""
    page = context.page
    if context.body is None or len(group.items) < _BEHIND_ITEMS:
        return False
    if page[group.items[0]].offset - context.end > _BEHIND or context.landmarks(group.items[0])[0] & NAVIGATION:
        return False
    addresses = {url for place in group.places[:_FIRST_LINKS] if (url := context.links.url(place)) is not None}
    own = context.own
    return all(part.host == own.host and part.pattern == own.pattern for part in map(address_parts, addresses))


def choose_kinds(
    probabilities: NDArray[np.float64], standings: NDArray[np.int64], thresholds: Thresholds = THRESHOLDS
) -> list[int]:
    """Choose the kind of each group of a page, as a place in ``KINDS``.

    It is the most probable kind, but ``related`` is chosen by what speaks for related links against what would be an
    error among them, and against the page's other lists.
    """
    if not len(probabilities):
        return []
    others = probabilities[:, 5:7].sum(axis=1)
    leaning = probabilities[:, 0] + _RECOMMENDED * probabilities[:, 1] + _OTHER * others
    share = leaning / (leaning + probabilities[:, _NOT_RELATED].sum(axis=1))
    share[probabilities[:, 0] < _LEAST_RELATED] = 0.0
    in_sentence = standings == Standing.IN_SENTENCE
    best = share[~in_sentence].max(initial=0.0)
    is_related = (share >= thresholds.least(standings)) & (share >= thresholds.part_of_best * best)
    if not is_related.any():
        may_be = np.isin(standings, (Standing.BEHIND, Standing.DECLARED_BEHIND)) & (share >= thresholds.alone)
        is_related = may_be & (share == share[may_be].max(initial=0.0))
    kinds = probabilities[:, 1:].argmax(axis=1) + 1
    return [0 if related else int(kind) for related, kind in zip(is_related, kinds, strict=True)]


def reasons(classified: ClassifiedGroup, model: BoostedTrees | None = None, most: int = 5) -> list[str]:
    """List the features that counted most for a group's kind, with their effect."""
    if classified.row is None:
        return ["links too short for titles, or to no articles"]
    trees = packaged_trees(MODEL) if model is None else model
    moved = trees.contributions(classified.row.tolist(), classified.kind)
    ranked = sorted(moved.items(), key=lambda each: -each[1])[:most]
    values = dict(zip(trees.features, classified.row.tolist(), strict=True))
    return [f"{name} = {values[name]:.3g} ({change:+.2f})" for name, change in ranked if change > 0]
