"""Give the space of deleted rows back to the disk."""

from sqlalchemy import text

from storage.database.engine import Database


def vacuum(database: Database) -> tuple[int, int]:
    """Rewrite an SQLite file without free pages, or vacuum PostgreSQL's tables; return the bytes before and after.

    On SQLite it needs as much free space as the file has, and nobody else may use the file meanwhile. PostgreSQL keeps
    the space for new rows, and goes on working.
    """
    with database.translate_errors():
        before = _size(database)
        if database.is_sqlite:
            with database.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                if raw is not None:
                    for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                        raw.cursor().execute(statement)
        else:
            engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("VACUUM (ANALYZE)"))
        return before, _size(database)


def _size(database: Database) -> int:
    sqlite = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with database.reading() as connection:
        size = connection.scalar(text(sqlite if database.is_sqlite else "SELECT pg_database_size(current_database())"))
    return int(size or 0)
