"""Sum up a source's crawls: its present, and the figures that are shown with its state."""

import collections
import dataclasses
import datetime
from collections.abc import Sequence

from storage.monitoring.source_health import SourceRun

DAY = datetime.timedelta(days=1)
RECENT, RECENT_PAGES = DAY, 10
"""The present: the newest crawls, up to a day back or to this many pages."""


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """The figures shown with a state. Shares are 0 to 1, None if they have no base."""

    last_success: datetime.datetime | None = None
    last_new: datetime.datetime | None = None
    usual_a_day: float = 0.0
    days_silent: float | None = None
    empty_share: float | None = None
    usual_empty_share: float | None = None
    mean_characters: float | None = None
    usual_characters: float | None = None
    robots_refusals: int = 0
    made_for_crawlers: int = 0
    parser_failures: int = 0
    errors: tuple[tuple[str, int], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Pages:
    """Pages of several crawls, by outcome."""

    articles: int
    empty: int
    blocked: int
    failed: int
    unmodified: int
    characters: int

    @property
    def read(self) -> int:
        """Return the pages that were read as articles or as none."""
        return self.articles + self.empty

    @property
    def all(self) -> int:
        """Return all pages that were asked for."""
        return self.read + self.blocked + self.failed + self.unmodified

    @property
    def empty_share(self) -> float | None:
        """Return the share of pages read that gave no article."""
        return self.empty / self.read if self.read else None

    @property
    def mean_characters(self) -> float | None:
        """Return the mean length of an article's text."""
        return self.characters / self.articles if self.articles else None


def present_runs(runs: Sequence[SourceRun]) -> list[SourceRun]:
    """Return the newest crawls: those of a day, or of a few pages."""
    recent: list[SourceRun] = []
    pages = 0
    for run in reversed(runs):
        if recent and (pages >= RECENT_PAGES or recent[0].at - run.at >= RECENT):
            break
        recent.append(run)
        pages += run.articles + run.empty + run.blocked + run.failed
    return recent[::-1]


def sum_pages(runs: Sequence[SourceRun]) -> Pages:
    """Sum up the pages of several crawls."""
    return Pages(
        articles=sum(run.articles for run in runs),
        empty=sum(run.empty + run.unreadable for run in runs),
        blocked=sum(run.blocked for run in runs),
        failed=sum(run.failed for run in runs),
        unmodified=sum(run.unmodified for run in runs),
        characters=sum(run.characters for run in runs),
    )


def figures_of(
    runs: Sequence[SourceRun], past: Sequence[SourceRun], present: Sequence[SourceRun], now: datetime.datetime
) -> Figures:
    """Return the figures that are shown with a state."""
    before, recent = sum_pages(past), sum_pages(present)
    successes = [run.at for run in runs if run.answered or run.articles or run.unmodified]
    fresh = [run.at for run in runs if run.new]
    return Figures(
        last_success=successes[-1] if successes else None,
        last_new=fresh[-1] if fresh else None,
        usual_a_day=usual_a_day(runs),
        days_silent=(now - fresh[-1]) / DAY if fresh else None,
        empty_share=recent.empty_share,
        usual_empty_share=before.empty_share,
        mean_characters=recent.mean_characters,
        usual_characters=before.mean_characters,
        robots_refusals=sum(run.robots for run in present),
        made_for_crawlers=sum(run.made_up for run in present),
        parser_failures=sum(run.unreadable for run in present),
        errors=tuple(count_errors(present).most_common(5)),
    )


def usual_a_day(runs: Sequence[SourceRun]) -> float:
    """Return new articles a day, from the first crawl to the last that brought any.

    Articles of the first crawl do not count: they were published over years.
    """
    later = runs[1:]
    fresh = [run.at for run in later if run.new]
    if not fresh:
        return 0.0
    return sum(run.new for run in later) / max((fresh[-1] - runs[0].at) / DAY, 1.0)


def count_errors(runs: Sequence[SourceRun]) -> collections.Counter[str]:
    """Count the errors of several crawls."""
    counted: collections.Counter[str] = collections.Counter()
    for run in runs:
        counted.update(run.errors)
    return counted


def errors_of(runs: Sequence[SourceRun]) -> str:
    """Return the most frequent errors of several crawls, in one line."""
    return ", ".join(f"{why} ({number})" for why, number in count_errors(runs).most_common(3))


def day_of(moment: datetime.datetime) -> str:
    """Format a time for a person."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")
