"""List the schema's revisions, and read a database's own."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text


def list_revisions() -> frozenset[str]:
    """List every revision that this version can upgrade from."""
    versions = Path(__file__).parent / "versions"
    return frozenset(path.name[:4] for path in versions.glob("[0-9]*.py"))


HEAD = max(list_revisions())
"""The newest schema's revision; a test holds it to what Alembic finds in ``versions/``."""


def current_revision(connection: Connection) -> str | None:
    """Read the database's revision, None without a schema of Kiji's."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if revision is None else str(revision)
