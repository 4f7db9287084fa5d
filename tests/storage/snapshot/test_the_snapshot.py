"""A snapshot: one flat SQLite file with local times, the same from either database, whole or not there at all."""

import contextlib
import datetime
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, text, update

from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseError
from storage.report.figures import read_figures
from storage.search.query import find_countable, search
from storage.snapshot.activity import count_activity
from storage.snapshot.local_time import LocalClock
from storage.snapshot.search_places import count_places
from storage.snapshot.sqlite_file import Origin, make_snapshot
from storage.tables.core import Article
from storage.tables.search import SearchDocument
from storage.web import views
from tests.support.generated_archive import fill
from tests.support.visits import rows

NOW = datetime.datetime(2026, 11, 25, 21, 30, tzinfo=datetime.UTC)
TOKYO = Origin("0.0", "Asia/Tokyo", NOW)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        yield connection


@pytest.fixture
def filled(database: Database) -> Database:
    """An archive with 120 articles, on either kind of database."""
    with database.writing() as session:
        fill(session, 120, NOW)
    return database


def test_a_snapshot_holds_what_the_views_show_with_local_times_beside(filled: Database, tmp_path: Path) -> None:
    counts = make_snapshot(filled, tmp_path / "news.sqlite", TOKYO)
    assert counts["articles"] == 120
    shared = "id, url, source, site, language, title, text, summary, published_at, first_seen_at, revision"
    with opened(tmp_path / "news.sqlite") as snapshot:
        found = snapshot.execute(f"SELECT {shared} FROM articles ORDER BY id").fetchall()
        assert found == rows(filled, f"SELECT {shared} FROM articles ORDER BY id")
        links = "SELECT count(*), count(related_article_id), min(url), max(title) FROM related_links"
        assert snapshot.execute(links).fetchall() == rows(filled, links)
        for view in ("copies", "revisions"):
            assert snapshot.execute(f"SELECT count(*) FROM {view}").fetchone()[0] == counts[view] > 0
        wrong = snapshot.execute(
            "SELECT count(*) FROM articles WHERE published_local <> datetime(published_at, '+9 hours')"
            " OR day <> date(published_at, '+9 hours') OR characters <> length(text)"
        )
        assert wrong.fetchone() == (0,)


def test_sources_days_and_descriptions_have_no_hole(filled: Database, tmp_path: Path) -> None:
    make_snapshot(filled, tmp_path / "news.sqlite", TOKYO)
    with opened(tmp_path / "news.sqlite") as snapshot:
        assert snapshot.execute("SELECT sum(articles), count(*) FROM sources").fetchone() == (120, 9)
        assert snapshot.execute("SELECT sum(articles) FROM source_days").fetchone() == (120,)
        fetched = rows(filled, "SELECT count(*) FROM fetches")
        assert snapshot.execute("SELECT sum(fetched) FROM source_days").fetchall() == fetched
        assert snapshot.execute("SELECT sum(times) > 0 FROM source_troubles").fetchone() == (1,)
        assert snapshot.execute("SELECT * FROM column_descriptions WHERE description = ''").fetchall() == []
        described = snapshot.execute('SELECT count(DISTINCT "table") FROM column_descriptions').fetchone()[0]
        tables = "SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
        hidden = " AND name NOT LIKE 'search%'"
        assert snapshot.execute(tables + hidden).fetchone() == (described,)


def test_a_snapshot_says_where_it_is_from_without_the_password(filled: Database, tmp_path: Path) -> None:
    make_snapshot(filled, tmp_path / "news.sqlite", TOKYO)
    with opened(tmp_path / "news.sqlite") as snapshot:
        told = dict(snapshot.execute("SELECT key, value FROM metadata").fetchall())
    assert told["made_at"] == "2026-11-25T21:30:00Z"
    assert told["made_local"] == "2026-11-26 06:30:00"
    assert told["made_from"] == filled.url
    assert (told["kiji_version"], told["timezone"]) == ("0.0", "Asia/Tokyo")


