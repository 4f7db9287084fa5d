"""Articles beyond a source's limits are deleted, and not fetched again."""

import datetime
from pathlib import Path

import pytest

from crawler.cli import run
from storage.database.open import open_database
from storage.erasure.expire import expire, find_expired
from storage.schedule import Retention
from tests.support.visits import Crawling, article, rows, scope

URLS = [f"https://news.example/sport/2026/10/05/{name}" for name in ("ferry", "market", "bridge")]
TEXTS = dict(
    zip(URLS, ("The ferry returned.", "Shares fell on Monday in Osaka.", "Two bridges were closed."), strict=True)
)


@pytest.fixture
def url(archive_url: str) -> str:
    """An archive with three articles, on either kind of database."""
    database = open_database(archive_url)
    crawling = Crawling(database, scope(*URLS))
    for lease in crawling.lease():
        crawling.store(lease, article(lease.url, text=TEXTS[lease.url], title=TEXTS[lease.url]))
    crawling.finish()
    database.close()
    return archive_url


@pytest.mark.parametrize(
    ("retention", "days", "expired"),
    [
        (Retention(age=datetime.timedelta(days=30)), 29, 0),
        (Retention(age=datetime.timedelta(days=30)), 31, 3),
        (Retention(number=2), 0, 1),
        (Retention(age=datetime.timedelta(days=30), number=5), 0, 0),
    ],
)
def test_an_article_expires_by_age_and_by_number(url: str, retention: Retention, days: int, expired: int) -> None:
    database = open_database(url)
    [(seen,)] = rows(database, "SELECT max(first_seen_at) FROM article")
    now = datetime.datetime.fromisoformat(str(seen)) + datetime.timedelta(days=days)
    with database.reading() as connection:
        assert len(find_expired(connection, {"mirai": retention}, now)) == expired
        assert find_expired(connection, {"other": retention}, now) == []
    database.close()


def test_an_expired_article_leaves_its_address_alone(url: str) -> None:
    database = open_database(url)
    [(first,)] = rows(database, "SELECT min(id) FROM article")
    with database.writing() as session:
        expire(session, [int(str(first))])
    assert len(rows(database, "SELECT id FROM articles")) == 2
    states = rows(database, "SELECT state, due_at, article_id FROM address WHERE reason = 'no longer kept'")
    assert [tuple(state) for state in states] == [("done", None, None)]
    assert rows(database, "SELECT count(*) FROM search_document")[0][0] == 2
    database.close()


def test_prune_deletes_them_and_vacuum_gives_the_space_back(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = f'[database]\nurl = "{url}"\n[[source]]\nname = "mirai"\nstart = ["{URLS[0]}"]\nretain_articles = 1\n'
    (tmp_path / "kiji.toml").write_text(config, encoding="utf-8")
    assert run(["db", "prune"]) == 0
    assert "2 articles deleted that are kept no longer" in capsys.readouterr().out
    assert run(["db", "vacuum"]) == 0
    assert " before, " in capsys.readouterr().out
    database = open_database(url)
    assert len(rows(database, "SELECT id FROM articles")) == 1
    database.close()
