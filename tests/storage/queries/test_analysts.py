"""What ``docs/analysts.md`` tells analysts to do: every query, every snippet and the read-only role really work."""

import contextlib
import datetime
import io
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest
from sqlalchemy import text

from pipelines.text_rules import PipelineRules
from storage.database.copy import copy_database
from storage.database.engine import Database
from storage.database.open import open_database
from storage.entities.store import find_missing
from storage.export.export import Export, Format, export
from storage.queries import ORDER, SampleQuery, as_markdown, sample_queries
from storage.reading import iso_utc
from storage.search.query import search
from storage.snapshot.sqlite_file import Origin, make_snapshot
from tests.support.databases import TEMPLATE, names
from tests.support.generated_archive import fill
from tests.support.postgresql import PostgreSQLServer

DOCUMENT = Path(__file__).parents[3] / "docs" / "analysts.md"
NOW = datetime.datetime(2026, 10, 20, 3, tzinfo=datetime.UTC)

# What the generated archive lacks: bylines, a wrong label, a changed headline, a copy from before its article,
# pages that point to each other, a ranking.
MORE = """
UPDATE article SET authors = '山田花子; Jo Bloggs' WHERE id IN (1, 2, 3);
UPDATE article SET published_at = NULL WHERE id = (SELECT max(id) FROM article WHERE language = 'ja');
UPDATE article SET declared_language = 'ja-JP' WHERE language = 'en' AND id < 40;
UPDATE superseded_revision SET title = 'Before: ' || title;
UPDATE copy SET published_at = '2020-01-01T00:00:00Z' WHERE id = (SELECT min(id) FROM copy WHERE kind <> 'url');
UPDATE article SET title = 'Minori Kushida, 45, speaks' WHERE id IN (6, 7) AND language = 'en';
UPDATE article SET title = '櫛田みのり氏が会見' WHERE id < 12 AND language = 'ja';
UPDATE article SET title = '李在明氏が訪日' WHERE id BETWEEN 12 AND 20 AND language = 'ja';
INSERT INTO link (page_id, target_id, kind, url, position, title, summary, language, first_seen_at, last_seen_at)
SELECT target_id, page_id, kind, url, 99, title, summary, language, first_seen_at, last_seen_at FROM link
WHERE kind = 'related' AND page_id <> target_id
  AND NOT EXISTS (SELECT 1 FROM link AS back WHERE back.page_id = link.target_id AND back.target_id = link.page_id)
ORDER BY id LIMIT 1;
INSERT INTO address (key, url, host, domain, state, attempts, rereads, reason, canonical_refused)
VALUES ('else.example/1', 'https://else.example/1', 'else.example', 'else.example', 'known', 0, 0, '', '');
UPDATE link SET target_id = (SELECT max(id) FROM address), language = 'ja' WHERE id = (SELECT min(id) + 1 FROM link);
INSERT INTO list_version (id, digest, kind, heading) VALUES (1, -1, 'ranking', 'Most read');
INSERT INTO list_entry (version_id, position, target_id, title) SELECT 1, id, id, 'Ranked' FROM address WHERE id < 6;
INSERT INTO page_list (page_id, version_id, first_seen_at, last_seen_at)
SELECT address_id, 1, first_seen_at, last_seen_at FROM article WHERE id < 9
"""


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Three hundred articles of two weeks."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('analysts')}/kiji.db")
    with database.writing() as session:
        fill(session, 300, NOW)
        for statement in MORE.split(";\n"):
            session.execute(text(statement))
    find_missing(database, PipelineRules())
    yield database
    database.close()


