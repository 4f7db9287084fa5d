"""Create the newest schema in an empty SQLite database, by one script instead of all migrations.

The script is what the migrations made (``storage.database.schema_script``). It does without Alembic, which takes 0.2 s
to import, and without the tables that migrations make only to change them later.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

import storage.migrations
from storage.database.engine import Database, enable_wal
from storage.migrations.history import current_revision
from storage.tables.views import create_views

SCRIPT = Path(storage.migrations.__file__).with_name("newest_sqlite.sql")
"""Statements for all tables and indexes, and for the revision. Views are created from their own definitions."""


def create_archive(database: Database) -> None:
    """Create all tables and views in one transaction; do nothing where another process has done so meanwhile.

    ``database`` is SQLite. Raises DatabaseError where there is no room.
    """
    enable_wal(database)
    with database.translate_errors(), database.engine.connect() as connection, connection.begin():
        if current_revision(connection) is None:
            create_tables(connection)
            create_views(connection)


def create_tables(connection: Connection) -> None:
    """Run the script in the transaction of the connection."""
    for statement in _statements(SCRIPT.read_text(encoding="utf-8")):
        connection.exec_driver_sql(statement)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
