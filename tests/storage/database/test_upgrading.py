"""An upgrade from every earlier schema keeps every row, with the references and views that belong to it."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, func, inspect, select, text

import storage.migrations
from crawler.cli import run
from storage.database.engine import Database, connect
from storage.database.open import open_database
from storage.database.upgrade import upgrade
from storage.errors import DatabaseError, SchemaMismatch
from storage.migrations.history import HEAD, list_revisions
from storage.search.index import is_up_to_date
from storage.tables.core import Base
from storage.tables.views import VIEWS
from tests.support.filling import WORDS, fill_empty
from tests.support.full_disk import files_no_longer_than

EARLIER = sorted(list_revisions() - {HEAD})


def at_revision(url: str, revision: str) -> Database:
    """A database at an earlier schema, with a row in each of its tables and its views."""
    database = connect(url)
    config = Config()
    config.set_main_option("script_location", str(Path(storage.migrations.__file__).parent))
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    with database.engine.connect() as connection, connection.begin():
        fill_empty(connection)
        connection.execute(text("CREATE VIEW revisions AS SELECT id AS article_id FROM article"))  # an earlier form
    return database


def counts(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        there = MetaData()
        there.reflect(connection)
        ours = [table for table in there.sorted_tables if table.name in Base.metadata.tables]
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in ours}


@pytest.mark.parametrize("revision", EARLIER)
def test_an_upgrade_keeps_every_row_of_every_table(empty_url: str, revision: str) -> None:
    database = at_revision(empty_url, revision)
    before = counts(database)
    assert all(before.values())
    backup = upgrade(database)
    after = counts(database)
    assert {name: after[name] for name in before} == before
    with database.reading() as connection:
        for view in VIEWS:
            connection.execute(text(f"SELECT * FROM {view}")).fetchall()
        assert connection.execute(text("SELECT title FROM articles")).all() == [(WORDS,)]
        assert is_up_to_date(connection)
    database.close()
    open_database(empty_url, create=False).close()
    if database.is_sqlite:
        assert backup is not None
        with sqlite3.connect(backup) as old:
            assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)
            assert old.execute("SELECT count(*) FROM article").fetchone() == (1,)


def test_an_upgrade_that_would_break_a_reference_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    database = at_revision(f"sqlite:///{tmp_path}/k.db", EARLIER[0])
    with sqlite3.connect(tmp_path / "k.db") as raw:
        raw.execute("UPDATE copy SET article_id = 4711")
    with pytest.raises(SchemaMismatch, match="table copy with broken references"):
        upgrade(database)
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == EARLIER[0]
    database.close()


def test_an_upgrade_without_room_for_its_backup_changes_nothing(tmp_path: Path) -> None:
    database = at_revision(f"sqlite:///{tmp_path}/k.db", EARLIER[-1])
    last = tmp_path / f"k.db.backup-{EARLIER[-1]}"
    last.write_text("the last one")
    with files_no_longer_than(100_000), pytest.raises(DatabaseError, match="nothing was upgraded"):
        upgrade(database)
    assert last.read_text() == "the last one"
    assert list(tmp_path.glob("*.part*")) == []
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == EARLIER[-1]
    assert upgrade(database) == last
    database.close()


COMMANDS = (
    ["db", "upgrade"],
    ["crawl", "https://news.example/"],
    ["search", "tax"],
    ["doctor", "--offline"],
    ["import", "a.jsonl"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_another_programs_database_is_left_as_it_is(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").touch()
    with contextlib.closing(sqlite3.connect("theirs.db")) as theirs, theirs:
        theirs.execute("CREATE TABLE invoice (id INTEGER)")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert run([*command, "--db", "sqlite:///theirs.db"]) in (1, 2)
    told = capsys.readouterr()
    assert "holds other tables than Kiji's" in told.out + told.err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_upgrade_leaves_another_programs_tables_alone(empty_url: str) -> None:
    database = connect(empty_url)
    with database.engine.connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE invoice (id INTEGER)"))
    with pytest.raises(SchemaMismatch, match="other tables than Kiji's"):
        upgrade(database)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["invoice"]
    database.close()


def test_an_archive_has_its_log_also_where_a_backup_had_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kiji.db"
    open_database(url).close()
    for mode in ("wal", "delete"):
        with contextlib.closing(sqlite3.connect(tmp_path / "kiji.db")) as raw:
            raw.execute(f"PRAGMA journal_mode = {mode}")
        open_database(url).close()
        with contextlib.closing(sqlite3.connect(tmp_path / "kiji.db")) as raw:
            assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
