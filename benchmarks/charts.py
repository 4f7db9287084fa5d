"""The results page's drawings: Vega-Lite specifications of kept tables, made into SVG without a browser.

Every figure that is drawn is written beside its mark, as in the table above it.
"""

from pathlib import Path
from typing import Any

from benchmarks.section import ROOT, Cell, Chart, Findings, Section, Table

FOLDER = ROOT / "docs" / "pictures" / "benchmarks"

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""A name, never fetched."""

_WIDTH, _HEIGHT, _ROW = 520, 200, 30  # pixels
_CONFIG = {
    "background": "white",
    "padding": 12,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {"gridColor": "#eceff3", "domainColor": "#b8c0cc", "tickColor": "#b8c0cc", "labelLimit": 320},
    "legend": {"orient": "top", "title": None},
    "title": {"anchor": "start", "fontSize": 13, "fontWeight": 600, "offset": 10},
    "range": {"category": ["#1f5fae", "#d9822b", "#3f8f5f", "#8a5bb0"]},
}


def charts_of(section: Section, findings: Findings) -> list[tuple[Chart, Path]]:
    """A section's charts whose tables were measured, and where their pictures are kept."""
    return [
        (chart, FOLDER / f"{section.name}-{number}.svg")
        for number, chart in enumerate(section.charts, 1)
        if chart.table < len(findings.tables)
    ]


def draw(section: Section, findings: Findings) -> None:
    """Make the pictures of a section's charts anew."""
    import vl_convert  # of the development tools

    FOLDER.mkdir(parents=True, exist_ok=True)
    for chart, picture in charts_of(section, findings):
        svg = vl_convert.vegalite_to_svg(specification(chart, findings.tables[chart.table]), allowed_base_urls=[])
        picture.write_text(svg + "\n", encoding="utf-8")


def shown(value: Cell) -> str:
    """A figure as the page's tables show it."""
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else value


def labels(chart: Chart, table: Table) -> list[str]:
    """What stands beside a chart's marks."""
    return [point["label"] for point in _points(chart, table)]


def specification(chart: Chart, table: Table) -> dict[str, Any]:
    """The chart in Vega-Lite."""
    points = _points(chart, table)
    return {
        "$schema": SCHEMA,
        "title": chart.title,
        "width": _WIDTH,
        "height": _HEIGHT if chart.is_line else _ROW * len(points),
        "data": {"values": points},
        "config": _CONFIG,
        **(_line(chart, points) if chart.is_line else _bars(chart)),
    }


def _points(chart: Chart, table: Table) -> list[dict[str, Any]]:
    of, column = table.columns.index(chart.of), table.columns.index(chart.value)
    series = table.columns.index(chart.series) if chart.series else None
    return [
        {
            "of": row[of],
            "value": float(row[column]),
            "label": shown(row[column]),
            "series": str(row[series]) if series is not None else chart.value,
        }
        for row in table.rows[: chart.rows]
    ]


def _amount(chart: Chart) -> dict[str, Any]:
    title = chart.unit or chart.value
    return {"field": "value", "type": "quantitative", "title": title, "scale": {"zero": True}, "axis": {"tickCount": 5}}


def _bars(chart: Chart) -> dict[str, Any]:
    return {
        "encoding": {"y": {"field": "of", "type": "nominal", "sort": None, "title": None}, "x": _amount(chart)},
        "layer": [
            {"mark": {"type": "bar", "height": {"band": 0.62}, "color": "#1f5fae"}},
            {"mark": {"type": "text", "align": "left", "dx": 5}, "encoding": {"text": {"field": "label"}}},
        ],
    }


def _line(chart: Chart, points: list[dict[str, Any]]) -> dict[str, Any]:
    colour: dict[str, Any] = {"field": "series", "type": "nominal", "sort": None}
    if len({point["series"] for point in points}) == 1:
        colour |= {"legend": None}
    scale = {"type": "log" if chart.is_log else "linear", "zero": False, "nice": False, "padding": 30}
    axis = {"grid": False, "values": sorted({point["of"] for point in points}), "format": ",d"}
    return {
        "encoding": {
            "x": {"field": "of", "type": "quantitative", "title": chart.of, "scale": scale, "axis": axis},
            "y": _amount(chart),
            "color": colour,
        },
        "layer": [
            {"mark": {"type": "line", "point": True}},
            {"mark": {"type": "text", "dy": -10}, "encoding": {"text": {"field": "label"}}},
        ],
    }
