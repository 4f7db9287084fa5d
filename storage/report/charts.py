"""Lay out the report's charts as SVG, in percent of the width.

Vega drew them in the browser until 2026-11-30: of the 902 kB of a report, 815 kB were its scripts.
"""

import dataclasses
import datetime
from collections import Counter
from collections.abc import Sequence

from storage.report.figures import Cell, Figures, StoryFigures, is_silent
from storage.report.words import Words
from storage.snapshot.local_time import LocalClock
from storage.web.svg import Bar, day_bars, time_ticks

LANGUAGES = {"ja": "日本語", "en": "English"}
MOST_LINES = 10

MOST_SOURCES = 30
"""Sources of the chart of days, which is 120 kB with its table: the report is mailed."""

DAYS_HEIGHT = 170
ROW, STAGE, LINE = 24, 34, 44
"""Pixels of a source's row, of a stage of the funnel, and of a story's line."""

_NAMES = 26.0
"""Percent of the width that names in front of rows have; longer ones are cut, and stand whole in the table."""

_STAGES, _LONGEST_BAR = 40.0, 48.0
"""Percent of the width that the funnel's stages have, and its longest bar: its number stands behind it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Square:
    """One source's day. ``step`` is a word of :func:`step_of`."""

    cell: Cell
    x: float
    y: int
    step: str


@dataclasses.dataclass(frozen=True, slots=True)
class Heat:
    """A row for each source, a column for each day, and labels of days."""

    height: int
    width: float
    names: list[tuple[str, int]]
    squares: list[Square]
    ticks: list[tuple[str, float]]


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """A bar of the funnel."""

    name: str
    number: int
    x: float
    y: int
    width: float


@dataclasses.dataclass(frozen=True, slots=True)
class Dot:
    """An article of a story."""

    local: str
    source: str
    language: str
    title: str
    x: float


@dataclasses.dataclass(frozen=True, slots=True)
class StoryLine:
    """A story's articles over time, from ``begin`` to ``end``."""

    title: str
    y: int
    begin: float
    end: float
    dots: list[Dot]


@dataclasses.dataclass(frozen=True, slots=True)
class StoryLines:
    """The biggest stories, one below the other."""

    height: int
    lines: list[StoryLine]
    ticks: list[tuple[str, float]]


def days_chart(figures: Figures) -> list[Bar]:
    """Stack articles a day by language."""
    counts = {day: (japanese, english, other) for day, japanese, english, other in figures.days}
    return day_bars(list(counts), counts, DAYS_HEIGHT)


def heat_sources(figures: Figures) -> list[str]:
    """Give the sources that are drawn, by name: the unusual ones of the last day, then those with most articles."""
    last = max((cell.day for cell in figures.cells), default="")
    unusual: Counter[str] = Counter()
    articles: Counter[str] = Counter()
    for cell in figures.cells:
        articles[cell.source] += cell.articles
        unusual[cell.source] += cell.day == last and step_of(cell.articles, cell.usual) in ("silent", "low", "high")
    ordered = sorted(articles, key=lambda name: (-unusual[name], -articles[name], name))
    return sorted(ordered[:MOST_SOURCES])


def heat_chart(figures: Figures) -> Heat:
    """Compare each source's days with its usual day, in five steps; of many sources those of heat_sources."""
    days = sorted({cell.day for cell in figures.cells})
    rows = {name: number * ROW for number, name in enumerate(heat_sources(figures))}
    width = (100 - _NAMES) / max(len(days), 1)
    at = {day: _NAMES + number * width for number, day in enumerate(days)}
    squares = [
        Square(cell, at[cell.day], rows[cell.source], step_of(cell.articles, cell.usual))
        for cell in figures.cells
        if cell.source in rows
    ]
    ticks = [(_month_day(day), x) for day, x in at.items() if datetime.date.fromisoformat(day).weekday() == 0]
    return Heat(len(rows) * ROW, width, list(rows.items()), squares, ticks)


def _month_day(day: str) -> str:
    return f"{int(day[5:7])}/{int(day[8:])}"


def step_of(articles: int, usual: float | None) -> str:
    """Say in one word how a day compares: halved and doubled are the borders."""
    if usual is None:
        return "new" if articles else "none"
    if not articles:
        return "silent" if is_silent(articles, usual) else "usual"
    ratio = articles / usual if usual else 2.0
    return "low" if ratio < 0.5 else "high" if ratio >= 2 else "usual"


def funnel_stages(figures: Figures) -> dict[str, int]:
    """Count fetched addresses, and the articles, new ones and story members of these."""
    return {
        "fetched": figures.fetched,
        "met": figures.articles_met,
        "new": figures.new,
        "story": figures.in_stories,
    }


def funnel_chart(figures: Figures, words: Words) -> list[Stage]:
    """Draw :func:`funnel_stages` as bars."""
    stages = funnel_stages(figures)
    most = max(stages.values()) or 1
    return [
        Stage(words[f"funnel_{key}"], number, _STAGES, row * STAGE, _LONGEST_BAR * number / most)
        for row, (key, number) in enumerate(stages.items())
    ]


def timeline_chart(stories: Sequence[StoryFigures], clock: LocalClock) -> StoryLines | None:
    """Place the articles of the biggest stories on lines of time; None without any."""
    chosen = [story for story in stories[:MOST_LINES] if story.members]
    moments = {article.id: _local(clock, article.at) for story in chosen for article in story.members}
    if not moments:
        return None
    begin, end = min(moments.values()), max(moments.values())
    span = (end - begin).total_seconds() or 1.0
    at = {number: 2 + 96 * (moment - begin).total_seconds() / span for number, moment in moments.items()}
    lines = []
    for row, story in enumerate(chosen):
        dots = [
            Dot(
                f"{moments[article.id]:%Y-%m-%d %H:%M}",
                article.source,
                article.language if article.language in LANGUAGES else "other",
                article.title,
                at[article.id],
            )
            for article in story.members
        ]
        lines.append(StoryLine(story.title, row * LINE, dots[0].x, dots[-1].x, dots))
    return StoryLines(len(lines) * LINE, lines, time_ticks(begin, end, 2, 96))


def _local(clock: LocalClock, moment: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(clock.local(moment) or moment)
