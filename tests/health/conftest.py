"""The databases of the archive's tests, here too."""

from tests.archive.conftest import archive_url, database, postgresql, sqlite_template

__all__ = ["archive_url", "database", "postgresql", "sqlite_template"]
