"""``kiji article``: an article with what belongs to it, and what its publisher changed."""

import json
import re

import pytest

from crawler.cli import run
from storage.database.engine import Database
from tests.support.visits import STORY, Crawling, article, rows, scope

PAGE, COPY = "https://one.example/a/1000", "https://two.example/a/2000"
HOSTILE = "Ferry \x1b[31mreturns\u202e"


@pytest.fixture
def where(database: Database) -> list[str]:
    crawling = Crawling(database, scope(PAGE, COPY))
    leases = {lease.url: lease for lease in crawling.lease()}
    crawling.store(leases[PAGE], article(PAGE, title=HOSTILE, related=(COPY,)), day=0)
    crawling.store(leases[PAGE], article(PAGE, STORY.replace("1,200", "1,500"), title=HOSTILE), day=1)
    crawling.store(leases[COPY], article(COPY, STORY))
    crawling.finish()
    return ["--db", database.engine.url.render_as_string(hide_password=False)]


def test_an_article_is_shown_with_its_copies_and_links_by_id_or_any_address(
    where: list[str], database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    [(known,)] = rows(database, "SELECT id FROM articles")
    shown = []
    for name in (str(known), PAGE, COPY, "http://www.two.example/a/2000?utm_source=x"):
        assert run(["article", name, *where]) == 0
        shown.append(capsys.readouterr().out)
    assert len(set(shown)) == 1
    assert re.search(rf"copy: near 0\.\d\d {COPY}", shown[0])  # of the wording before the present one
    assert f"links to: {COPY} Card of {COPY}" in shown[0]


def test_revisions_are_a_readable_diff_and_hostile_titles_are_inert(
    where: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["article", PAGE, "--revisions", *where]) == 0
    told = capsys.readouterr().out
    assert "[-1,200-]{+1,500+}" in told
    assert "revision 1 to 2, seen 2026-10-06T06:00:00Z" in told
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_json_has_the_record_or_every_wording_with_its_changes(
    where: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["article", PAGE, "--json", *where]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [copy["kind"] for copy in record["copies"]] == ["near"]
    assert run(["article", PAGE, "--revisions", "--json", *where]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["changes"] == {"title": [], "text": []}
    assert second["changes"]["text"] == [{"kind": "gone", "text": "1,200"}, {"kind": "come", "text": "1,500"}]


def test_an_unknown_article_is_one_clear_line(where: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("4711", "https://never.example/met", "no address"):
        assert run(["article", name, *where]) == 2
        assert f"no article {name}" in capsys.readouterr().err