def test_what_is_written_while_a_snapshot_is_made_is_not_in_it(filled: Database, tmp_path: Path) -> None:
    written: list[str] = []

    def write_once(table: str, _rows: int) -> None:
        if table == "articles" and not written:
            written.append(table)
            with filled.writing() as session:
                session.execute(update(Article).values(title="written meanwhile", revision=9))

    make_snapshot(filled, tmp_path / "news.sqlite", TOKYO, write_once)
    assert rows(filled, "SELECT DISTINCT title FROM articles") == [("written meanwhile",)]
    with opened(tmp_path / "news.sqlite") as snapshot:
        assert snapshot.execute("SELECT count(*) FROM articles WHERE revision = 9").fetchone() == (0,)
        assert snapshot.execute("SELECT count(*) FROM revisions WHERE title = 'written meanwhile'").fetchone() == (0,)


def test_rows_are_copied_in_batches(filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.snapshot.sqlite_file.BATCH", 50)
    copied: list[int] = []
    make_snapshot(
        filled, tmp_path / "news.sqlite", TOKYO, lambda table, rows: copied.extend([rows] * (table == "articles"))
    )
    assert copied == [50, 50, 20]


def test_whoever_reads_the_old_snapshot_keeps_it_and_the_next_reader_has_the_new_one(
    filled: Database, tmp_path: Path
) -> None:
    path = tmp_path / "news.sqlite"
    make_snapshot(filled, path, TOKYO)
    with opened(path) as old:
        assert old.execute("SELECT count(*) FROM articles WHERE title = 'new'").fetchone() == (0,)
        with filled.writing() as session:
            session.execute(update(Article).values(title="new"))
        make_snapshot(filled, path, TOKYO)
        assert old.execute("SELECT count(*) FROM articles WHERE title = 'new'").fetchone() == (0,)
    with opened(path) as new:
        assert new.execute("SELECT count(*) FROM articles WHERE title = 'new'").fetchone() == (120,)
    assert path.stat().st_mode & 0o222 == 0
    assert [left.name for left in tmp_path.glob(".*")] == []


def test_a_snapshot_that_fails_leaves_the_last_one_and_no_debris(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "news.sqlite"
    make_snapshot(filled, path, TOKYO)
    before = path.read_bytes()

    def fail(table: str, _rows: int) -> None:
        if table == "revisions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_snapshot(filled, path, TOKYO, fail)
    assert path.read_bytes() == before
    assert list(tmp_path.glob(".*")) == []


def test_what_a_killed_maker_left_is_swept_and_a_living_one_is_left_alone(filled: Database, tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f".news.sqlite.{dead.pid}.partial"
    left.write_bytes(b"half")
    living = tmp_path / f".news.sqlite.{os.getppid()}.partial"
    living.write_bytes(b"half")
    make_snapshot(filled, tmp_path / "news.sqlite", TOKYO)
    assert not left.exists()
    assert living.exists()


def test_a_folder_that_is_not_there_is_one_clear_line(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"snapshot .*nowhere/news\.sqlite: .*nothing was replaced"):
        make_snapshot(filled, tmp_path / "nowhere" / "news.sqlite", TOKYO)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Asia/Kathmandu", "America/St_Johns", "UTC"])
def test_days_are_local_to_the_minute_whatever_the_zone(filled: Database, zone: str) -> None:
    clock = LocalClock(zone)
    with filled.reading() as connection:
        counted = count_activity(connection, clock)
    days: dict[str, int] = {}
    for (published,) in rows(filled, "SELECT published_at FROM articles"):
        day = clock.day(str(published)) or ""
        days[day] = days.get(day, 0) + 1
    found: dict[str, int] = {}
    for (_, day), activity_of_day in counted.items():
        if activity_of_day.articles:
            found[day] = found.get(day, 0) + activity_of_day.articles.total()
    assert found == days


def test_a_time_beyond_the_calendar_has_no_local_time() -> None:
    assert LocalClock("Asia/Tokyo").local("9999-12-31T23:00:00Z") is None
    assert LocalClock("Asia/Tokyo").local(None) is None


WORDS = ("韓国", "地", "ferry", "rice -Taipei", '"no tsunami danger"', "台風 接近", "quakes")


def found(url: str, words: str, database: Database | None = None) -> list[int]:
    """What search finds, in its order: in an archive, or in a snapshot's file."""
    if database is not None:
        with database.reading() as connection:
            return [hit.id for hit in search(connection, words, limit=50, now=NOW)]
    engine = create_engine(url)
    with engine.connect() as connection:
        hits = [hit.id for hit in search(connection, words, limit=50, now=NOW)]
    engine.dispose()
    return hits


@pytest.mark.parametrize("in_step", [True, False])
def test_search_finds_in_a_snapshot_what_it_finds_in_the_archive(
    filled: Database, tmp_path: Path, in_step: bool
) -> None:
    expected = {words: found("", words, filled) for words in WORDS}
    if not in_step:
        with filled.writing() as session:
            session.execute(delete(SearchDocument).where(SearchDocument.article_id == 7))
    make_snapshot(filled, tmp_path / "news.sqlite", TOKYO)
    url = f"sqlite:///file:{tmp_path}/news.sqlite?mode=ro&uri=true"
    assert {words: found(url, words) for words in WORDS} == expected
    assert sum(map(bool, expected.values())) >= 5


def test_what_a_snapshot_finds_is_counted_by_language_source_and_local_day(filled: Database, tmp_path: Path) -> None:
    make_snapshot(filled, tmp_path / "news.sqlite", TOKYO)
    engine = create_engine(f"sqlite:///file:{tmp_path}/news.sqlite?mode=ro&uri=true")
    with engine.connect() as connection:
        places = count_places(connection, find_countable(connection, "the"))
        days = "SELECT language, source, date(dated_at, '+9 hours'), count(*) FROM search_document"
        expected = connection.execute(text(f"{days} WHERE language = 'en' GROUP BY 1, 2, 3")).all()
    engine.dispose()
    assert sorted((*place, number) for place, number in places.items()) == sorted(map(tuple, expected))
    assert len(places) > 5


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM stories WHERE articles > 1 AND last_local >= ? AND first_local < ? AND articles_ja > 0",
        "SELECT max(last_local) FROM stories WHERE articles > 1 AND last_local < ? AND last_local < ?",
        "SELECT min(first_local) FROM stories WHERE articles > 1 AND first_local >= ? AND first_local >= ?",
    ],
)
def test_stories_of_a_period_are_looked_up_in_an_index(filled: Database, tmp_path: Path, query: str) -> None:
    make_snapshot(filled, tmp_path / "news.sqlite", TOKYO)
    with opened(tmp_path / "news.sqlite") as snapshot:
        plan = [row[3] for row in snapshot.execute(f"EXPLAIN QUERY PLAN {query}", ("2026-11-25", "2026-11-26"))]
    assert [line.split("stories")[0] for line in plan] == ["SEARCH "]
    assert "COVERING INDEX" in plan[0]


def test_the_home_page_reads_few_of_all_articles(filled: Database, tmp_path: Path) -> None:
    make_snapshot(filled, tmp_path / "news.sqlite", TOKYO)
    asked: list[str] = []
    with opened(tmp_path / "news.sqlite") as snapshot:
        snapshot.set_trace_callback(asked.append)
        views.home(snapshot)
        snapshot.set_trace_callback(None)
        plans = [row[3] for query in asked for row in snapshot.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert [line for line in plans if line.startswith("SCAN articles") and "_language_" in line] == []
    assert any("articles_first_seen_at" in line for line in plans)


def test_a_snapshots_index_is_made_as_the_archives(filled: Database, tmp_path: Path) -> None:
    if not filled.is_sqlite:
        pytest.skip("PostgreSQL's index is of another kind")
    make_snapshot(filled, tmp_path / "news.sqlite", TOKYO)
    query = "SELECT name, sql FROM sqlite_master WHERE name IN ('search_titles', 'search_texts') ORDER BY name"
    with opened(tmp_path / "news.sqlite") as snapshot, filled.reading() as connection:
        assert snapshot.execute(query).fetchall() == [tuple(row) for row in connection.execute(text(query))]
        snapshot_check = snapshot.execute("SELECT count(*) FROM search_document").fetchone()
        assert snapshot_check == (120,)


def test_the_reports_figures_are_the_same_on_both_databases(filled: Database, tmp_path: Path) -> None:
    clock = LocalClock("Asia/Tokyo")
    since = NOW - datetime.timedelta(days=2)
    with filled.reading() as connection:
        found = read_figures(connection, clock, since, NOW)
    other = open_database(f"sqlite:///{tmp_path}/other.db")
    with other.writing() as session:
        fill(session, 120, NOW)
    with other.reading() as connection:
        assert read_figures(connection, clock, since, NOW) == found
    other.close()
    assert found.stories
