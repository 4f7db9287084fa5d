"""The schema: made by migrations, equal to the models, and never mistaken for another."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import storage.migrations
import storage.tables.all
from storage.database.engine import Database, connect, enable_wal
from storage.database.new_schema import create_archive
from storage.database.open import open_database
from storage.database.upgrade import migrate
from storage.errors import DatabaseUnreachable, SchemaMismatch
from storage.migrations.history import HEAD, list_revisions
from storage.tables.core import Base
from storage.tables.views import VIEWS, create_views
from tests.support.postgresql import PostgreSQLServer
from tests.support.visits import rows


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    def is_modelled(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or not str(name).startswith(("search_titles", "search_texts"))

    with database.reading() as connection:
        options = {"compare_type": False, "include_name": is_modelled}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_the_newest_schema_is_the_one_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == HEAD
    assert {script.revision for script in scripts.walk_revisions()} == list_revisions()


def test_a_new_sqlite_archive_is_what_all_migrations_make(tmp_path: Path) -> None:
    made = [connect(f"sqlite:///{tmp_path}/{name}.db") for name in ("script", "migrations")]
    create_archive(made[0])
    enable_wal(made[1])
    with made[1].engine.connect() as connection, connection.begin():
        migrate(connection)
        create_views(connection)
    for database in made:
        database.close()
    by_script, by_migrations = (everything(tmp_path / f"{name}.db") for name in ("script", "migrations"))
    assert by_script == by_migrations, "make dictionary writes the script anew"


def everything(file: Path) -> dict[str, object]:
    """All that an SQLite file holds: the words of its tables, indexes and views, every row, and its settings."""
    with contextlib.closing(sqlite3.connect(file)) as raw:
        objects = raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        tables = [name for kind, name, _, words in objects if kind == "table" and "VIRTUAL" not in words]
        rows = {name: raw.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
        pragmas = ("page_size", "encoding", "auto_vacuum", "user_version", "application_id", "journal_mode")
        settings = {name: raw.execute(f"PRAGMA {name}").fetchone() for name in pragmas}
    return {"objects": objects, "rows": rows, "settings": settings}


def test_an_empty_database_gets_the_newest_schema_once(empty_url: str) -> None:
    with pytest.raises(DatabaseUnreachable, match=r"no such file|holds no archive"):
        open_database(empty_url, create=False)
    open_database(empty_url).close()
    database = open_database(empty_url, create=False)
    assert rows(database, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    database.close()


def test_a_schema_of_a_newer_version_is_refused_and_left_as_it_is(archive_url: str) -> None:
    execute(archive_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaMismatch, match="newer version of Kiji"):
        open_database(archive_url)


def test_an_older_schema_is_refused_with_the_command_that_mends_it(
    archive_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.open.HEAD", "9998")  # as the next version will have it
    with pytest.raises(SchemaMismatch, match=r"kiji db upgrade --db (sqlite|postgresql)"):
        open_database(archive_url)


def test_somebody_elses_database_is_left_alone(empty_url: str) -> None:
    execute(empty_url, "CREATE TABLE diary (entry TEXT)")
    with pytest.raises(SchemaMismatch, match="a database of its own"):
        open_database(empty_url)


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWS, "runs", "SELECT FROM WHERE")
    with pytest.raises(DBAPIError, match="syntax error"):
        open_database(empty_url)
    monkeypatch.undo()
    open_database(empty_url).close()


def execute(url: str, statement: str) -> None:
    database = connect(url)
    with database.writing() as session:
        session.execute(text(statement))
    database.close()


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, but long enough to be looked at as one" * 100)
    with pytest.raises(DatabaseUnreachable, match=r"text\.db.*not a database"):
        open_database(f"sqlite:///{tmp_path}/text.db")


@pytest.mark.parametrize(
    "url",
    [
        "kiji.db",
        "mysql://localhost/kiji",
        "sqlite://",
        "sqlite:////no/such/folder/k.db",
        "postgresql://kiji:secret@/kiji?host=/no/such/folder",
        "postgres://kiji:secret@no-such-host.invalid/kiji",
    ],
)
def test_an_address_that_is_no_database_of_ours_is_one_clear_line(url: str) -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        open_database(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_postgresql_database_that_cannot_hold_every_language_is_refused(postgresql: PostgreSQLServer) -> None:
    postgresql.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(DatabaseUnreachable, match=r"encoded in LATIN1; create one with ENCODING 'UTF8'"):
        open_database(postgresql.url("latin"))
    postgresql.drop("latin")
