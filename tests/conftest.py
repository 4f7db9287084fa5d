"""The order of the tests, and real databases for each: one PostgreSQL server and one SQLite file to copy from."""

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database.engine import Database
from storage.database.open import open_database
from tests.support.databases import TEMPLATE, names
from tests.support.postgresql import PostgreSQLServer
from tests.support.shared_statements import share_compiled_statements

LONGEST = (
    "crawler/workers/test_another_version_of_procrastinate.py",
    "crawler/cli/test_setting_up.py",
    "house/test_extending.py",
    "house/test_the_wheel.py",
    "storage/stories/test_stories.py",
    "crawler/workers/test_workers.py",
    "crawler/crawl/test_kills.py",
    "storage/web/test_pages_in_a_browser.py",
    "crawler/imports/test_interruptions.py",
    "crawler/crawl/test_what_a_crawl_says.py",
    "crawler/crawl/test_crawls_on_postgresql.py",
    "storage/writer/test_several_writers.py",
    "crawler/middlewares/test_hosts_between_runs.py",
    "crawler/crawl/test_a_database_that_fails_in_mid_crawl.py",
    "crawler/crawl/test_what_the_web_gets_wrong.py",
    "crawler/imports/test_pages.py",
    "storage/database/test_upgrading.py",
)
"""Files that take from 10 seconds to a minute and more go first: one that began last would be waited for alone."""


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands under test also where the tests were started in the background with it ignored.

    What is imported and collected stays to the end: looking for garbage in it took a tenth of the collection.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    share_compiled_statements()
    gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage again, but seldom and not in what there is now: it took 3% of the CPU of tests that store."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: at any time some tests wait for a delay to pass, a browser, or cron."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, as :data:`LONGEST` has them."""
    ranks = {Path(__file__).parent / name: rank for rank, name in enumerate(LONGEST)}
    assert all(path.exists() for path in ranks)
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: what gzip packs has the time in it, and all processes must collect the same."""
    return argname if isinstance(val, bytes) else None


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
