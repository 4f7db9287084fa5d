"""A pipe whose reader has gone is no failure, and a stdout that takes nothing is one line; what is done stays done."""

import os
from pathlib import Path

import pytest

from crawler.sample.server import SampleSite
from tests.support import warm_python
from tests.support.commands import environment_of, kiji, query

TELLING = (
    ["db", "check"],
    ["doctor", "--offline"],
    ["runs"],
    ["--help"],
    ["export", "articles", "--format", "csv", "-o", "-"],
)


def code_without_reader(*arguments: str, folder: Path, errors: Path) -> int:
    """Run the command with nobody at the other end of its stdout."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stdout, errors.open("w") as stderr:
        running = warm_python.start(
            *arguments, folder=folder, environment=environment_of(), stdout=stdout, stderr=stderr
        )
        return running.wait(120)


def code_on_a_full_disk(*arguments: str, folder: Path, errors: Path) -> int:
    with Path("/dev/full").open("wb") as stdout, errors.open("w") as stderr:
        running = warm_python.start(
            *arguments, folder=folder, environment=environment_of(), stdout=stdout, stderr=stderr
        )
        return running.wait(120)


@pytest.mark.parametrize("command", TELLING, ids=lambda command: command[0])
def test_what_only_tells_ends_well_without_a_reader_and_in_one_line_on_a_full_disk(
    folder: Path, command: list[str]
) -> None:
    assert kiji("db", "upgrade", folder=folder).returncode == 0
    errors = folder / "errors"
    assert code_without_reader(*command, folder=folder, errors=errors) == 0
    assert errors.read_text() == ""
    assert code_on_a_full_disk(*command, folder=folder, errors=errors) == 2
    assert errors.read_text() == "kiji: stdout: No space left on device\n"


@pytest.mark.parametrize("how", [[], ["--json"]], ids=["told", "json"])
def test_a_crawl_keeps_its_exit_code_whoever_reads(site: SampleSite, folder: Path, how: list[str]) -> None:
    article = site.start_urls["article"]
    errors = folder / "errors"
    assert code_without_reader("crawl", article, *how, folder=folder, errors=errors) == 0
    assert "Traceback" not in errors.read_text()
    assert code_on_a_full_disk("crawl", article, *how, folder=folder, errors=errors) == 0
    assert errors.read_text().endswith("kiji: stdout: No space left on device\n")
    assert code_without_reader("crawl", "http://127.0.0.1:9/", *how, folder=folder, errors=errors) == 1
    assert query(folder, "SELECT status FROM runs") == [("done",)] * 3


def test_an_import_keeps_its_exit_code_whoever_reads(folder: Path) -> None:
    (folder / "empty.jsonl").touch()
    errors = folder / "errors"
    assert code_without_reader("import", "empty.jsonl", "--json", folder=folder, errors=errors) == 1
    assert query(folder, "SELECT status FROM runs") == [("done",)]
