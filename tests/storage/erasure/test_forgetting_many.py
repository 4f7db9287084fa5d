"""Articles are forgotten by source, host or pattern, and what is forgotten can be listed."""

import json
from pathlib import Path

import pytest

from crawler.cli import run
from storage.database.open import open_database
from tests.support.visits import Crawling, article, rows, scope

URLS = [f"https://news.example/{part}/2026/10/05/{name}" for part in ("sport", "world") for name in ("ferry", "market")]
TEXTS = (
    "The ferry returned.",
    "Shares fell on Monday in Osaka.",
    "A museum of rain opened.",
    "Two bridges were closed.",
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    where = f"sqlite:///{tmp_path}/kiji.db"
    database = open_database(where)
    crawling = Crawling(database, scope(*URLS))
    words = dict(zip(URLS, TEXTS, strict=True))
    for lease in crawling.lease():
        crawling.store(lease, article(lease.url, text=words[lease.url], title=words[lease.url]))
    crawling.finish()
    database.close()
    return where


def left(url: str) -> list[str]:
    database = open_database(url)
    found = [str(row[0]) for row in rows(database, "SELECT url FROM articles ORDER BY url")]
    database.close()
    return found


def test_by_pattern_and_then_by_source(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forget", "--match", "/sport/", "--source", "mirai", "--dry-run", "--db", url]) == 0
    assert left(url) == URLS
    assert run(["forget", "--match", "/sport/", "--reason", "a letter", "--db", url]) == 0
    assert left(url) == URLS[2:]
    assert run(["forget", "--site", "other.example", "--db", url]) == 0
    assert left(url) == URLS[2:]
    capsys.readouterr()
    assert run(["forget", "--list", "--json", "--db", url]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["reason"] for entry in listed] == ["a letter"] * 2
    assert run(["forget", "--source", "mirai", "--db", url]) == 0
    assert left(url) == []
    assert run(["forget", "--list", "--db", url]) == 0
    assert "4 addresses are never fetched again" in capsys.readouterr().out


def test_no_choice_and_no_pattern_are_mistakes(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forget", "--db", url]) == 2
    assert run(["forget", "--match", "sport", "--db", url]) == 2
    told = capsys.readouterr().err
    assert "nothing is chosen; give addresses, --source, --site, --match or --list" in told
    assert "--match sport: it begins neither with / nor * nor http://" in told
