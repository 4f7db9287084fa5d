"""The results page: one JSON fragment a section, and ``docs/benchmarks.md`` put together from them.

A section can so be measured again alone, and two that were measured on two branches do not conflict: the page is
made anew from the fragments.
"""

import dataclasses
import json
import tomllib
from collections.abc import Sequence

from benchmarks.charts import FOLDER as PICTURES
from benchmarks.charts import charts_of, draw, labels, shown
from benchmarks.section import ROOT, Check, Findings, Section, Table

RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
SHORTFALLS = ROOT / "benchmarks" / "shortfalls.toml"

HEAD = """# Benchmarks

`python -m benchmarks` (or `make benchmarks`) measures everything and writes this page. Each section names its date and
machine. `python -m benchmarks NAME` measures one section. `--share 0.05` measures a small part of it; it only prints.
Times depend on the machine and its load. So compare ratios from one run.
"""


@dataclasses.dataclass(frozen=True)
class Record:
    """One measurement of one section, as its fragment keeps it. ``date`` is UTC's, ``seconds`` what it took in all."""

    date: str
    seconds: int
    machine: str
    versions: str
    findings: Findings


def write(name: str, record: Record) -> None:
    """Keep a section's measurement in place of the one before."""
    text = json.dumps(dataclasses.asdict(record), ensure_ascii=False, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def read(name: str) -> Record | None:
    """Give a section's last measurement; None before the first."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    tables = tuple(
        Table(tuple(table["columns"]), tuple(map(tuple, table["rows"])), table["about"])
        for table in kept["findings"]["tables"]
    )
    checks = tuple(Check(**check) for check in kept["findings"]["checks"])
    return Record(**kept | {"findings": Findings(tables, checks)})


def shortfalls() -> dict[str, str]:
    """Why figures are outside their bounds, by the bound's claim."""
    return dict(tomllib.loads(SHORTFALLS.read_text(encoding="utf-8")))


def broken(sections: Sequence[Section]) -> list[Check]:
    """The kept figures that are outside the bound that they are held to."""
    records = [record for section in sections if (record := read(section.name)) is not None]
    return [check for record in records for check in record.findings.checks if not check.holds]


def assemble(sections: Sequence[Section]) -> str:
    """Put the page together from what is kept."""
    parts = [HEAD, *_falling_short(broken(sections))]
    for section in sections:
        record = read(section.name)
        told = _not_yet(section) if record is None else _measured(section, record)
        parts.append(f"## {section.title}\n\n{section.about.strip()}\n\n{told}")
    return "\n".join(parts)


def faults_of(sections: Sequence[Section]) -> list[str]:
    """Name what differs between the kept figures and the page, its pictures and the named shortfalls."""
    faults = [] if PAGE.read_text(encoding="utf-8") == assemble(sections) else [f"{PAGE.name} is out of date"]
    known = {section.name for section in sections}
    faults += [f"{path.name} is of no section" for path in RESULTS.glob("*.json") if path.stem not in known]
    outside = {check.claim for check in broken(sections)}
    named = {claim for claim, reason in shortfalls().items() if reason}
    faults += [f"{SHORTFALLS.name}: {claim!r} is named on one side only" for claim in sorted(outside ^ named)]
    drawn = [
        (chart, picture, record.findings.tables[chart.table])
        for section in sections
        if (record := read(section.name)) is not None
        for chart, picture in charts_of(section, record.findings)
    ]
    stray = {picture for _, picture, _ in drawn} ^ set(PICTURES.iterdir())
    faults += [f"{picture.name} is missing or of no section" for picture in sorted(stray)]
    for chart, picture, table in drawn:
        if picture not in stray:
            svg = picture.read_text(encoding="utf-8")
            faults += [
                f"{picture.name} lacks {label!r}" for label in labels(chart, table) if f">{label}</text>" not in svg
            ]
    return faults


def draw_all(sections: Sequence[Section]) -> None:
    """Make every picture anew from what is kept."""
    for section in sections:
        if (record := read(section.name)) is not None:
            draw(section, record.findings)


def findings_text(findings: Findings) -> str:
    """Tables and checks in Markdown."""
    blocks = [f"{table.about}\n\n{_table(table)}" if table.about else _table(table) for table in findings.tables]
    if findings.checks:
        blocks.append("\n".join(_check(check) for check in findings.checks))
    return "\n\n".join(blocks) + "\n"


def _measured(section: Section, record: Record) -> str:
    command = f"`python -m benchmarks {section.name}`, {record.seconds} s"
    pictures = "".join(
        f"\n![{chart.title}]({picture.relative_to(PAGE.parent)})\n"
        for chart, picture in charts_of(section, record.findings)
    )
    told = f"*{record.date}, {command}. {record.machine}; {record.versions}.*"
    return f"{findings_text(record.findings)}{pictures}\n{told}\n"


def _falling_short(checks: Sequence[Check]) -> list[str]:
    if not checks:
        return []
    reasons = shortfalls()
    lines = [f"- {check.claim}: **{check.found}**. {reasons.get(check.claim, '')}".rstrip() for check in checks]
    return ["## What falls short\n\n" + "\n".join(lines) + "\n"]


def _not_yet(section: Section) -> str:
    return f"*Not measured yet: `python -m benchmarks {section.name}`.*\n"


def _check(check: Check) -> str:
    return f"- {'holds' if check.holds else '**DOES NOT HOLD**'}: {check.claim}: {check.found}"


def _table(table: Table) -> str:
    numeric = [all(not isinstance(row[place], str) for row in table.rows) for place in range(len(table.columns))]
    lines = [
        "| " + " | ".join(table.columns) + " |",
        "|" + "|".join("---:" if number else "---" for number in numeric) + "|",
        *("| " + " | ".join(shown(cell).replace("|", "\\|") for cell in row) + " |" for row in table.rows),
    ]
    return "\n".join(lines)
