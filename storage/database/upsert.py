"""Build INSERT … ON CONFLICT statements for both databases."""

import functools
from collections.abc import Mapping, Sequence

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from storage.database.in_values import dialect_of


def insert_into(session: Session, table: type[DeclarativeBase]) -> "sqlite.Insert | postgresql.Insert":
    """Build an INSERT that takes ON CONFLICT, for the session's database."""
    return insert_in(dialect_of(session), table)


def insert_in(dialect: str, table: type[DeclarativeBase]) -> "sqlite.Insert | postgresql.Insert":
    """Build an INSERT that takes ON CONFLICT, for a dialect.

    For statements that are built once and cached.
    """
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_rows(
    session: Session, statement: "sqlite.Insert | postgresql.Insert", rows: Sequence[Mapping[str, object]]
) -> None:
    """Run one INSERT for many rows, past the ORM."""
    if rows:
        session.connection().execute(statement, rows)


def upsert_rows(
    session: Session,
    table: type[DeclarativeBase],
    rows: Sequence[Mapping[str, object]],
    *,
    keys: tuple[str, ...],
    changed: tuple[str, ...],
) -> None:
    """Insert rows; where ``keys`` exist, set the columns ``changed`` instead."""
    insert_rows(session, _upsert(dialect_of(session), table, keys, changed), rows)


@functools.cache
def _upsert(
    dialect: str, table: type[DeclarativeBase], keys: tuple[str, ...], changed: tuple[str, ...]
) -> "sqlite.Insert | postgresql.Insert":
    statement = insert_in(dialect, table)
    new_values = {name: statement.excluded[name] for name in changed}
    return statement.on_conflict_do_update(index_elements=keys, set_=new_values)
