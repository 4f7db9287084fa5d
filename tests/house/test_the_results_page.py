"""The results page is what the benchmarks' kept figures make, and never written by hand."""

from benchmarks.page import PAGE, RESULTS, assemble, broken, shortfalls
from benchmarks.section import sections


def test_the_results_page_is_what_the_kept_figures_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == assemble(sections()), "run: python -m benchmarks --page"


def test_no_figures_are_kept_of_a_section_that_is_gone() -> None:
    known = {section.name for section in sections()}
    assert {path.stem for path in RESULTS.glob("*.json")} <= known


def test_what_is_outside_its_bound_is_named_with_its_reason_and_nothing_else_is() -> None:
    assert {check.claim for check in broken(sections())} == {claim for claim, reason in shortfalls().items() if reason}
