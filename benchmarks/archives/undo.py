"""Take an archive back to the schema before the newest one, so that the upgrade can be measured."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from alembic.command import upgrade as upgrade_to
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from benchmarks.section import ROOT
from storage.database.engine import Database, connect
from storage.migrations.history import list_revisions
from storage.tables.views import drop_views


def undo_newest(database: Database) -> None:
    """Drop the tables, columns and indexes that an empty archive of the schema before the newest has not."""
    before = sorted(list_revisions())[-2]
    with tempfile.TemporaryDirectory() as folder:
        empty = connect(f"sqlite:///{Path(folder) / 'empty.db'}")
        config = Config()
        config.set_main_option("script_location", str(ROOT / "storage" / "migrations"))
        with empty.engine.begin() as connection:
            config.attributes["connection"] = connection
            upgrade_to(config, before)
            tables, indexes = _columns(connection), _indexes(connection)
        empty.close()
    with database.engine.begin() as connection:
        drop_views(connection)
        for index in _indexes(connection) - indexes:
            connection.execute(text(f'DROP INDEX "{index}"'))
        for table, columns in _columns(connection).items():
            if table not in tables:
                connection.execute(text(f'DROP TABLE "{table}"'))
            for column in columns - tables.get(table, columns):
                connection.execute(text(f'ALTER TABLE "{table}" DROP COLUMN "{column}"'))
        connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": before})


def _columns(connection: Connection) -> Mapping[str, frozenset[str]]:
    there = inspect(connection)
    names = [name for name in there.get_table_names() if not name.startswith("search_t")]  # SQLite's own, of FTS5
    return {name: frozenset(column["name"] for column in there.get_columns(name)) for name in names}


def _indexes(connection: Connection) -> frozenset[str]:
    there = inspect(connection)
    names = (index["name"] for table in there.get_table_names() for index in there.get_indexes(table))
    return frozenset(name for name in names if name and not name.startswith(("ix_search_t", "uq_")))
