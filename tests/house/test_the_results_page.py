"""The results page is what the benchmarks' kept figures make, and never written by hand."""

from benchmarks.page import PAGE, RESULTS, assemble, read
from benchmarks.section import sections


def test_the_results_page_is_what_the_kept_figures_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == assemble(sections()), "run: python -m benchmarks --page"


def test_no_figures_are_kept_of_a_section_that_is_gone() -> None:
    known = {section.name for section in sections()}
    assert {path.stem for path in RESULTS.glob("*.json")} <= known


def test_every_bound_that_a_kept_figure_is_held_to_holds() -> None:
    broken = [
        (section.name, check.claim, check.found)
        for section in sections()
        if (record := read(section.name)) is not None
        for check in record.findings.checks
        if not check.holds
    ]
    assert broken == []
