"""A crawl of a site that scripts make."""

from pathlib import Path

import pytest

from tests.support.chromium import CHROMIUM, MISSING
from tests.support.commands import kiji, query
from tests.support.script_made_site import ScriptMadeSite

CONFIG = """
[crawl]
delay = 0
[browser]
path = "{path}"
sandbox = false
[[source]]
name = "herald"
start = ["{base}/news/2026/11/05/story-1", "{base}/news/2026/11/05/story-2"]
allow_private_addresses = true
render = "auto"
"""


def test_articles_that_scripts_make_are_stored(tmp_path: Path, site: ScriptMadeSite) -> None:
    pytest.importorskip("playwright", reason="pages are not rendered: the extra browser is not installed")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"pages are not rendered: {MISSING}")
    (tmp_path / "kiji.toml").write_text(CONFIG.format(path=CHROMIUM, base=site.base), encoding="utf-8")
    run = kiji("crawl", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert query(tmp_path, "select title from articles order by title") == [
        ("Ferry line number 1 opens",),
        ("Ferry line number 2 opens",),
    ]
    assert sorted(path for path in site.asked if path.startswith("/news/")) == [
        "/news/2026/11/05/story-1",
        "/news/2026/11/05/story-2",
    ]


def test_what_is_missing_is_the_reason_of_the_failure(tmp_path: Path, site: ScriptMadeSite) -> None:
    config = CONFIG.format(path=tmp_path / "no-browser", base=site.base)
    (tmp_path / "kiji.toml").write_text(config, encoding="utf-8")
    run = kiji("crawl", folder=tmp_path)
    assert run.returncode == 1
    [(outcome, reason)] = query(tmp_path, "select distinct outcome, reason from fetches")
    assert outcome == "failed"
    assert reason.startswith("no text without its scripts; ")
    assert "fail browser: [browser] path: " in kiji("doctor", folder=tmp_path).stdout
