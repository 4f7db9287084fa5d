"""The doctor names each library of a version that was not tested, and what that costs."""

from pathlib import Path

from storage.library_versions import SUPPORTED
from tests.support.commands import environment_of
from tests.support.other_versions import declare_versions, run_python

OTHERS = {"Scrapy": "2.20.1", "trafilatura": "2.4.0", "datasette": "1.0a20", "procrastinate": "4.0", "Twisted": "27.2"}


def doctor(folder: Path, versions: dict[str, str]) -> str:
    path = declare_versions(folder / "versions", versions)["PYTHONPATH"]
    done = run_python(
        "-m", "crawler", "doctor", "--offline", folder=folder, environment=environment_of(PYTHONPATH=path)
    )
    return " ".join((done.stdout + done.stderr).split())


def test_each_library_of_another_version_is_named_with_what_that_costs(tmp_path: Path) -> None:
    told = doctor(tmp_path, OTHERS)
    for name, version in OTHERS.items():
        supported = SUPPORTED[name.lower()]
        words = f"{name.lower()} {version} was not tested with Kiji"
        assert f"{words} (tested: {supported.first} up to {supported.below}): {supported.loss}" in told


def test_the_versions_that_are_locked_are_used_whole(tmp_path: Path) -> None:
    assert "was not tested" not in doctor(tmp_path, {})
