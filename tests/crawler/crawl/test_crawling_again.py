"""A run costs what changed: requests are counted from the site's own log."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.changing_site import LivingSite, path_of
from tests.support.commands import Rows, kiji, query, record_of

ARTICLES = 24
EDITED, NEW = (0, 2, 3), 2
ROWS = (
    "SELECT id, url, title, text, first_seen_at, revision FROM articles ORDER BY id",
    "SELECT page_url, url, title, position, first_seen_at FROM related_links ORDER BY 1, 2",
    "SELECT * FROM revisions ORDER BY 1, 2",
)


@pytest.fixture(scope="module")
def site() -> Iterator[LivingSite]:
    with LivingSite(ARTICLES) as site:
        yield site


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, site: LivingSite) -> Path:
    """A folder with an archive of the whole site, to copy from."""
    folder = tmp_path_factory.mktemp("crawled")
    (folder / "kiji.toml").write_text(site.config())
    assert record_of(kiji("crawl", "--json", folder=folder))["articles_new"] == ARTICLES
    site.log.clear()
    return folder


@pytest.fixture
def folder(crawled: Path, tmp_path: Path, site: LivingSite) -> Path:
    shutil.copytree(crawled, tmp_path, dirs_exist_ok=True)
    site.log.clear()
    return tmp_path


def stored(folder: Path) -> list[Rows]:
    return [query(folder, rows) for rows in ROWS]


def test_a_crawl_right_after_asks_for_nothing_and_one_by_name_for_the_start_page_alone(
    folder: Path, site: LivingSite
) -> None:
    done = kiji("crawl", "--json", folder=folder)
    assert (done.returncode, record_of(done)["requests"], site.log) == (0, 0, [])
    done = kiji("crawl", "living", "--json", folder=folder)
    assert done.returncode == 0
    assert [(asked.path, asked.status) for asked in site.log] == [("/sitemap.xml", 304)]


def test_a_refresh_with_nothing_changed_gets_304_wherever_it_can_and_changes_no_row(
    folder: Path, site: LivingSite
) -> None:
    before = stored(folder)
    record = record_of(kiji("crawl", "living", "--refresh", "--json", folder=folder))
    assert record["articles_unchanged"] == ARTICLES
    answers = {asked.path: asked.status for asked in site.log if asked.path.startswith("/news/")}
    assert answers == {path_of(n): 304 if site.has_validator(n) else 200 for n in range(ARTICLES)}
    assert stored(folder) == before


def test_an_hour_later_each_article_is_read_again_once(folder: Path) -> None:
    query_all = "SELECT count(*) FROM address WHERE due_at > datetime('now')"
    assert query(folder, query_all) == [(ARTICLES,)]
    shift(folder, hours=-1)
    record = record_of(kiji("crawl", "--json", folder=folder))
    assert record["articles_unchanged"] == ARTICLES
    assert record_of(kiji("crawl", "--json", folder=folder))["requests"] == 0
    [(least,)] = query(folder, "SELECT min(unixepoch(due_at) - unixepoch('now')) FROM address")
    assert least > 4.9 * 3600  # six hours after the first sight


def shift(folder: Path, hours: int) -> None:
    """Let the archive be older by so many hours."""
    with sqlite3.connect(folder / "kiji.db") as connection:
        for table, columns in {"address": ("due_at", "fetched_at"), "article": ("first_seen_at",)}.items():
            for column in columns:
                moved = f"strftime('%Y-%m-%dT%H:%M:%SZ', {column}, '{hours} hours')"
                connection.execute(f"UPDATE {table} SET {column} = {moved}")
    connection.close()


def test_edits_and_new_articles_are_found_exactly(folder: Path, site: LivingSite) -> None:
    for number in EDITED:
        site.edit(number)
    site.publish(NEW)
    record = record_of(kiji("crawl", "living", "--refresh", "--json", folder=folder))
    assert (record["articles_new"], record["articles_updated"]) == (NEW, len(EDITED))
    revised = {url for (url,) in query(folder, "SELECT url FROM articles WHERE revision > 1")}
    assert revised == {site.base + path_of(number) for number in EDITED}
    added = {url for (url,) in query(folder, "SELECT url FROM articles WHERE id > ?", ARTICLES)}
    assert added == {site.base + path_of(number) for number in range(ARTICLES, ARTICLES + NEW)}
