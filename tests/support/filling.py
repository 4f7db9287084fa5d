"""A row in every table of a database, whatever its revision: what an upgrade or a move must not lose."""

import datetime
import re
from typing import Any

from sqlalchemy import CheckConstraint, Connection, MetaData, Table, column, func, insert, select
from sqlalchemy import table as plain_table
from sqlalchemy.types import TypeEngine

import storage.tables.all  # noqa: F401 - all tables of Base
from storage.column_types import UTCDateTime
from storage.tables.core import Base

MOMENT = datetime.datetime(2026, 10, 5, 6, 0, tzinfo=datetime.UTC)
WORDS = "韓国 'quoted' \\ %"
_ALLOWED = re.compile(r"(\w+) IN \('(\w+)'")


def fill_empty(connection: Connection) -> list[str]:
    """Add a row to every table that has none; return the names of all that are filled then."""
    there = MetaData()
    there.reflect(connection)
    filled = []
    for table in there.sorted_tables:
        if table.name not in Base.metadata.tables:
            continue
        model = Base.metadata.tables[table.name]
        if not connection.execute(select(func.count()).select_from(model)).scalar_one():
            row = _row(connection, table, model)
            columns = [column(name, model.columns[name].type) for name in row]
            connection.execute(insert(plain_table(table.name, *columns)), row)
        filled.append(table.name)
    return filled


def _row(connection: Connection, table: Table, model: Table) -> dict[str, Any]:
    row: dict[str, Any] = {}
    checks = " ".join(str(check.sqltext) for check in model.constraints if isinstance(check, CheckConstraint))
    allowed = dict(_ALLOWED.findall(checks))
    for found in table.columns:
        if found.name not in model.columns or found.nullable:
            continue
        keys = list(model.columns[found.name].foreign_keys)
        if keys:
            row[found.name] = connection.execute(select(func.max(keys[0].column))).scalar_one()
        elif not (found.primary_key and model.autoincrement_column is model.columns[found.name]):
            row[found.name] = allowed.get(found.name) or _value(model.columns[found.name].type)
    return row


def _value(declared: TypeEngine[Any]) -> Any:
    if isinstance(declared, UTCDateTime):
        return MOMENT
    kind = declared.python_type
    values: dict[type, Any] = {bool: True, int: 7, float: 0.5, bytes: b"\x07"}
    return values.get(kind, WORDS[: getattr(declared, "length", None)])
