"""Upgrade a database to the newest schema, after a backup.

Foreign keys are off meanwhile, set outside the transaction: batch mode on a parent table with
``foreign_keys=ON`` deleted every child row and reported success. DDL is transactional on both databases here,
because ``storage.database.engine`` begins transactions itself.
"""

import contextlib
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.database.engine import Database, enable_wal, read_schema_revision
from storage.database.new_schema import create_archive
from storage.errors import DatabaseError, SchemaMismatch
from storage.migrations.history import HEAD, list_revisions
from storage.search.index import is_up_to_date, rebuild_index
from storage.tables.views import create_views, drop_views


def upgrade(database: Database) -> Path | None:
    """Upgrade in one transaction; return the backup's path, None without one.

    Raises SchemaMismatch for a schema that is not known here, before anything is written, and for rows that break a
    foreign key afterwards; DatabaseError where there is no room for the backup or the upgrade.
    """
    revision = read_schema_revision(database)
    if revision == HEAD:
        return None
    if revision is None and database.is_sqlite:
        create_archive(database)
        return None
    if revision is not None and revision not in list_revisions():
        msg = f"database {database.url} has schema {revision}, made by a newer version of Kiji"
        raise SchemaMismatch(msg)
    enable_wal(database)
    backup = _back_up(database, revision) if revision and database.is_sqlite else None
    with database.translate_errors(), database.engine.connect() as connection:
        if database.is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]  # open above
        with connection.begin():
            drop_views(connection)
            migrate(connection)
            create_views(connection)
            if not is_up_to_date(connection):
                rebuild_index(connection)
            if database.is_sqlite and (broken := connection.execute(text("PRAGMA foreign_key_check")).first()):
                msg = f"database {database.url}: the upgrade would leave table {broken[0]} with broken references"
                raise SchemaMismatch(msg)
        if database.is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]  # open above
    return backup


def migrate(connection: Connection) -> None:
    """Make the migrations that a database lacks, in the transaction of the connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _back_up(database: Database, revision: str) -> Path:
    source = Path(database.engine.url.database or "")
    target = source.with_name(f"{source.name}.backup-{revision}")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(part)) as new:
            old.backup(new)
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        msg = f"backup of {database.url} to {target}: {error}; nothing was upgraded"
        raise DatabaseError(msg) from error
    return target
