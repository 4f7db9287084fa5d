"""Write conditions on many values."""

import json
from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    SQLColumnExpression,
    String,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from storage.chunks import ROWS

T = TypeVar("T")


def dialect_of(reader: Session | Connection) -> str:
    """Name the kind of database: ``sqlite`` or ``postgresql``."""
    bind = reader.get_bind() if isinstance(reader, Session) else reader
    return bind.dialect.name


def is_among(
    reader: Session | Connection, column: SQLColumnExpression[T], values: Collection[T], kind: TypeEngine[T]
) -> ColumnElement[bool]:
    """Match a column against values; more than ROWS are sent as one parameter."""
    if len(values) <= ROWS:
        return column.in_(values)
    if dialect_of(reader) == "sqlite":
        listed = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(cast(literal(list(values), ARRAY(kind)), ARRAY(kind)))


def listed_numbers(dialect: str, name: str) -> ColumnElement[int]:
    """Give the column of whole numbers that the one parameter ``name`` lists.

    For statements that are built once and cached: a parameter for each value takes several times the CPU.
    """
    if dialect == "sqlite":
        return func.json_each(bindparam(name, type_=String)).table_valued("value").c.value
    return func.unnest(bindparam(name, type_=ARRAY(BigInteger)))


def list_numbers(dialect: str, values: Collection[int]) -> str | list[int]:
    """Give whole numbers as the parameter of :func:`listed_numbers`."""
    return json.dumps(list(values)) if dialect == "sqlite" else list(values)
