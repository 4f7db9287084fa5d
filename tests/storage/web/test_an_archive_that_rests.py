"""An archive whose newest article is months old, crawled today: pages and report look back from that article."""

import asyncio
import contextlib
import datetime
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database.engine import Database
from storage.database.open import open_database
from storage.report.figures import Figures, read_figures
from storage.report.findings import findings
from storage.report.page import report_html
from storage.snapshot.last_activity import RESTS_AFTER, last_moment
from storage.snapshot.local_time import LocalClock
from storage.snapshot.sqlite_file import make_snapshot
from storage.web import stories, views
from storage.web.search import open_search
from storage.web.server import application
from tests.support.generated_archive import fill
from tests.support.web_pages import NOW, ORIGIN

THEN = NOW - datetime.timedelta(days=60)
UNDATED, AHEAD = 3, 4
"""Two articles: one whose page gives no date, one whose page names next year."""


MAIN_PAGES = (
    "/",
    "/articles",
    "/articles?q=韓国",
    "/stories",
    "/coverage",
    "/entities",
    "/sources",
    "/queries",
    "/data",
    "/data/articles",
)


async def statuses(snapshot: Path) -> list[int]:
    """How each page of a snapshot is answered, without a server."""
    client = application(snapshot).client
    return [(await client.get(path)).status_code for path in MAIN_PAGES]


@pytest.fixture(scope="module")
def rested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('rested')}/kiji.db")
    with database.writing() as session:
        fill(session, 200, THEN)
        seen = {"seen": f"{NOW - datetime.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"}
        session.execute(text("UPDATE article SET first_seen_at = :seen, last_seen_at = :seen"), seen)
        session.execute(text("UPDATE article SET published_at = NULL WHERE id = :id"), {"id": UNDATED})
        ahead = {"id": AHEAD, "at": f"{NOW + datetime.timedelta(days=365):%Y-%m-%dT%H:%M:%SZ}"}
        session.execute(text("UPDATE article SET published_at = :at WHERE id = :id"), ahead)
    yield database
    database.close()


@pytest.fixture(scope="module")
def rested_path(rested: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("snapshot") / "news.sqlite"
    make_snapshot(rested, path, ORIGIN)
    return path


@pytest.fixture(scope="module")
def pages(rested_path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"file:{rested_path}?mode=ro", uri=True)) as connection:
        yield connection


@pytest.fixture(scope="module")
def figures(rested: Database) -> Figures:
    with rested.reading() as connection:
        return read_figures(connection, LocalClock("Asia/Tokyo"), NOW - datetime.timedelta(days=1), NOW)


def test_the_home_page_ends_with_the_newest_articles_day(pages: sqlite3.Connection) -> None:
    home = views.home(pages)
    newest = pages.execute("SELECT max(published_local) FROM articles WHERE id <> ?", (AHEAD,)).fetchone()[0]
    assert home["days"][-1].day == newest[:10]
    assert home["days"][-1].total > 0
    assert home["stories"]
    assert home["fresh"]["all"] == 200
    latest = [article["local"] for article in home["latest"]]
    assert latest[0] == newest
    assert latest == sorted(latest, reverse=True)
    assert not {UNDATED, AHEAD} & {article["id"] for article in home["latest"]}
    assert all(source["bars"][-1].day == newest[:10] for source in home["sources"])


def test_the_stories_page_shows_its_newest_week(pages: sqlite3.Connection, rested_path: Path) -> None:
    with open_search(rested_path).connect() as searched:
        found = stories.stories_page(pages, searched, {})
        undated = views.article(pages, UNDATED)
        assert undated is not None
        story = stories.story_page(pages, searched, undated["article"]["story_id"])
    assert found["counts"][""] == len(found["stories"]) > 3
    assert 0 < found["counts"]["both"] <= found["counts"][""]
    assert found["before"]
    assert story is not None
    assert {article["id"] for article in story["articles"] if article["undated"]} == {UNDATED}


def test_the_report_ends_there_too_says_so_and_calls_no_source_silent(figures: Figures) -> None:
    assert figures.rests_since is not None
    assert figures.days[-1][0] == figures.rests_since.isoformat() == max(cell.day for cell in figures.cells)
    assert sum(figures.days[-1][1:]) > 0
    assert [finding.kind for finding in findings(figures) if finding.kind in ("silent", "low", "high", "resting")] == [
        "resting"
    ]
    html = report_html(figures, "Asia/Tokyo", "en", "0.0")
    # Half past nine in the evening in UTC, and the next morning in Tokyo.
    local_day = NOW.date() + datetime.timedelta(days=1)
    assert f"{(local_day - figures.rests_since).days} days ago; the charts end there" in html
    assert "Up to yesterday" not in html


def test_the_report_tells_the_stories_that_are_new_to_the_archive(figures: Figures) -> None:
    assert figures.new == 200
    assert len(figures.stories) > 3
    assert sum(len(story.members) for story in figures.stories) == figures.in_stories


def test_a_gap_of_a_fortnight_is_shown_and_a_longer_one_is_not() -> None:
    just, longer = NOW - RESTS_AFTER, NOW - RESTS_AFTER - datetime.timedelta(seconds=1)
    assert [last_moment(newest, NOW) for newest in (None, NOW, just, longer)] == [NOW, NOW, NOW, longer]


def test_an_archive_without_an_article_has_pages_and_a_report_that_say_so(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    make_snapshot(database, tmp_path / "news.sqlite", ORIGIN)
    with contextlib.closing(sqlite3.connect(tmp_path / "news.sqlite")) as connection:
        home = views.home(connection)
        with open_search(tmp_path / "news.sqlite").connect() as searched:
            listed = stories.stories_page(connection, searched, {})
    with database.reading() as connection_:
        nothing = read_figures(connection_, LocalClock("Asia/Tokyo"), NOW - datetime.timedelta(days=1), NOW)
    database.close()
    assert asyncio.run(statuses(tmp_path / "news.sqlite")) == [200] * len(MAIN_PAGES)
    assert (home["latest"], home["stories"], listed["stories"]) == ([], [], [])
    html = report_html(nothing, "Asia/Tokyo", "en", "0.0")
    assert 'id="chart-heat"' not in html
    assert "There is no source yet." in html
    assert html.count("No story is told by more than one article.") == 2
