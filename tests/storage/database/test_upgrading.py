"""An upgrade from every earlier schema keeps every row, with the references and views that belong to it."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import func, inspect, make_url, select, table, text

import storage.migrations
from crawler.cli import run
from storage.database.engine import Database, connect
from storage.database.open import open_database
from storage.database.upgrade import upgrade
from storage.errors import DatabaseError, SchemaMismatch
from storage.migrations.history import HEAD, list_revisions
from storage.search.index import is_up_to_date
from storage.tables.core import Base
from storage.tables.views import VIEWS
from tests.support.databases import names
from tests.support.filling import WORDS, fill_empty
from tests.support.full_disk import files_no_longer_than
from tests.support.postgresql import PostgreSQLServer

EARLIER = sorted(list_revisions() - {HEAD})


def migrate(url: str, revision: str) -> None:
    """Bring a database to a schema."""
    database = connect(url)
    config = Config()
    config.set_main_option("script_location", str(Path(storage.migrations.__file__).parent))
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    database.close()


def at_revision(url: str, revision: str) -> Database:
    """A database at an earlier schema, with a row in each of its tables and its views."""
    migrate(url, revision)
    return filled(url)


def filled(url: str) -> Database:
    """A database with a row in each of its tables and its views."""
    database = connect(url)
    with database.engine.connect() as connection, connection.begin():
        fill_empty(connection)
        connection.execute(text("CREATE VIEW revisions AS SELECT id AS article_id FROM article"))  # an earlier form
    return database


def counts(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        ours = [name for name in inspect(connection).get_table_names() if name in Base.metadata.tables]
        return {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in ours}


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """The revision and the URL of a database of each kind that goes from schema to schema, to copy from.

    So the migrations up to a test's schema are not all made again for each test.
    """
    return {"sqlite": ("", f"sqlite:///{tmp_path_factory.mktemp('steps')}/steps.db"), "postgresql": ("", "")}


@pytest.fixture(params=["sqlite", "postgresql"])
def earlier_url(
    request: pytest.FixtureRequest, revision: str, reached: dict[str, tuple[str, str]], tmp_path: Path
) -> Iterator[str]:
    """The URL of an archive at an earlier schema, on either kind of database."""
    before, steps = reached[request.param]
    if request.param == "sqlite":
        if before > revision:
            Path(steps.removeprefix("sqlite:///")).unlink()
        migrate(steps, revision)
        shutil.copy(steps.removeprefix("sqlite:///"), tmp_path / "kiji.db")
        reached["sqlite"] = (revision, steps)
        yield f"sqlite:///{tmp_path}/kiji.db"
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    if not steps or before > revision:
        steps = server.create(next(names))
    migrate(steps, revision)
    reached["postgresql"] = (revision, steps)
    name = next(names)
    yield server.create(name, make_url(steps).database or "")
    server.drop(name)


@pytest.mark.parametrize("revision", EARLIER)
def test_an_upgrade_keeps_every_row_of_every_table(earlier_url: str, revision: str) -> None:
    database = filled(earlier_url)
    before = counts(database)
    assert all(before.values())
    backup = upgrade(database)
    after = counts(database)
    assert {name: after[name] for name in before} == before
    with database.reading() as connection:
        for view in VIEWS:
            connection.execute(text(f"SELECT * FROM {view}")).fetchall()
        assert connection.execute(text("SELECT title FROM articles")).all() == [(WORDS,)]
        assert is_up_to_date(connection)
    database.close()
    open_database(earlier_url, create=False).close()
    if database.is_sqlite:
        assert backup is not None
        with sqlite3.connect(backup) as old:
            assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)
            assert old.execute("SELECT count(*) FROM article").fetchone() == (1,)


def test_an_upgrade_that_would_break_a_reference_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    database = at_revision(f"sqlite:///{tmp_path}/k.db", EARLIER[0])
    with sqlite3.connect(tmp_path / "k.db") as raw:
        raw.execute("UPDATE copy SET article_id = 4711")
    with pytest.raises(SchemaMismatch, match="table copy with broken references"):
        upgrade(database)
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == EARLIER[0]
    database.close()


def test_an_upgrade_without_room_for_its_backup_changes_nothing(tmp_path: Path) -> None:
    database = at_revision(f"sqlite:///{tmp_path}/k.db", EARLIER[-1])
    last = tmp_path / f"k.db.backup-{EARLIER[-1]}"
    last.write_text("the last one")
    with files_no_longer_than(100_000), pytest.raises(DatabaseError, match="nothing was upgraded"):
        upgrade(database)
    assert last.read_text() == "the last one"
    assert list(tmp_path.glob("*.part*")) == []
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == EARLIER[-1]
    assert upgrade(database) == last
    database.close()


COMMANDS = (
    ["db", "upgrade"],
    ["crawl", "https://news.example/"],
    ["search", "tax"],
    ["doctor", "--offline"],
    ["import", "a.jsonl"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_another_programs_database_is_left_as_it_is(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").touch()
    with contextlib.closing(sqlite3.connect("theirs.db")) as theirs, theirs:
        theirs.execute("CREATE TABLE invoice (id INTEGER)")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert run([*command, "--db", "sqlite:///theirs.db"]) in (1, 2)
    told = capsys.readouterr()
    assert "holds other tables than Kiji's" in told.out + told.err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_upgrade_leaves_another_programs_tables_alone(empty_url: str) -> None:
    database = connect(empty_url)
    with database.engine.connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE invoice (id INTEGER)"))
    with pytest.raises(SchemaMismatch, match="other tables than Kiji's"):
        upgrade(database)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["invoice"]
    database.close()


def test_an_archive_has_its_log_also_where_a_backup_had_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kiji.db"
    open_database(url).close()
    for mode in ("wal", "delete"):
        with contextlib.closing(sqlite3.connect(tmp_path / "kiji.db")) as raw:
            raw.execute(f"PRAGMA journal_mode = {mode}")
        open_database(url).close()
        with contextlib.closing(sqlite3.connect(tmp_path / "kiji.db")) as raw:
            assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
