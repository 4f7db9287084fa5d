"""An upgrade from every earlier schema keeps every row, with the references and views that belong to it."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, func, select, text

import storage.migrations
from storage.database import Database, connect, open_database
from storage.errors import SchemaMismatch
from storage.migrations.history import HEAD, known_revisions
from storage.models import Base
from storage.search_index import is_in_step
from storage.upgrade import upgrade
from storage.views import VIEWS
from tests.archive.filling import WORDS, fill_empty

EARLIER = sorted(known_revisions() - {HEAD})


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
        assert is_in_step(connection)
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
