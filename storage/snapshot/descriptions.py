"""Describe the tables and columns of a snapshot."""

import functools
import re
import sqlite3
import tomllib
from collections.abc import Iterator
from pathlib import Path

from storage.tables.dictionary import relations

_BASES = {"articles_ja": "articles", "articles_en": "articles"}
_FILE = Path(__file__).parent / "descriptions.toml"


@functools.cache
def _own() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return loaded


def table_description(table: str) -> str | None:
    """Describe a table's rows; None for an internal table."""
    own = _own()["tables"].get(table)
    if own is not None:
        return own
    relation = relations().get(table)
    return relation.about if relation is not None and relation.kind == "view" else None


def describe(snapshot: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """List table, column and description of every column."""
    tables = snapshot.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name").fetchall()
    for (table,) in tables:
        if table_description(table) is not None:
            for _, column, *_rest in snapshot.execute(f'PRAGMA table_info("{table}")').fetchall():
                yield table, column, describe_column(table, column)


def describe_column(table: str, column: str) -> str:
    """Describe one column."""
    own = _own().get(_BASES.get(table, table), {}).get(column)
    if own is not None:
        return own
    if table in relations() and column in relations()[table].columns:
        return relations()[table].columns[column]
    if column.endswith("_local"):
        return f"`{re.sub('_local$', '_at', column)}` by the clock of the snapshot's zone (see `metadata`)"
    return ""
