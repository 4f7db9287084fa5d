"""The data dictionary: one source, complete, and nothing in it that the database does not have."""

from pathlib import Path

from sqlalchemy import inspect, text

from storage.database.engine import Database
from storage.tables.dictionary import Relation, as_markdown, relations

DOCUMENT = Path(__file__).parents[3] / "docs" / "data-dictionary.md"

NOT_OURS = {"alembic_version"}
FULL_TEXT = ("search_titles", "search_texts")


def columns_of(database: Database) -> dict[str, set[str]]:
    """Every view and table that really lies in the database, with its columns."""
    with database.reading() as connection:
        inspector = inspect(connection)
        names = [*inspector.get_view_names(), *inspector.get_table_names()]
        shadows = {f"{table}_{part}" for table in FULL_TEXT for part in ("config", "content", "data", "docsize", "idx")}
        found = {}
        for name in sorted(set(names) - shadows):
            found[name] = set(connection.execute(text(f'SELECT * FROM "{name}" LIMIT 0')).keys())
            if name in FULL_TEXT:
                found[name].add("rowid")  # not among an FTS5 table's own columns
    return {name: columns for name, columns in found.items() if name not in NOT_OURS}


def test_every_view_table_and_column_is_described_and_nothing_else(database: Database) -> None:
    real = {(name, column) for name, columns in columns_of(database).items() for column in columns}
    described = {(name, column) for name, relation in relations().items() for column in relation.columns}
    assert sorted(real - described) == [], "described in storage/tables/dictionary.toml they are not"
    assert sorted(described - real) == [], "storage/tables/dictionary.toml describes what does not exist"


def test_views_are_described_as_views_and_tables_as_tables(database: Database) -> None:
    with database.reading() as connection:
        views = set(inspect(connection).get_view_names())
    assert {relation.name for relation in relations().values() if relation.kind == "view"} == views


def test_no_description_is_empty_or_breaks_the_table_that_it_stands_in() -> None:
    def told(relation: Relation) -> list[str]:
        return [relation.about, *relation.columns.values()]

    for relation in relations().values():
        assert all(line.strip() and "|" not in line and "\n" not in line for line in told(relation)), relation.name


def test_the_document_is_what_the_source_makes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == as_markdown(), "run: make dictionary"