@pytest.fixture(scope="module")
def on_postgresql(on_sqlite: Database, postgresql: PostgreSQLServer) -> Iterator[Database]:
    """The same on PostgreSQL."""
    database = open_database(postgresql.create(next(names), TEMPLATE))
    copy_database(on_sqlite, database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def snapshot(on_sqlite: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a snapshot."""
    path = tmp_path_factory.mktemp("snapshot") / "news.sqlite"
    make_snapshot(on_sqlite, path, Origin("0", "Asia/Tokyo", NOW))
    return path


def rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    """A statement's rows, times as SQLite has them."""
    with database.reading() as connection:
        found = connection.execute(text(sql)).all()
    return [tuple(iso_utc(v) if isinstance(v, datetime.datetime) else v for v in row) for row in found]


@pytest.mark.parametrize("query", sample_queries(), ids=ORDER)
def test_every_sample_query_gives_the_same_rows_on_both_databases_and_on_a_snapshot(
    on_sqlite: Database, on_postgresql: Database, snapshot: Path, query: SampleQuery
) -> None:
    found = rows(on_sqlite, query.sql)
    assert found, "a query that finds nothing shows nothing"
    assert rows(on_postgresql, query.sql) == found
    with contextlib.closing(sqlite3.connect(f"file:{snapshot}?mode=ro", uri=True)) as flat:
        assert len(flat.execute(query.sql).fetchall()) == len(found)


README = DOCUMENT.parents[1] / "README.md"
WRITTEN = [
    *re.findall(r"^(?:SELECT|WITH) [^;]*(?=;)", README.read_text(encoding="utf-8"), re.MULTILINE),
    *re.findall(r"^psql .* -c \"(.*)\"$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE),
]


@pytest.mark.parametrize("query", WRITTEN)
def test_every_query_in_the_readme_and_for_psql_gives_the_same_on_both_databases(
    on_sqlite: Database, on_postgresql: Database, query: str
) -> None:
    found = rows(on_sqlite, query)
    assert found, "a query that finds nothing shows nothing"
    assert sorted(rows(on_postgresql, query), key=str) == sorted(found, key=str)
    if "published_at" in query:
        assert all(row[0] for row in found), "PostgreSQL has what is undated first"


def test_all_queries_that_are_written_out_are_found() -> None:
    assert len(WRITTEN) == 4


def test_all_sample_queries_are_listed_and_stand_in_the_document() -> None:
    folder = Path(__file__).parents[3] / "storage" / "queries"
    assert sorted(ORDER) == sorted(path.stem for path in folder.glob("*.sql"))
    assert len(ORDER) == 23
    assert DOCUMENT.read_text(encoding="utf-8").endswith(as_markdown()), "run: make dictionary"


def blocks(language: str, heading: str) -> list[str]:
    """The code blocks of one section of the document."""
    [section] = re.findall(rf"^## {heading}.*?(?=^## )", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.fixture(scope="module")
def exported(on_sqlite: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the document's snippets read."""
    folder = tmp_path_factory.mktemp("exported")
    wanted: list[tuple[str, Format]] = [
        ("articles", "csv"), ("articles", "jsonl"), ("articles", "parquet"), ("related", "parquet"),
    ]  # fmt: skip
    for subject, file_format in wanted:
        export(on_sqlite, Export(subject, file_format), folder / f"{subject}.{file_format}")
    with contextlib.closing(sqlite3.connect(folder / "kiji.db")) as copy, on_sqlite.reading() as connection:
        connection.connection.dbapi_connection.backup(copy)  # type: ignore[union-attr]  # open above
    return folder


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_the_snippets_for_python_run(exported: Path, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(exported)
    [code] = blocks("python", library)
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        exec(compile(code, str(DOCUMENT), "exec"), {})  # noqa: S102 - our own document
    assert "2026" in told.getvalue()


def test_the_statements_for_duckdb_run(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(exported)
    [code] = blocks("sql", "DuckDB")
    statements = [statement for statement in code.split(";") if statement.strip()]
    assert len(statements) == 2
    for statement in statements:
        assert duckdb.connect().execute(statement).fetchall()


def test_the_role_that_reads_can_read_everything_and_write_nothing(
    on_postgresql: Database,
    tmp_path: Path,
) -> None:
    [code] = blocks("sql", "psql")
    with on_postgresql.engine.connect() as owner:
        for statement in code.split(";\n"):
            if statement.strip():
                owner.exec_driver_sql(statement)
        owner.commit()
    url = on_postgresql.engine.url.set(username="kiji_reader")
    reader = open_database(url.render_as_string(hide_password=False), create=False)
    assert rows(reader, sample_queries()[0].sql)
    with reader.reading() as connection:
        assert search(connection, "韓国 OR 首相", now=NOW)
        assert search(connection, "a", now=NOW)
    assert export(reader, Export("articles", "csv"), tmp_path / "articles.csv").rows == 300
    reader.close()
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection_to_write:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection_to_write.execute("DELETE FROM article")
        connection_to_write.rollback()
        connection_to_write.execute("SET transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection_to_write.execute("DELETE FROM article")
    with on_postgresql.engine.connect() as owner:
        owner.exec_driver_sql("DROP OWNED BY kiji_reader; DROP ROLE kiji_reader")
        owner.commit()


def test_who_is_first_counts_stories_and_not_articles(on_sqlite: Database) -> None:
    [query] = [each for each in sample_queries() if each.name == "first-with-the-story"]
    telling = "FROM articles JOIN stories ON stories.id = story_id WHERE stories.sources > 1"
    told = rows(
        on_sqlite, f"SELECT source, count(DISTINCT story_id), count(*) {telling} GROUP BY source ORDER BY source"
    )
    assert sorted((source, stories) for source, stories, _ in rows(on_sqlite, query.sql)) == [row[:2] for row in told]
    assert [row for row in told if row[1] != row[2]], "some tell a story twice"
