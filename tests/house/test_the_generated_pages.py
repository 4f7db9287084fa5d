"""Pages that a program makes are what it would make today."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import ROOT


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a module of the benchmarks in a clone."""
    return subprocess.run([sys.executable, "-m", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of what the pages are made from, to damage."""
    for name in ("benchmarks", "docs", "tests", "crawler", "pipelines", "storage"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".peers"))
    return tmp_path


def test_the_page_of_readings_shows_what_the_sample_pages_give_today() -> None:
    done = run(ROOT, "benchmarks.before_and_after", "docs/reading.md", "--check")
    assert done.returncode == 0, f"{done.stderr}run: python -m benchmarks.before_and_after docs/reading.md"


def test_the_results_page_is_made_of_the_kept_figures() -> None:
    done = run(ROOT, "benchmarks", "--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_results_page_a_picture_and_a_shortfall_that_are_out_of_date_are_named(clone: Path) -> None:
    (clone / "docs" / "benchmarks.md").write_text("by hand", encoding="utf-8")
    (clone / "docs" / "pictures" / "benchmarks" / "stray.svg").write_text("<svg/>", encoding="utf-8")
    (clone / "benchmarks" / "results" / "gone.json").write_text("{}", encoding="utf-8")
    with (clone / "benchmarks" / "shortfalls.toml").open("a", encoding="utf-8") as file:
        file.write('\n"a claim of nobody" = "a reason"\n')
    done = run(clone, "benchmarks", "--check")
    assert done.returncode == 1
    for name in ("benchmarks.md", "stray.svg", "gone.json", "a claim of nobody"):
        assert name in done.stderr
