"""The report's charts as Vega-Lite specifications. Colours are the page's own variables, so that dark mode is CSS's."""

from typing import Any

from storage.report.figures import Figures, StoryFigures
from storage.report.words import Words
from storage.snapshot.local_time import LocalClock

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""A name, never fetched."""

LANGUAGES = {"ja": "日本語", "en": "English", "other": "その他 other"}
MOST_LINES = 10

_FONT = 'system-ui, "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", sans-serif'
"""Spelt out: Vega measures labels on a canvas, which knows no variables."""

_CONFIG = {
    "background": None,
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--soft)", "titleColor": "var(--soft)", "gridColor": "var(--hair)",
        "domainColor": "var(--line)", "tickColor": "var(--line)", "labelFontSize": 11, "titleFontSize": 11,
        "labelLimit": 240, "titleFontWeight": 400,
    },
    "legend": {"labelColor": "var(--soft)", "titleColor": "var(--soft)", "orient": "top", "title": None},
    "text": {"color": "var(--ink)"},
}  # fmt: skip
_LANGUAGE_COLOUR = {
    "field": "language",
    "type": "nominal",
    "scale": {"domain": list(LANGUAGES.values()), "range": ["var(--ja)", "var(--en)", "var(--other)"]},
}


def _spec(description: str, height: int, values: list[Spec], **rest: Any) -> Spec:
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": values},
        "config": _CONFIG,
        **rest,
    }


def days_chart(figures: Figures, words: Words) -> Spec:
    """Stack articles a day by language."""
    values = [
        {"day": day, "language": language, "articles": number, "order": list(LANGUAGES.values()).index(language)}
        for day, *counts in figures.days
        for language, number in zip(LANGUAGES.values(), counts, strict=True)
        if number
    ]
    shown = {language for value in values for language in [value["language"]]}
    colour = {**_LANGUAGE_COLOUR, "legend": {"values": [name for name in LANGUAGES.values() if name in shown]}}
    return _spec(
        words["per_day"],
        190,
        values,
        mark={"type": "bar", "width": {"band": 0.78}},
        encoding={
            "x": {
                "field": "day",
                "type": "ordinal",
                "title": None,
                "scale": {"domain": [day for day, *_ in figures.days]},
                "axis": {
                    "labelExpr": _MONTH_DAY,
                    "labelAngle": 0,
                    "labelOverlap": "parity",
                    "labelSeparation": 7,
                    "ticks": False,
                },
            },
            "y": {"field": "articles", "type": "quantitative", "title": None, "axis": {"tickCount": 4}},
            "color": colour,
            "order": {"field": "order"},
            "tooltip": [{"field": name} for name in ("day", "language", "articles")],
        },
    )


_MONTH_DAY = "toNumber(slice(datum.value, 5, 7)) + '/' + toNumber(slice(datum.value, 8, 10))"


def heat_chart(figures: Figures, words: Words) -> Spec:
    """Colour each source's days by how they compare with its own usual day, in five steps."""
    values = [
        {
            "source": cell.source,
            "day": cell.day,
            "articles": cell.articles,
            "usual": "–" if cell.usual is None else f"{cell.usual:g}",
            "step": step_of(cell.articles, cell.usual),
        }
        for cell in figures.cells
    ]
    steps = ["none", "silent", "low", "usual", "high", "new"]
    days = sorted({cell.day for cell in figures.cells})
    return _spec(
        words["heat"],
        24 * len({cell.source for cell in figures.cells}) + 1,
        values,
        mark={"type": "rect", "cornerRadius": 3, "stroke": "var(--raised)", "strokeWidth": 2},
        encoding={
            "x": {
                "field": "day",
                "type": "ordinal",
                "title": None,
                "scale": {"domain": days},
                "axis": {
                    "labelExpr": _MONTH_DAY,
                    "labelAngle": 0,
                    "labelOverlap": "parity",
                    "labelSeparation": 7,
                    "ticks": False,
                },
            },
            "y": {"field": "source", "type": "nominal", "title": None, "axis": {"ticks": False, "domain": False}},
            "color": {
                "field": "step",
                "type": "nominal",
                "scale": {"domain": steps, "range": [f"var(--heat-{step})" for step in steps]},
                "legend": None,
            },
            "tooltip": [{"field": name} for name in ("source", "day", "articles", "usual")],
        },
    )


