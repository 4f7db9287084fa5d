"""The results page is what the benchmarks' kept figures make, and never written by hand."""

import vl_convert

from benchmarks.charts import FOLDER, charts_of, labels, specification
from benchmarks.page import PAGE, RESULTS, assemble, broken, read, shortfalls
from benchmarks.section import sections


def test_the_results_page_is_what_the_kept_figures_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == assemble(sections()), "run: python -m benchmarks --page"


def test_no_figures_are_kept_of_a_section_that_is_gone() -> None:
    known = {section.name for section in sections()}
    assert {path.stem for path in RESULTS.glob("*.json")} <= known


def test_what_is_outside_its_bound_is_named_with_its_reason_and_nothing_else_is() -> None:
    assert {check.claim for check in broken(sections())} == {claim for claim, reason in shortfalls().items() if reason}


def test_each_picture_on_the_page_shows_the_kept_figures() -> None:
    kept = [(section, record.findings) for section in sections() if (record := read(section.name)) is not None]
    charts = [
        (chart, picture, found.tables[chart.table])
        for section, found in kept
        for chart, picture in charts_of(section, found)
    ]
    assert {picture for _, picture, _ in charts} == set(FOLDER.iterdir())
    for chart, picture, table in charts:
        drawn = picture.read_text(encoding="utf-8")
        missing = [label for label in labels(chart, table) if f">{label}</text>" not in drawn]
        assert not missing, f"{picture.name} lacks {missing}; run: python -m benchmarks --page"
    chart, _, table = charts[0]
    assert labels(chart, table)[0] in vl_convert.vegalite_to_svg(specification(chart, table), allowed_base_urls=[])
