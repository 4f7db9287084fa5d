"""Measures, keeps the figures, and makes ``docs/benchmarks.md`` anew.

    python -m benchmarks                       every section
    python -m benchmarks crawl kills           these
    python -m benchmarks reading --share 0.05  a twentieth of the pages, to try; nothing is recorded
    python -m benchmarks --page                the page alone, from what was measured before
    python -m benchmarks --check               compares the page and its pictures with what was measured before

Exit code 1 where a figure is outside the bound that it is held to.
"""

import argparse
import datetime
import sys
import time
from pathlib import Path

from benchmarks.machine import machine, versions
from benchmarks.page import PAGE, Record, assemble, draw_all, faults_of, findings_text, write
from benchmarks.section import Extent, Section, sections


def main() -> int:
    """Run what the command line names."""
    known = {section.name: section for section in sections()}
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(known))
    parser.add_argument("--share", type=float, default=1.0, help="of the full size, above 0; below 1 it only prints")
    parser.add_argument("--warc", type=Path, help="a WARC file of real pages, measured beside the generated ones")
    parser.add_argument("--page", action="store_true", help="measure nothing, make the page anew")
    parser.add_argument("--check", action="store_true", help="measure and write nothing, name what is out of date")
    options = parser.parse_args()
    if options.check:
        return _check(list(known.values()))
    if unknown := [name for name in options.sections if name not in known]:
        parser.error(f"no section {', '.join(unknown)}; there are: {', '.join(known)}")
    if not 0 < options.share <= 1:
        parser.error(f"--share {options.share}: give a share above 0 and up to 1")
    if options.warc is not None and not options.warc.is_file():
        parser.error(f"--warc {options.warc}: no such file")
    extent = Extent(options.share, options.warc.resolve() if options.warc else None)
    held = True
    for name in () if options.page else options.sections or known:
        print(f"{known[name].title} ({name})", flush=True)
        began = time.monotonic()
        findings = known[name].measure(extent)
        seconds = round(time.monotonic() - began)
        print(findings_text(findings), flush=True)
        held = held and all(check.holds for check in findings.checks)
        if extent.share == 1:
            today = datetime.datetime.now(datetime.UTC).date().isoformat()
            write(name, Record(today, seconds, machine(), versions(), findings))
    if extent.share == 1:
        draw_all(list(known.values()))
        PAGE.write_text(assemble(list(known.values())), encoding="utf-8")
    return 0 if held else 1


def _check(known: list[Section]) -> int:
    """Print what is out of date on the page; return the exit code."""
    faults = faults_of(known)
    for fault in faults:
        print(f"{fault}; run: python -m benchmarks --page", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