def step_of(articles: int, usual: float | None) -> str:
    """Say in one word how a day compares: halved and doubled are the borders."""
    if usual is None:
        return "new" if articles else "none"
    if not articles:
        return "silent" if usual >= 1 else "usual"
    ratio = articles / usual if usual else 2.0
    return "low" if ratio < 0.5 else "high" if ratio >= 2 else "usual"


def funnel_chart(figures: Figures, words: Words) -> Spec:
    """Show how many of the addresses fetched are articles, new ones, and part of a story."""
    stages = (
        ("fetched", figures.fetched),
        ("met", figures.articles_met),
        ("new", figures.new),
        ("story", figures.in_stories),
    )
    values = [{"stage": words[f"funnel_{key}"], "number": number} for key, number in stages]
    shared = {"y": {"field": "stage", "type": "nominal", "sort": None, "title": None, "axis": _PLAIN_AXIS}}
    return _spec(
        words["funnel"],
        34 * len(stages),
        values,
        encoding=shared,
        layer=[
            {
                "mark": {"type": "bar", "height": 20, "cornerRadiusEnd": 3, "color": "var(--en)"},
                "encoding": {"x": {"field": "number", "type": "quantitative", "title": None, "axis": None}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": 600},
                "encoding": {
                    "x": {"field": "number", "type": "quantitative"},
                    "text": {"field": "number", "format": ","},
                },
            },
        ],
    )


_TIME_AXIS = {"format": "%-m/%-d %H:%M", "tickCount": 5, "labelOverlap": "greedy"}
_PLAIN_AXIS = {"ticks": False, "domain": False, "labelColor": "var(--ink)", "labelFontSize": 12}


def timeline_chart(stories: list[StoryFigures], words: Words, clock: LocalClock) -> Spec:
    """Put the articles of the biggest stories on a line each, over time."""
    chosen = stories[:MOST_LINES]
    values = [
        {
            "story": story.id,
            "name": story.title,
            "at": (clock.local(telling.at) or "").replace(" ", "T"),
            "language": LANGUAGES.get(telling.language, LANGUAGES["other"]),
            "source": telling.source,
            "title": telling.title,
        }
        for story in chosen
        for telling in story.told
    ]
    line = {"field": "story", "type": "nominal", "sort": [story.id for story in chosen], "title": None, "axis": None}
    return _spec(
        words["timeline"],
        44 * max(len(chosen), 1),
        values,
        layer=[
            {
                "mark": {"type": "rule", "color": "var(--line)", "strokeWidth": 2},
                "encoding": {
                    "x": {"aggregate": "min", "field": "at", "type": "temporal"},
                    "x2": {"aggregate": "max", "field": "at"},
                    "y": line,
                },
            },
            {
                "transform": [{"aggregate": [{"op": "count", "as": "articles"}], "groupby": ["story", "name"]}],
                "mark": {"type": "text", "align": "left", "dy": -15, "limit": {"expr": "width"}, "fontSize": 12},
                "encoding": {"x": {"value": 0}, "y": line, "text": {"field": "name"}},
            },
            {
                "mark": {"type": "circle", "size": 90, "opacity": 1, "stroke": "var(--raised)", "strokeWidth": 1.5},
                "encoding": {
                    "x": {"field": "at", "type": "temporal", "title": None, "axis": _TIME_AXIS},
                    "y": line,
                    "color": {**_LANGUAGE_COLOUR, "legend": None},
                    "tooltip": [{"field": name} for name in ("title", "source", "at")],
                },
            },
        ],
    )  # fmt: skip
