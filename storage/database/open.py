"""Open a database at the newest schema."""

from pathlib import Path

from storage.database.engine import Database, connect, enable_wal, parse_url, read_schema_revision
from storage.database.new_schema import create_archive
from storage.errors import DatabaseUnreachable, SchemaMismatch
from storage.migrations.history import HEAD, list_revisions


def open_database(url: str, *, create: bool = True) -> Database:
    """Open a database; create an empty one, raise SchemaMismatch for an older one.

    Where it is not to be created, an empty one, or a file that does not exist, raises DatabaseUnreachable.
    """
    if not create:
        require_file(url)
    database = connect(url)
    try:
        _bring_up(database, create=create)
    except BaseException:
        database.close()
        raise
    return database


def require_file(url: str) -> None:
    """Raise DatabaseUnreachable where an SQLite database has no file."""
    parsed = parse_url(url)
    path = Path(parsed.database or "")
    if parsed.drivername == "sqlite" and not path.is_dir() and not path.is_file():
        msg = f"database {url}: there is no such file"
        raise DatabaseUnreachable(msg)


def _bring_up(database: Database, *, create: bool) -> None:
    revision = read_schema_revision(database)
    if revision is None:
        if not create:
            msg = f"database {database.url} holds no archive"
            raise DatabaseUnreachable(msg)
        if database.is_sqlite:
            create_archive(database)
            return
        from storage.database.upgrade import upgrade  # Alembic takes 0.2 s to import and is needed once

        upgrade(database)
    elif revision != HEAD:
        known = revision in list_revisions()
        advice = f"run: kiji db upgrade --db {database.url}" if known else "it was made by a newer version of Kiji"
        msg = f"database {database.url} has schema {revision}, this version of Kiji needs {HEAD}; {advice}"
        raise SchemaMismatch(msg)
    else:
        enable_wal(database)
