"""The fixtures of the archive's tests: real databases of both kinds."""

from tests.archive.conftest import archive_url, database, empty_url, postgresql, sqlite_template

__all__ = ["archive_url", "database", "empty_url", "postgresql", "sqlite_template"]
