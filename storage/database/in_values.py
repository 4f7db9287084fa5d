"""Conditions on many values: both databases have a most number of parameters that a statement takes."""

import json
from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

ROWS = 500
"""Values or rows a statement: SQLite takes 32,766 variables, PostgreSQL 65,535."""

T = TypeVar("T")


def dialect_of(reader: Session | Connection) -> str:
    """``sqlite`` or ``postgresql``."""
    bind = reader.get_bind() if isinstance(reader, Session) else reader
    return bind.dialect.name


def is_among(
    reader: Session | Connection, column: SQLColumnExpression[T], values: Collection[T], kind: TypeEngine[T]
) -> ColumnElement[bool]:
    """Tell whether a column of this kind has one of these values; many of them are one parameter."""
    if len(values) <= ROWS:
        return column.in_(values)
    if dialect_of(reader) == "sqlite":
        listed = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(cast(literal(list(values), ARRAY(kind)), ARRAY(kind)))
