"""Real databases for every test: one PostgreSQL server and one SQLite file at the newest schema, to copy from."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database, open_database
from tests.archive.postgresql import PostgreSQLServer

TEMPLATE = "newest"
names = (f"test{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL server for the whole session, with a database at the newest schema to copy from."""
    server = PostgreSQLServer()
    open_database(server.create(TEMPLATE)).close()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest schema, to copy from."""
    path = tmp_path_factory.mktemp("newest") / "kiji.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database's URL, on either kind of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/kiji.db"
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    name = next(names)
    yield server.create(name)
    server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty archive at the newest schema, on either kind of database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "archive.db")
        yield f"sqlite:///{tmp_path}/archive.db"
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    name = next(names)
    yield server.create(name, TEMPLATE)
    server.drop(name)


@pytest.fixture
def database(archive_url: str) -> Iterator[Database]:
    """An empty archive, open, on either kind of database."""
    database = open_database(archive_url)
    yield database
    database.close()
