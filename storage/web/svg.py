"""Lay out the pages' charts as SVG, in percent of the width."""

import dataclasses
import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

LANE = 46
"""Pixels of a source's lane in a timeline."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """A day's bar: its place, and the height of its parts in pixels."""

    day: str
    x: float
    width: float
    ja: float
    en: float
    other: float
    height: int
    numbers: tuple[int, int, int]
    ticked: bool
    address: str = ""
    label: str = ""

    @property
    def total(self) -> int:
        """The day's articles."""
        return sum(self.numbers)


def months_until(last: str, number: int) -> list[str]:
    """List so many months up to and with the last, as ``2026-10``."""
    newest = 12 * int(last[:4]) + int(last[5:7]) - 1
    months = range(max(12, newest - number + 1), newest + 1)  # from the year 1 on
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]


def day_bars(
    days: Sequence[str],
    counts: Mapping[str, tuple[int, int, int]],
    height: int,
    address: Callable[[str], str] = lambda _day: "",
) -> list[Bar]:
    """Stack the articles of each day or month in Japanese, English and other languages.

    Days have a tick on Mondays, or all of a few; months in January, or all of a year. ``address`` gives what a bar
    opens.
    """
    most = max((sum(counts.get(day, (0, 0, 0))) for day in days), default=0) or 1
    step = 100 / len(days)
    bars = []
    for number, day in enumerate(days):
        numbers = counts.get(day, (0, 0, 0))
        ja, en, other = (height * part / most for part in numbers)
        opens = address(day) if sum(numbers) else ""
        ticked, label = _tick(day, len(days), is_first=number == 0)
        bars.append(Bar(day, number * step, step * 0.78, ja, en, other, height, numbers, ticked, opens, label))
    return bars


def _tick(period: str, periods: int, *, is_first: bool) -> tuple[bool, str]:
    if len(period) == len("2026-10"):
        january, month = period.endswith("-01"), str(int(period[5:7]))
        if periods > 12:
            return january, period[:4]
        return True, f"{period[2:4]}/{month}" if january or is_first else month
    day = datetime.date.fromisoformat(period)
    return periods <= 7 or day.weekday() == 0, f"{day.month}/{day.day}"


@dataclasses.dataclass(frozen=True, slots=True)
class Dot:
    """An article on its source's lane."""

    article: Mapping[str, Any]
    x: float
    y: int


@dataclasses.dataclass(frozen=True, slots=True)
class Edge:
    """A related link between two articles; ``crosses`` to the other language."""

    x1: float
    y1: int
    x2: float
    y2: int
    crosses: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Timeline:
    """A story over time, a lane for each source, the first one on top."""

    height: int
    lanes: list[tuple[str, int]]
    dots: list[Dot]
    edges: list[Edge]
    ticks: list[tuple[str, float]]


def timeline(articles: Sequence[Mapping[str, Any]], links: Iterable[tuple[int, int]]) -> Timeline:
    """Lay out a story.

    ``articles`` have ``id``, ``source``, ``language`` and ``local``, and are in order of time.
    """
    moments = [datetime.datetime.fromisoformat(article["local"]) for article in articles]
    begin, end = moments[0], moments[-1]
    span = (end - begin).total_seconds() or 1.0
    order = {source: number for number, source in enumerate(dict.fromkeys(article["source"] for article in articles))}
    dots = [
        Dot(article, 4 + 92 * (moment - begin).total_seconds() / span, order[article["source"]] * LANE + 32)
        for article, moment in zip(articles, moments, strict=True)
    ]
    at = {dot.article["id"]: dot for dot in dots}
    edges = [
        Edge(here.x, here.y, there.x, there.y, here.article["language"] != there.article["language"])
        for here, there in ((at.get(a), at.get(b)) for a, b in links)
        if here is not None and there is not None
    ]
    lanes = [(source, number * LANE) for source, number in order.items()]
    return Timeline(len(order) * LANE + 26, lanes, dots, edges, time_ticks(begin, end))


_STEPS = (1, 3, 6, 12, 24, 48, 96, 168, 336, 720, 2160, 4320)
"""Hours between ticks; a longer story has years between them."""
_YEAR = 8760


def time_ticks(
    begin: datetime.datetime, end: datetime.datetime, left: float = 4, width: float = 92
) -> list[tuple[str, float]]:
    """Place at most five ticks of days, or hours of a short story.

    Where days go on into another year, the first label of each year names it. ``begin`` has its place ``left`` percent
    from the left, ``end`` another ``width`` percent to the right.
    """
    span = (end - begin).total_seconds() or 1.0
    hours = next((step for step in _STEPS if span / 3600 / step <= 4), _YEAR * math.ceil(span / 3600 / _YEAR / 4))
    first = begin.replace(minute=0, second=0) if hours < 24 else begin.replace(hour=0, minute=0, second=0)
    step = datetime.timedelta(hours=hours)
    ticks = []
    named = begin.year if begin.year == end.year else None
    for number in range((end - first) // step + 1):
        moment = first + number * step
        x = left + width * (moment - begin).total_seconds() / span
        if x < left - 1:
            continue
        year = "" if hours < 24 or moment.year == named else f"{moment.year}/"
        named = moment.year
        ticks.append((f"{year}{moment.month}/{moment.day}" + (f" {moment:%H:%M}" if hours < 24 else ""), x))
    return ticks
