"""Make the table of features of a page's link groups, one row a group."""

import collections
import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.related.card_links import shape
from pipelines.related.features import (
    HEADING_NAMES,
    LENGTH_NAMES,
    NAMES_NAMES,
    PLACE_NAMES,
    RULE_NAMES,
    SHAPE_NAMES,
    heading_features,
    heading_texts,
    length_features,
    name_features,
    place_features,
    rule_features,
    shape_features,
)
from pipelines.related.group_headings import headings_of
from pipelines.related.groups import LinkGroup
from pipelines.related.link_features import (
    ADDRESS_NAMES,
    TOPIC_NAMES,
    address_features,
    distinct_links,
    topic_features,
)
from pipelines.related.page_context import PageContext

_HEADLINE = 25  # characters of links that may be titles
_COMPARED = ("title_mean", "lead_mean", "words_mean", "text")
_FIRST_COMPARED = 4  # columns before those of _COMPARED
_OWN_NAMES = (
    *PLACE_NAMES,
    *SHAPE_NAMES,
    *HEADING_NAMES,
    *RULE_NAMES,
    *NAMES_NAMES,
    *LENGTH_NAMES,
    *ADDRESS_NAMES,
    *TOPIC_NAMES,
)
# Kinds that a heading or class speaks of: how many other groups of the page have each.
_SPOKEN = ("any:related", "rule:related", "around:related", "any:popular", "any:latest")
_PAGE_NAMES = (
    *("wide", "same_shape_groups", "first_of_parent", "nth"),
    *(f"{name}:{to}" for name in _COMPARED for to in ("mean", "most")),
    *(
        f"{side}:{name}"
        for side in ("previous", "next")
        for name in ("text", "items", "same_near", "same_tagged", "same_parent")
    ),
    *(f"others:{name}" for name in _SPOKEN),
)
FEATURE_NAMES = (*_OWN_NAMES, *_PAGE_NAMES)
_PLACES = {name: place for place, name in enumerate(FEATURE_NAMES)}


@dataclasses.dataclass(frozen=True, slots=True)
class FeatureTable:
    """Hold an array (groups, features), and the texts above each group."""

    rows: NDArray[np.float64]
    headings: list[tuple[str, ...]]


def feature_table(context: PageContext, groups: Sequence[LinkGroup]) -> FeatureTable:
    """Compute the features of all groups of a page."""
    rows: list[list[float]] = []
    headings: list[tuple[str, ...]] = []
    before: LinkGroup | None = None
    for group in groups:
        above = headings_of(group, context.page, context.headings)
        texts = heading_texts(context, above)
        chosen = distinct_links(context, group)
        rows.append(
            [
                *place_features(context, group, before),
                *shape_features(context, group),
                *heading_features(context, group, above, texts),
                *rule_features(context, group),
                *name_features(context, group),
                *length_features(context, [link.length for link in chosen]),
                *address_features(context, chosen),
                *topic_features(context, chosen),
            ]
        )
        headings.append(texts)
        before = group
    own = np.array(rows, dtype=np.float64).reshape(len(groups), len(_OWN_NAMES))
    return FeatureTable(np.hstack([own, _page_columns(context, groups, own, headings)]), headings)


def _page_columns(
    context: PageContext, groups: Sequence[LinkGroup], own: NDArray[np.float64], headings: Sequence[tuple[str, ...]]
) -> NDArray[np.float64]:
    """What a group is among the others of its page."""
    columns = np.zeros((len(groups), len(_PAGE_NAMES)))
    if not groups:
        return columns
    text = own[:, _PLACES["text"]]
    titled = (text >= _HEADLINE) & (own[:, _PLACES["alone"]] > 0)
    after = titled & (own[:, _PLACES["after"]] > 0)
    shapes = [(shape(group.items[0]), shape(group.parent)) for group in groups]
    counts = collections.Counter(shapes)
    parents = [group.parent for group in groups]
    firsts = {parent: place for place, parent in reversed(list(enumerate(parents)))}
    columns[:, 0] = context.width > 1
    columns[:, 1] = [counts[each] for each in shapes]
    columns[:, 2] = [firsts[parent] == place for place, parent in enumerate(parents)]
    columns[:, 3] = np.where(own[:, _PLACES["after"]] > 0, np.cumsum(after), -1)
    for number, name in enumerate(_COMPARED):
        values = own[:, _PLACES[name]]
        most, mean = (values[titled].max(), values[titled].mean()) if titled.any() else (0.0, 0.0)
        columns[:, _FIRST_COMPARED + 2 * number] = values - mean
        columns[:, _FIRST_COMPARED + 1 + 2 * number] = values - most
    _add_neighbours(columns, text, own[:, _PLACES["items"]], parents, headings)
    for number, name in enumerate(_SPOKEN, -len(_SPOKEN)):
        spoken = own[:, _PLACES[name]] * (own[:, _PLACES["alone"]] > 0)
        columns[:, number] = np.minimum(5, spoken.sum() - spoken)
    return columns


def _add_neighbours(
    columns: NDArray[np.float64],
    text: NDArray[np.float64],
    items: NDArray[np.float64],
    parents: Sequence[object],
    headings: Sequence[tuple[str, ...]],
) -> None:
    """Ten columns: text, items, same nearest heading, same tagged heading, same parent, before and after."""
    start = _FIRST_COMPARED + 2 * len(_COMPARED)
    for step, first in ((-1, start), (1, start + 5)):
        for place in range(len(parents)):
            other = place + step
            if not 0 <= other < len(parents):
                columns[place, first : first + 5] = (-1, -1, 0, 0, 0)
                continue
            one, two = headings[place], headings[other]
            columns[place, first : first + 5] = (
                text[other],
                items[other],
                bool(one[0]) and one[0] == two[0],
                bool(one[2]) and one[2] == two[2],
                parents[place] is parents[other],
            )
