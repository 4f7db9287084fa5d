"""Backups that can be restored, checks that find damage, and pages that are kept no longer than they may be."""

import datetime
import importlib.util
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler.config.tables import Archive
from crawler.monitoring.retention import prune_pages
from pipelines.warc.page_store import PageFiles
from pipelines.warc.place import ArchivePlace
from pipelines.workers.result import record_of
from storage.database.backup import BackupFailed, back_up
from storage.database.check import check_database
from storage.database.engine import Database
from storage.database.open import open_database
from storage.visit import Visit, WarcLocation
from storage.warc_index.index import find_missing_files
from storage.warc_index.retention import delete_old_fetches
from tests.support.archived_pages import raw
from tests.support.commands import kiji
from tests.support.visits import FIRST_DAY, Crawling, article, rows, scope

URL = "https://news.example/2026/10/05/ferry-returns"
DAY = datetime.timedelta(days=1)


def filled(database: Database, folder: Path, days: int) -> None:
    """One article, kept in a file for each day; the files' own times are those of the days."""
    for day in range(days):
        when = FIRST_DAY + day * DAY
        files = PageFiles(folder, now=lambda when=when: when)  # type: ignore[misc]  # a day's own clock
        [place] = files.keep([record_of(raw(day))])
        assert isinstance(place, WarcLocation)
        crawling = Crawling(database, scope(URL))
        [lease] = crawling.lease()
        visit = Visit(lease, URL, when, 200, article(URL, text=f"Wording {day} of it"), record=place)
        crawling.writer.store(visit).result()
        crawling.finish()
        files.close()
        os.utime(folder / place.file, (when.timestamp(), when.timestamp()))


def kept_days(database: Database) -> list[str]:
    return [str(row[0])[:10] for row in rows(database, "SELECT fetched_at FROM kept_page ORDER BY fetched_at")]


def test_pages_go_by_age_and_by_size_whole_files_the_oldest_first(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "archive.warc"
    filled(database, folder, 6)
    now = FIRST_DAY + 6 * DAY
    one_file = max(path.stat().st_size for path in folder.iterdir())
    assert prune_pages(database, ArchivePlace(folder), Archive(), now).files == 0
    gone = prune_pages(database, ArchivePlace(folder), Archive(max_age="4d"), now)
    assert (gone.files, gone.pages) == (2, 2)
    assert kept_days(database) == ["2026-10-07", "2026-10-08", "2026-10-09", "2026-10-10"]
    prune_pages(database, ArchivePlace(folder), Archive(max_size=f"{one_file * 2} B"), now)
    assert kept_days(database) == ["2026-10-09", "2026-10-10"]
    prune_pages(database, ArchivePlace(folder), Archive(max_size="1 B"), now)
    assert kept_days(database) == ["2026-10-10"]  # it is a day old at most: somebody may write to it
    assert len(list(folder.iterdir())) == 1
    assert rows(database, "SELECT count(*) FROM articles") == [(1,)]


def test_a_file_that_the_index_does_not_know_goes_by_its_own_age_and_others_files_stay(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "archive.warc"
    filled(database, folder, 1)
    orphan, foreign = folder / "kiji-20250101000000-00001-here-1.warc.gz", folder / "notes.warc.gz"
    for path in (orphan, foreign):
        path.write_bytes(b"x")
        os.utime(path, (0, 0))
    assert prune_pages(database, ArchivePlace(folder), Archive(max_age="30d"), FIRST_DAY + DAY).files == 1
    assert not orphan.exists()
    assert foreign.exists()


def test_a_sound_archive_is_called_sound_and_rows_that_disagree_are_named(database: Database, tmp_path: Path) -> None:
    filled(database, tmp_path / "archive.warc", 2)
    assert check_database(database) == []
    with database.writing() as session:
        session.execute(text("UPDATE run SET failed = failed + 1 WHERE id = 1"))
        session.execute(text("UPDATE article SET revision = 7"))
        session.execute(text("UPDATE address SET article_id = 99 WHERE article_id IS NULL"))
        session.execute(text("UPDATE address SET article_id = 98"))
    problems = "\n".join(check_database(database))
    assert "1 runs whose counts are not what their fetches add up to: 1" in problems
    assert "articles whose revisions are not all there" in problems
    assert "addresses that show an article that is not there" in problems
    assert "articles whose own address shows another" in problems


def test_kept_pages_whose_files_are_gone_or_cut_are_named(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "archive.warc"
    filled(database, folder, 2)
    first, second = sorted(folder.iterdir())
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1])
    with database.reading() as connection:
        found = find_missing_files(connection, folder)
    assert [(name, pages) for name, pages, _ in found] == [(first.name, 1), (second.name, 1)]
    assert found[0][2] == "is not there"
    assert "ends at byte" in found[1][2]


def test_old_lines_of_the_accounts_go_and_the_runs_stay(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.warc_index.retention.TOGETHER", 1)
    filled(database, tmp_path / "archive.warc", 2)
    assert delete_old_fetches(database, FIRST_DAY) == 0
    assert delete_old_fetches(database, datetime.datetime.now(datetime.UTC) + DAY) == 2
    assert rows(database, "SELECT count(*) FROM runs WHERE articles_new + articles_updated = 1") == [(2,)]
    assert check_database(database) == []


def test_a_backup_of_a_database_in_use_is_whole_and_overwrites_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server's own pg_dump: an older one, as the system may have, refuses to dump a newer server.
    found = importlib.util.find_spec("pgserver")
    assert found is not None
    programs = Path(str(found.origin)).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    filled(database, tmp_path / "archive.warc", 2)
    with database.writing() as session:
        session.execute(text("UPDATE source SET scope = 'not committed'"))
        if database.is_sqlite:
            assert back_up(database, tmp_path / "backup.db") > 0
        session.rollback()
    if not database.is_sqlite:
        back_up(database, tmp_path / "backup.db")
        assert (tmp_path / "backup.db").read_bytes()[:5] == b"PGDMP"
    else:
        copy = open_database(f"sqlite:///{tmp_path}/backup.db", create=False)
        for query in ("SELECT * FROM articles", "SELECT * FROM revisions", "SELECT * FROM source"):
            assert rows(copy, query) == rows(database, query)
        copy.close()
    with pytest.raises(BackupFailed, match="is there already"):
        back_up(database, tmp_path / "backup.db")


def test_the_commands_say_what_they_did_and_a_damaged_file_is_found(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    filled(database, tmp_path / "kiji.warc", 2)
    database.close()
    assert "is sound" in kiji("db", "check", folder=tmp_path).stdout
    assert kiji("db", "backup", "copy.db", folder=tmp_path).returncode == 0
    (tmp_path / "kiji.toml").write_text("[archive]\nenabled = false\n")  # what lies there is pruned all the same
    assert "2 files" in kiji("db", "prune", "--max-age", "2d", "--fetches", "1h", folder=tmp_path).stdout
    assert kiji("db", "prune", "--max-age", "soon", folder=tmp_path).returncode == 2
    with (tmp_path / "copy.db").open("r+b") as file:
        file.seek(3 * 4_096)
        file.write(b"\xff" * 20_000)
    damaged = kiji("db", "check", "--db", "sqlite:///copy.db", folder=tmp_path)
    assert damaged.returncode != 0
    assert "damaged" in damaged.stderr
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / "copy.db").execute("PRAGMA integrity_check; SELECT * FROM article").fetchall()
