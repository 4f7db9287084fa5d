"""Decide when a source's trouble is over. Pure.

A trouble begins by clear evidence, and ends only by clear evidence to the contrary. Between the two it goes on, so that
one trouble does not end and begin again with every crawl, with an alert each time.
"""

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from crawler.monitoring.health_figures import sum_pages
from storage.monitoring.source_health import SourceRun
from storage.tables.health import State

ENOUGH_PAGES = 5
"""Pages since the trouble began that tell whether it is over: as many as begin one."""

ANSWERED_POLLS = 2
"""Answered polls in a row after which a source is not dead or blocked any more."""

RECOVERED, FALLEN = 0.75, 0.25
"""Share of the usual yield or length that ends a change of layout, and share of pages refused that ends a block. Both
are farther from the trouble than the limits that begin it (0.5, 0.4)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble that is stored already, with its begin and its reason."""

    state: State
    since: datetime
    detail: str


def is_over(trouble: Trouble, runs: Sequence[SourceRun], past: Sequence[SourceRun]) -> bool:
    """Return whether a source's crawls show that its trouble is over. ``past`` are the crawls before it began."""
    check, polls = _CHECKS.get(trouble.state, (None, 0))
    return check is None or check(_latest(trouble, runs, polls), past)


def _latest(trouble: Trouble, runs: Sequence[SourceRun], polls: int) -> list[SourceRun]:
    """Return the newest crawls since the trouble began, as far back as enough pages and so many polls need."""
    latest: list[SourceRun] = []
    for run in itertools.takewhile(lambda run: run.at >= trouble.since, reversed(runs)):
        latest.append(run)
        if sum_pages(latest).all >= ENOUGH_PAGES and sum(bool(each.asked) for each in latest) >= polls:
            break
    return latest


def _is_reached(latest: Sequence[SourceRun], _past: Sequence[SourceRun]) -> bool:
    polls = [run for run in latest if run.asked][:ANSWERED_POLLS]
    if len(polls) < ANSWERED_POLLS or not all(run.answered for run in polls):
        return False
    pages = sum_pages(latest)
    return pages.blocked + pages.failed <= FALLEN * pages.all


def _is_read(latest: Sequence[SourceRun], past: Sequence[SourceRun]) -> bool:
    before, now = sum_pages(past), sum_pages(latest)
    if not before.read or not before.mean_characters:
        return True  # the trouble was none of pages, or its past is too long ago
    if now.read < ENOUGH_PAGES or not now.mean_characters:
        return False
    usual = before.articles / before.read
    is_yielding = now.articles >= RECOVERED * usual * now.read
    return is_yielding and now.mean_characters >= RECOVERED * before.mean_characters


_CHECKS: Mapping[State, tuple[Callable[[Sequence[SourceRun], Sequence[SourceRun]], bool], int]] = {
    "dead": (_is_reached, ANSWERED_POLLS),
    "blocked": (_is_reached, ANSWERED_POLLS),
    "changed": (_is_read, 0),
}
"""How each trouble ends, and the polls that are looked at. Silence ends with an article, idleness with a crawl."""
