"""Judge whether a source's articles have related links. Pure: the history is passed in."""

from collections.abc import Sequence

from storage.monitoring.source_health import SourceRun

PAST_ARTICLES, FEW_ARTICLES = 20, 5
"""Articles needed in the past, and in the present, to tell a change from chance."""

CHANCE = 0.001
"""Probability that so many articles without a link come by chance, below which it is called a change."""


def related_hint(runs: Sequence[SourceRun], present: Sequence[SourceRun]) -> str:
    """Say that a source's articles have no related link: none ever, or none any more; "" otherwise.

    ``runs`` are all crawls, oldest first; ``present`` are the newest of them.
    """
    past = runs[: len(runs) - len(present)]
    nearest = max((run.nearest for run in present), default="")
    told = f"; nearest is {nearest}" if nearest else ""
    now, before = sum(run.judged for run in present), sum(run.judged for run in past)
    if not now or any(run.linked for run in present):
        return ""
    usual = sum(run.linked for run in past) / before if before else 0.0
    if not usual:
        articles = now + before
        read = f"none of {articles} articles has" if articles > 1 else "the only article has no"
        return f"{read} {'a ' if articles > 1 else ''}related link{told}"
    if before < PAST_ARTICLES or now < FEW_ARTICLES:
        return ""
    if (1 - min(usual, 0.98)) ** now >= CHANCE:  # a past without exception does not rule one out
        return ""
    return f"none of the last {now} articles has a related link (usually {usual:.0%}){told}"
