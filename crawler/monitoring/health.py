"""Judge a source's health by its history. Pure: history and time are passed in.

Each source is compared with its own past. A check is made only if the past is long enough for it. The past ends where
a present trouble began, so that the trouble does not become what is usual.
"""

import collections
import dataclasses
import datetime
import itertools
import math
from collections.abc import Sequence

from crawler.monitoring.health_figures import (
    DAY,
    Figures,
    day_of,
    errors_of,
    figures_of,
    present_runs,
    sum_pages,
)
from crawler.monitoring.recovery import Trouble, is_over
from storage.monitoring.source_health import SourceRun
from storage.tables.health import State

PAST = datetime.timedelta(days=28)
"""Four weeks, so that weekly patterns are in it four times."""

FAILED_POLLS = 3
"""Unanswered polls in a row that make a source dead; two are enough a day apart. One may be a restart."""

BAD_SHARE = 0.5
"""Share of recent pages refused (or failed) that means a block, if it was less than half of that before."""

YIELD_FALL, LENGTH_FALL = 0.5, 0.4
"""Factors of the usual share of article pages, and of their usual length, below which the layout has changed."""

PAST_PAGES, FEW_PAGES = 20, 5
"""Pages needed in the past, and in the present, to judge a layout."""

CHANCE = 0.001
"""Probability of the present at the past's rate, below which it is called a change."""

MISSED_ARTICLES = 7.0
"""Articles missing at the usual rate before a source is silent. For independent events, e^-7 is 0.0009."""

LONGEST_GAP = 1.5
"""How often the longest gap of the past has to pass, too, before a source is silent."""

TROUBLE: tuple[State, ...] = ("dead", "blocked", "changed", "silent", "idle")


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """A source's state, its begin within the history, and the reason in one line.

    ``hint`` is one line on a source that is in order but led nowhere, ``moved`` one on start pages that have moved for
    good, else "".
    """

    state: State
    since: datetime.datetime
    detail: str
    figures: Figures
    hint: str = ""
    moved: str = ""

    @property
    def is_trouble(self) -> bool:
        """Return whether an operator should look."""
        return self.state in TROUBLE


def judge(
    runs: Sequence[SourceRun],
    now: datetime.datetime,
    *,
    known: Trouble | None = None,
    due_at: datetime.datetime | None = None,
) -> Verdict:
    """Judge a source by its crawls, oldest first.

    ``known`` is a trouble that is stored already: it goes on until the crawls show that it is over, and another trouble
    within it has the same begin. ``due_at`` is the time of the next poll.
    """
    present = present_runs(runs)
    begin = min(known.since if known else present[0].at, present[0].at) if present else now
    past = [run for run in runs if begin - PAST <= run.at < begin]
    figures = figures_of(runs, past, present, now)
    checks = (
        _idle(runs, now, due_at),
        _unanswered(runs),
        _pages_refused(past, present),
        _changed(past, present),
        _feed_lost(runs),
        _rules_lost(past, present),
        _silent(runs, figures),
    )
    trouble = next((answer for answer in checks if answer is not None), None)
    if trouble is not None:
        state, since, detail = trouble
        return Verdict(state, known.since if known else since, detail, figures)
    if known is not None and not is_over(known, runs, past):
        return Verdict(known.state, known.since, known.detail, figures)
    since = runs[0].at if runs else now
    if not past:
        return Verdict("new", since, "too little history to tell", figures)
    return Verdict("ok", since, "", figures)


_Answer = tuple[State, datetime.datetime, str] | None


def _idle(runs: Sequence[SourceRun], now: datetime.datetime, due_at: datetime.datetime | None) -> _Answer:
    """Return "idle" if the source is due for a day and was not crawled for two."""
    if not runs or due_at is None or now - due_at < DAY or now - runs[-1].at < 2 * DAY:
        return None
    return "idle", runs[-1].at, f"not crawled since {day_of(runs[-1].at)}, though due: is the schedule running?"


def _unanswered(runs: Sequence[SourceRun]) -> _Answer:
    polls = [run for run in runs if run.asked]
    failing: list[SourceRun] = []
    for run in reversed(polls):
        if run.answered:
            break
        failing.insert(0, run)
    if not failing or not (
        len(failing) >= FAILED_POLLS or (len(failing) > 1 and failing[-1].at - failing[0].at >= DAY)
    ):
        return None
    asked, turned_away = sum(run.asked for run in failing), sum(run.turned_away for run in failing)
    state: State = "blocked" if 2 * turned_away >= asked else "dead"
    detail = f"no start page has answered since {day_of(failing[0].at)} ({len(failing)} polls): {errors_of(failing)}"
    return state, failing[0].at, detail


