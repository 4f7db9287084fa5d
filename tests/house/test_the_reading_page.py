"""docs/reading.md shows what is read today, not what was read once."""

from pathlib import Path

from benchmarks.before_and_after import document

PAGE = Path(__file__).parents[2] / "docs" / "reading.md"


def test_the_page_is_what_the_sample_pages_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == document()
