"""Make a training set of link groups from annotated pages: a row of features and a label for each group."""

import collections
import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.annotations import KINDS, AddressKey, AnnotatedPage, address_key_of
from pipelines.html.charset import decode
from pipelines.html.dom_index import DomIndex
from pipelines.html.parse import parse_html
from pipelines.html.unclosed import prepare
from pipelines.models.boosted_trees import BoostedTrees
from pipelines.related.classify import Thresholds, choose_kinds, part_menus, standings_of
from pipelines.related.extract import candidates_of, take_related
from pipelines.related.feature_table import feature_table
from pipelines.related.groups import LinkGroup, own_links
from pipelines.related.page_context import PageContext


@dataclasses.dataclass(frozen=True, slots=True)
class PageGroups:
    """The link groups of one page: (groups, features), and of each a label, its standing and its cards' addresses.

    ``standings`` are those of :func:`pipelines.related.classify.standings_of`; ``addresses`` are those of all links,
    menus' included.
    """

    rows: NDArray[np.float64]
    labels: tuple[int, ...]
    addresses: frozenset[AddressKey]
    standings: NDArray[np.int64]
    cards: tuple[frozenset[AddressKey], ...]

    def related(self, probabilities: NDArray[np.float64], thresholds: Thresholds) -> set[AddressKey]:
        """The addresses of the cards that are given as related with these probabilities of the groups' kinds."""
        kinds = choose_kinds(probabilities, self.standings, thresholds)
        return {key for kind, keys in zip(kinds, self.cards, strict=True) if not kind for key in keys}


def page_groups(page: AnnotatedPage) -> PageGroups:
    """The groups of an annotated page; a group's label is the kind of most of its items' own links."""
    measures = _measured(page)
    context, candidates, _ = candidates_of(measures, page.raw.final_url)
    groups, _ = part_menus(context, candidates)
    kinds = page.kinds()
    labels = []
    for group in groups:
        votes = collections.Counter(kind for key in _own_keys(context, group) for kind in kinds.get(key, {"none"}))
        labels.append(max(range(len(KINDS)), key=lambda place: (votes[KINDS[place]], -place)))
    addresses = {
        address_key_of(url)
        for group in candidates
        for place in group.places
        if (url := context.links.url(place)) is not None
    }
    table = feature_table(context, groups)
    cards = tuple(_card_keys(context, group) for group in groups)
    standings = standings_of(context, groups, table.headings)
    return PageGroups(table.rows, tuple(labels), frozenset(addresses), standings, cards)


def _card_keys(context: PageContext, group: LinkGroup) -> frozenset[AddressKey]:
    """The addresses of a group's cards: neither advertisements nor buttons."""
    links = context.links
    own = own_links(group, context.page, links).items()
    usable = (url for place, url in own if not links.is_advertisement(place) and not links.is_button(place))
    return frozenset(map(address_key_of, usable))


def _own_keys(context: PageContext, group: LinkGroup) -> set[AddressKey]:
    return set(map(address_key_of, own_links(group, context.page, context.links).values()))


def related_of(page: AnnotatedPage, model: BoostedTrees) -> set[AddressKey]:
    """The related links that the pipeline gives of a page with this model."""
    measures = _measured(page)
    cards = take_related(measures.tree, page.raw.final_url, measures, model).cards
    return {address_key_of(card.url) for card in cards}


def _measured(page: AnnotatedPage) -> DomIndex:
    tree = parse_html(decode(page.raw.body, page.raw.content_type).text)
    if tree is None:
        raise ValueError(f"{page.raw.url}: an empty page")
    return prepare(tree)


def stacked(sets: Sequence[PageGroups]) -> tuple[NDArray[np.float64], list[int]]:
    """The rows and labels of several pages."""
    return np.vstack([each.rows for each in sets]), [label for each in sets for label in each.labels]
