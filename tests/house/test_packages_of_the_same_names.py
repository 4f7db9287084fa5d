"""Folders and packages of others that are named like ours."""

import subprocess
import sys
from pathlib import Path

import pytest

import crawler
import kiji_news

COMMAND = Path(sys.executable).parent / "kiji"


def test_the_command_and_its_workers_find_their_own_packages(tmp_path: Path) -> None:
    for name in kiji_news.PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('not ours')", encoding="utf-8")
    (tmp_path / "page.html").write_text("<p>Words of a page.</p>", encoding="utf-8")
    done = subprocess.run(
        [COMMAND, "inspect", "page.html"],
        cwd=tmp_path,
        env={"PYTHONPATH": ".", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Words of a page." in done.stdout


def test_a_package_that_took_the_place_of_ours_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kiji_news.foreign_package() == ""
    monkeypatch.setattr(crawler, "OWNER", "somebody")
    assert kiji_news.foreign_package() == (
        f"the package crawler in {crawler.__file__} is not Kiji's; install Kiji by itself (uv tool install, pipx or a "
        "virtual environment of its own)"
    )
