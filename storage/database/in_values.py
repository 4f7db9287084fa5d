"""Write conditions on many values."""

import json
from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, any_, cast, func, literal, select
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