def _pages_refused(past: Sequence[SourceRun], present: Sequence[SourceRun]) -> _Answer:
    """Return "blocked" or "dead" if start pages answer, but most article pages are refused or fail."""
    before, now = sum_pages(past), sum_pages(present)
    if now.all < FEW_PAGES:
        return None
    kinds: tuple[tuple[State, int, int, str], ...] = (
        ("blocked", before.blocked, now.blocked, "refused"),
        ("dead", before.failed, now.failed, "failing"),
    )
    for state, was, is_now, verb in kinds:
        share, usual = is_now / now.all, was / before.all if before.all else 0.0
        if share >= BAD_SHARE and usual < share / 2:
            detail = f"{is_now} of {now.all} article pages {verb} (usually {usual:.0%}): {errors_of(present)}"
            return state, present[0].at, detail
    return None


def _changed(past: Sequence[SourceRun], present: Sequence[SourceRun]) -> _Answer:
    """Return "changed" if pages give no article, or much shorter ones than before."""
    before, now = sum_pages(past), sum_pages(present)
    if before.read < PAST_PAGES or now.read < FEW_PAGES:
        return None
    usual, share = before.articles / before.read, now.articles / now.read
    if share < YIELD_FALL * usual and _chance(now.articles, now.read, usual) < CHANCE:
        detail = f"{now.articles} of {now.read} pages gave an article (usually {usual:.0%}): has the layout changed?"
        return "changed", present[0].at, detail
    length, usual_length = now.mean_characters, before.mean_characters
    if now.articles >= FEW_PAGES and length is not None and usual_length and length < LENGTH_FALL * usual_length:
        detail = f"articles have {length:,.0f} characters (usually {usual_length:,.0f}): has the layout changed?"
        return "changed", present[0].at, detail
    return None


def _feed_lost(runs: Sequence[SourceRun]) -> _Answer:
    """Return "changed" if start pages were feeds or sitemaps, and are other pages now."""
    read = [run for run in runs if run.forms["feed"] + run.forms["sitemap"] + run.forms["page"]]
    lost: list[SourceRun] = []
    for run in reversed(read):
        if run.forms["feed"] + run.forms["sitemap"]:
            break
        lost.insert(0, run)
    if len(lost) < FAILED_POLLS or len(lost) == len(read):
        return None
    last = read[len(read) - len(lost) - 1]
    kind = "feed" if last.forms["feed"] else "sitemap"
    detail = f"the start page was a {kind}, and is another page since {day_of(lost[0].at)} ({len(lost)} polls)"
    return "changed", lost[0].at, detail


def _rules_lost(past: Sequence[SourceRun], present: Sequence[SourceRun]) -> _Answer:
    """Return "changed" if a rule of the source matched on most articles, and does not any more."""
    articles, before = sum(run.articles for run in present), sum(run.articles for run in past)
    if articles < FEW_PAGES:
        return None
    lost: collections.Counter[str] = collections.Counter()
    usual: collections.Counter[str] = collections.Counter()
    for runs, counter in ((present, lost), (past, usual)):
        for run in runs:
            counter.update(run.unmatched)
    for rule, number in lost.most_common():
        share, usual_share = number / articles, usual[rule] / before if before else 0.0
        if share >= BAD_SHARE and usual_share < share / 2:
            detail = (
                f"the rule {rule} matched nothing on {number} of {articles} articles (usually on {usual_share:.0%})"
            )
            return "changed", present[0].at, f"{detail}: has the layout changed?"
    return None


def _chance(successes: int, tries: int, rate: float) -> float:
    """Return the probability of at most so many successes at that rate (binomial)."""
    rate = min(rate, 0.98)  # a past without a failure does not rule one out
    return sum(math.comb(tries, k) * rate**k * (1 - rate) ** (tries - k) for k in range(successes + 1))


def _silent(runs: Sequence[SourceRun], figures: Figures) -> _Answer:
    """Return "silent" if start pages answer, but nothing new came for longer than ever before."""
    polls = [run.at for run in runs if run.answered]
    if not polls:
        return None
    fresh = [run.at for run in runs if run.new]
    if not fresh:
        is_known = any(run.articles or run.unmodified for run in runs)
        if is_known or polls[-1] - polls[0] < 3 * DAY:
            return None
        return "silent", polls[0], "start pages answer, and no article has ever come of them"
    quiet = polls[-1] - fresh[-1]
    if len(fresh) < FEW_PAGES or fresh[-1] - runs[0].at < 3 * DAY or not figures.usual_a_day:
        return None
    gaps = [later - earlier for earlier, later in itertools.pairwise(fresh)]
    patience = max(DAY, DAY * (MISSED_ARTICLES / figures.usual_a_day), LONGEST_GAP * max(gaps))
    if quiet <= patience:
        return None
    detail = f"nothing new for {quiet / DAY:.1f} days (usually {figures.usual_a_day:.1f} a day)"
    return "silent", fresh[-1], detail
