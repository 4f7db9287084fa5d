"""Which schemas there were, and which one a database has."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text


def known_revisions() -> frozenset[str]:
    """List every revision that this version can upgrade from."""
    versions = Path(__file__).parent / "versions"
    return frozenset(path.name[:4] for path in versions.glob("[0-9]*.py"))


HEAD = max(known_revisions())
"""The newest schema's revision; a test holds it to what Alembic finds in ``versions/``."""


def present_revision(connection: Connection) -> str | None:
    """The database's revision, None where it has no schema of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if revision is None else str(revision)
