"""Workers as an operator starts them, on a PostgreSQL of the tests' own and on hosts that log who asked when."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database.open import open_database
from tests.support.postgresql import PostgreSQLServer
from tests.support.workers import Workers

names = (f"scale{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQLServer]:
    """A server of this folder's own: it is restarted."""
    server = PostgreSQLServer()
    yield server
    server.stop()


@pytest.fixture
def archive_url(postgresql: PostgreSQLServer) -> Iterator[str]:
    """An empty archive at the newest schema."""
    name = next(names)
    url = postgresql.create(name)
    open_database(url).close()
    yield url
    postgresql.drop(name)


@pytest.fixture
def workers(tmp_path: Path, archive_url: str) -> Iterator[Workers]:
    """Workers that end with the test."""
    started = Workers(tmp_path, archive_url)
    yield started
    started.close()
