"""Archives to export, on either kind of database."""

from tests.archive.conftest import archive_url, database, empty_url, postgresql, sqlite_template

__all__ = ["archive_url", "database", "empty_url", "postgresql", "sqlite_template"]
