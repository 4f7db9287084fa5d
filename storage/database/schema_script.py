"""Write the script that creates the newest schema on SQLite: what the migrations make of an empty database.

    python -m storage.database.schema_script storage/migrations/newest_sqlite.sql

``make dictionary`` does so after a change of the migrations. A test compares the script with the migrations.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from storage.database.engine import connect
from storage.database.upgrade import migrate

_HEAD = "-- Made from the migrations by `make dictionary`: change them instead.\n"
# Virtual tables make their own shadow tables, and SQLite the indexes of keys.
_OBJECTS = """SELECT sql FROM sqlite_master
WHERE sql IS NOT NULL AND type <> 'view' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
AND tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
ORDER BY rowid"""
_REVISION = "SELECT version_num FROM alembic_version"


def schema_script() -> str:
    """Make all migrations in a new database; return the statements that create its tables and indexes."""
    with tempfile.TemporaryDirectory() as folder:
        database = connect(f"sqlite:///{folder}/kiji.db")
        with database.engine.connect() as connection, connection.begin():
            migrate(connection)
            script = _HEAD + "".join(f"{statement};\n" for statement in _statements(connection))
        database.close()
    return script


def _statements(connection: Connection) -> Iterator[str]:
    yield from connection.exec_driver_sql(_OBJECTS).scalars().all()
    revision = connection.exec_driver_sql(_REVISION).scalar_one()
    yield f"INSERT INTO alembic_version (version_num) VALUES ('{revision}')"  # noqa: S608 - a name of ours


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_script(), encoding="utf-8")
