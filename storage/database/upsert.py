"""Build INSERT … ON CONFLICT statements for both databases."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from storage.database.in_values import dialect_of

if TYPE_CHECKING:
    pass


def insert_into(session: Session, table: type[DeclarativeBase]) -> "sqlite.Insert | postgresql.Insert":
    """INSERT with ON CONFLICT, in the dialect of the session's database."""
    return insert_in(dialect_of(session), table)


def insert_in(dialect: str, table: type[DeclarativeBase]) -> "sqlite.Insert | postgresql.Insert":
    """INSERT with ON CONFLICT, in this dialect: for statements that are built once and kept."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_rows(
    session: Session, statement: "sqlite.Insert | postgresql.Insert", rows: Sequence[Mapping[str, object]]
) -> None:
    """Run an INSERT for many rows past the ORM: one statement, compiled once, whatever the number of rows."""
    if rows:
        session.connection().execute(statement, rows)
