"""Whole crawls into PostgreSQL: the same archive as in SQLite, a restarted server in between, a killed crawl."""

import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler.sample.server import SampleSite
from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseReadOnly
from tests.support.commands import environment_of, kiji
from tests.support.databases import TEMPLATE, names
from tests.support.postgresql import PostgreSQLServer
from tests.support.visits import rows
from tests.support.warm_python import Running, start_captured


@pytest.fixture(scope="module")
def site() -> Iterator[SampleSite]:
    """The sample sites."""
    with SampleSite() as site:
        yield site


@pytest.fixture
def archive(postgresql: PostgreSQLServer) -> Iterator[Database]:
    """An empty archive on the server."""
    name = next(names)
    database = open_database(postgresql.create(name, TEMPLATE))
    yield database
    database.close()
    postgresql.drop(name)


def configured(folder: Path, site: SampleSite, sources: int = 2) -> Path:
    """A folder with a config for the first of the sample sites, or for both."""
    folder.mkdir(exist_ok=True)
    tables = site.config("sqlite:///kiji.db").split("[[source]]")[: 1 + sources]
    (folder / "kiji.toml").write_text("[[source]]".join(tables), encoding="utf-8")
    return folder


IMPATIENT = """
import functools, crawler.cli
from storage.writer.run_writer import RunWriter
RunWriter.__init__ = functools.partialmethod(RunWriter.__init__, waits=(0.1, 0.1))
raise SystemExit(crawler.cli.run())
"""


def start(folder: Path, url: str, *program: str) -> AbstractContextManager[Running]:
    arguments = (*program, "crawl", "--quiet", "--db", url)
    return start_captured(*arguments, folder=folder, environment=environment_of())


def everything(database: Database) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    """Each article with its words and all its addresses, whichever was met first, and the edges."""
    copies = rows(database, "SELECT article_id, url FROM copies")
    articles = rows(database, "SELECT id, url, language, text FROM articles")
    groups: set[tuple[object, ...]] = {
        (frozenset({url, *(copy for of, copy in copies if of == article)}), language, text)
        for article, url, language, text in articles
    }
    assert len(groups) == len(articles) > 0
    return groups, set(rows(database, "SELECT page_url, url, title FROM related_links"))


def wait_for_requests(site: SampleSite, number: int, crawl: Running) -> None:
    while len(site.requests) < number and crawl.poll() is None:
        try:
            crawl.wait(0.01)
        except subprocess.TimeoutExpired:
            continue


def test_a_killed_crawl_and_a_restarted_server_end_as_an_undisturbed_crawl_into_sqlite(
    site: SampleSite, tmp_path: Path, archive: Database, postgresql: PostgreSQLServer
) -> None:
    undisturbed = configured(tmp_path / "undisturbed", site, sources=1)
    assert kiji("crawl", folder=undisturbed).returncode == 0
    folder, url = configured(tmp_path / "disturbed", site, sources=1), str(archive.engine.url)

    with start(folder, url) as killed:
        wait_for_requests(site, len(site.requests) + 12, killed)
        killed.kill()
        killed.communicate()

    with start(folder, url) as restarted:
        wait_for_requests(site, len(site.requests) + 12, restarted)
        postgresql.crash()
        postgresql.start()
        _, told = restarted.communicate(timeout=120)
    assert restarted.returncode == 0, told

    in_file = open_database(f"sqlite:///{undisturbed}/kiji.db")
    assert everything(archive) == everything(in_file)
    in_file.close()
    assert rows(archive, "SELECT status FROM runs ORDER BY id") == [("killed",), ("done",)]
    assert rows(archive, "SELECT count(*) FROM address WHERE state = 'leased'") == [(0,)]


def test_a_server_that_stays_away_ends_the_crawl_with_1_in_one_line_and_the_next_one_goes_on(
    site: SampleSite, tmp_path: Path, archive: Database, postgresql: PostgreSQLServer
) -> None:
    folder, url = configured(tmp_path, site), str(archive.engine.url)
    with start(folder, url, "-c", IMPATIENT) as cut_off:
        wait_for_requests(site, len(site.requests) + 12, cut_off)
        postgresql.crash()
        _, told = cut_off.communicate(timeout=120)
    assert cut_off.returncode == 1
    assert kiji("crawl", "--db", url, folder=folder).returncode == 2  # it is not there: nothing is fetched
    postgresql.start()
    *attempts, last = told.splitlines()
    assert len([line for line in attempts if "trying again" in line]) <= 2
    assert last.startswith(f"kiji: database {archive.url} does not answer any more")
    assert last.endswith("see that it runs and can be reached, and start again")
    assert rows(archive, "SELECT count(*) FROM articles") == rows(archive, "SELECT articles_new FROM runs")
    assert kiji("crawl", "--db", url, folder=folder).returncode == 0
    assert rows(archive, "SELECT count(*) - count(DISTINCT url) FROM articles") == [(0,)]
    assert rows(archive, "SELECT count(*) FROM articles") == [(len(site.truth().articles),)]
    assert rows(archive, "SELECT status FROM runs ORDER BY id") == [("killed",), ("done",)]


def test_a_database_that_may_only_be_read_ends_the_crawl_with_2(
    site: SampleSite, tmp_path: Path, archive: Database, postgresql: PostgreSQLServer
) -> None:
    postgresql.execute(f'ALTER DATABASE "{archive.engine.url.database}" SET default_transaction_read_only = on')
    asked = len(site.requests)
    done = kiji("crawl", "--db", str(archive.engine.url), folder=configured(tmp_path, site))
    assert done.returncode == 2
    assert "cannot be written to" in done.stderr
    assert done.stderr.count("\n") == 1
    assert len(site.requests) == asked


def test_a_connection_that_has_read_writes_no_more_than_any_other_where_the_server_forbids_it(
    archive: Database, postgresql: PostgreSQLServer
) -> None:
    postgresql.execute(f'ALTER DATABASE "{archive.engine.url.database}" SET default_transaction_read_only = on')
    database = open_database(str(archive.engine.url))
    with database.reading() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "repeatable read"
    with pytest.raises(DatabaseReadOnly), database.writing() as session:
        session.execute(text("CREATE TABLE written (n integer)"))
    database.close()
