"""Decide about the blocks of a page on which rules and extractors disagree, with a learnt model.

The weights are ``pipelines/models/body_blocks.json``, trained by ``python -m benchmarks.training body-blocks``
(``docs/training.md``). Leads above the article's containers are left to the rules, unless both extractors keep them:
texts of different annotators have them or leave them out.
"""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from lxml.html import HtmlElement
from numpy.typing import NDArray

from pipelines.html.text_blocks import TextBlock
from pipelines.models.boosted_trees import packaged_trees
from pipelines.text.block_features import BlockVotes, block_rows
from pipelines.text.confirmed import confirmed
from pipelines.text.opinions import Opinions

MODEL = "body_blocks"
CLASSES = ("other", "article")
# Probabilities from which a block is kept, chosen by cross-validation (docs/training.md): of what the rules keep, what
# both extractors keep, and what one keeps.
_KEPT, _BY_BOTH, _BY_ONE = 0.4, 0.5, 0.8
_BY_SECOND = 0.6  # of items, cells and headings in the containers that resiliparse alone keeps: trafilatura loses many
_ABOVE = 0.8  # of what both extractors keep above the containers
_NEVER = 2.0
_LISTED = frozenset({"li", "h2", "h3", "h4", "dd", "dt", "td", "th", "pre", "blockquote"})
_HEADINGS = frozenset({"h2", "h3", "h4"})
_DOUBT = 0.3  # of a block, that an extractor keeps, from which the block may be the article's
_LINKED = 0.5  # share of link text from which a block starts no dispute
_SHORT = 12  # Japanese characters; a missing block that is shorter does not start a dispute
_LONG = 40  # Japanese characters from which a block that repeats others is a second copy of them


@dataclasses.dataclass(frozen=True, slots=True)
class BlockEvidence:
    """Hold what the blocks of a page are judged by.

    ``places`` are those of the blocks that may be the article's, ``rows`` their features, (places, features), ``tags``
    their elements. ``weights`` are the lengths of all ``blocks`` in Japanese characters. Where nothing ``is_disputed``,
    the rules decide.
    """

    blocks: Sequence[TextBlock]
    weights: NDArray[np.float64]
    votes: BlockVotes
    places: NDArray[np.intp]
    tags: tuple[str, ...]
    rows: NDArray[np.float64]
    is_disputed: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class PageSetting:
    """Hold what is known of a page beside its extractors: ``containers`` and ``inside`` as in :class:`BlockVotes`."""

    containers: Sequence[HtmlElement]
    inside: Sequence[float]
    summary: str = ""


def arbitrate(
    opinions: Opinions,
    rules: Sequence[int],
    setting: PageSetting,
    note: Callable[[BlockEvidence], None] | None = None,
) -> list[int]:
    """Return the places of the blocks to keep.

    ``rules`` are those that the rules keep. ``note`` is called with the evidence of every page; else it is gathered
    only where there is something to decide.
    """
    first = np.array(opinions.trafilatura)
    is_kept = np.zeros(len(first), dtype=np.bool_)
    is_kept[list(rules)] = True
    within = np.array(setting.inside)
    is_disputed = _is_disputed(opinions.blocks, first, is_kept, within)
    if note is None and not is_disputed:
        return list(rules)
    votes = BlockVotes(first, np.array(opinions.resiliparse), is_kept.astype(np.float64), within, setting.containers)
    places = np.flatnonzero((votes.rules > 0) | (votes.first > _DOUBT) | (votes.second > _DOUBT))
    if not len(places):
        return list(rules)
    blocks = opinions.blocks
    evidence = BlockEvidence(
        blocks,
        np.array([block.weight for block in blocks]),
        votes,
        places,
        tuple(blocks[place].element.tag for place in places.tolist()),
        block_rows(blocks, votes, places, setting.summary),
        is_disputed,
    )
    if note is not None:
        note(evidence)
    if not is_disputed:
        return list(rules)
    return _without_repeats(blocks, is_kept, decide(evidence, packaged_trees(MODEL).probabilities(evidence.rows)[:, 1]))


def _is_disputed(
    blocks: Sequence[TextBlock], first: NDArray[np.float64], rules: NDArray[np.bool_], inside: NDArray[np.float64]
) -> bool:
    """Tell whether rules and trafilatura disagree, or blocks of the article's containers are missing.

    Any block may be missing between the kept ones, prose before and behind them, too.
    """
    kept, within = np.flatnonzero(rules), np.flatnonzero(inside)
    if not len(kept) or not len(within):
        return True
    by_first = first > 0.5
    if bool((rules & ~by_first).any()):
        return True
    for place in np.flatnonzero(~rules).tolist():
        block = blocks[place]
        if block.link_share >= _LINKED or block.element.tag == "h1":
            continue
        is_between = kept[0] < place < kept[-1]
        is_missing = inside[place] > 0 and block.weight >= _SHORT and (is_between or block.is_prose)
        if is_missing or (by_first[place] and place >= within[0]):
            return True
    return False


def _without_repeats(blocks: Sequence[TextBlock], rules: NDArray[np.bool_], places: list[int]) -> list[int]:
    """Return ``places`` without long blocks that the rules do not keep and that repeat what they keep."""
    long = [place for place in places if not rules[place] and blocks[place].weight >= _LONG]
    if not long:
        return places
    text = "".join(blocks[place].letters for place in np.flatnonzero(rules).tolist())
    shares = confirmed([blocks[place] for place in long], text)
    repeats = {place for place, share in zip(long, shares, strict=True) if share > 0.5}
    return [place for place in places if place not in repeats]


def decide(evidence: BlockEvidence, probabilities: NDArray[np.float64]) -> list[int]:
    """Return the places to keep, by the probability of each block of ``evidence.places`` to be the article's."""
    places, votes = evidence.places, evidence.votes
    rules = votes.rules > 0
    if not evidence.is_disputed:
        return [int(place) for place in np.flatnonzero(rules)]
    by_second = votes.second[places] > 0.5
    number = (votes.first[places] > 0.5).astype(np.intp) + by_second
    is_listed = np.array([tag in _LISTED for tag in evidence.tags])
    needed = np.array([_NEVER, _BY_ONE, _BY_BOTH])[number]
    needed[(number == 1) & by_second & is_listed & (votes.inside[places] > 0)] = _BY_SECOND
    needed[[tag == "h1" for tag in evidence.tags]] = _NEVER
    needed[rules[places]] = _KEPT
    within = np.flatnonzero(votes.inside)
    is_above = places < (within[0] if len(within) else 0)
    needed[is_above & (number == 2)] = np.maximum(needed[is_above & (number == 2)], _ABOVE)
    needed[is_above & (number < 2)] = _NEVER
    needed[is_above & rules[places]] = 0.0
    keep = rules.copy()
    keep[places] = probabilities >= needed
    for place, tag in reversed(list(zip(places.tolist(), evidence.tags, strict=True))):
        if tag in _HEADINGS and keep[place] and not rules[place]:
            keep[place] = place + 1 < len(keep) and keep[place + 1]  # no heading without what it is over
    return [int(place) for place in np.flatnonzero(keep)]
