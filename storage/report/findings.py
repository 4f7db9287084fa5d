"""Derive what needs attention from the report's figures."""

import dataclasses
from collections.abc import Mapping

from storage.report.figures import Cell, Figures, is_silent

LOW, HIGH, LOW_FROM = 0.4, 3.0, 5.0
"""Below 0.4 of the usual day, or above 3 times it, where the usual day has at least 5 articles: of the
generated steady sources a day is beyond these once in some months."""

MANY_TROUBLES = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    ``kind`` is a key of ``words.toml``, ``values`` go into its text; ``detail`` follows.
    """

    kind: str
    subject: str
    values: Mapping[str, str]
    grave: bool = False
    detail: str = ""


def findings(figures: Figures) -> list[Finding]:
    """List what does not look as usual, the gravest first."""
    listed = [
        Finding("run_ended", f"kiji runs show {run}", {"status": status, "began": began}, grave=True)
        for run, status, began in figures.runs
    ]
    listed += [
        Finding(f"health_{state}", source, {"since": since}, grave=True, detail=detail)
        for source, state, since, detail in figures.health
    ]
    if figures.rests_since is not None:
        age = (figures.today - figures.rests_since).days
        listed.append(Finding("resting", figures.rests_since.isoformat(), {"days": str(age)}))
    known = {source for source, *_ in figures.health}
    last = max((cell.day for cell in figures.cells), default="")
    by_source: dict[str, list[Cell]] = {}
    for cell in figures.cells:
        by_source.setdefault(cell.source, []).append(cell)
    for source, cells in by_source.items():
        if cells[-1].day == last and source not in known and figures.rests_since is None:
            listed += _of_source(source, cells)
    for source, outcome, reason, times in figures.troubles:
        if times >= MANY_TROUBLES:
            listed.append(Finding(outcome, source, {"times": f"{times:,}"}, detail=reason))
    return sorted(listed, key=lambda finding: not finding.grave)


def _of_source(source: str, cells: list[Cell]) -> list[Finding]:
    yesterday = cells[-1]
    usual = yesterday.usual
    silent = 0
    for cell in reversed(cells):
        if cell.articles:
            break
        silent += 1
    if silent:
        before = [cell.usual for cell in cells[len(cells) - silent :] if cell.usual is not None]
        if before and is_silent(0, before[0]):
            values = {"days": str(silent), "s": "s" if silent > 1 else "", "usual": f"{before[0]:g}"}
            return [Finding("silent", source, values, grave=True)]
        return []
    if usual is None or usual < LOW_FROM:
        return []
    values = {"articles": str(yesterday.articles), "usual": f"{usual:g}"}
    if yesterday.articles < LOW * usual:
        return [Finding("low", source, values)]
    return [Finding("high", source, values)] if yesterday.articles > HIGH * usual else []
