"""Write index lookups as FTS5 or tsquery conditions.

Lookups are letters and digits only, so that nothing in them is syntax once they are quoted.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, TableClause, and_, cast, literal, literal_column, not_
from sqlalchemy.dialects.postgresql import TSQUERY

from storage.search.terms import Lookup


def matches_all(
    connection: Connection, terms: TableClause, wanted: Sequence[Lookup], unwanted: Sequence[Lookup]
) -> ColumnElement[bool]:
    """Match documents with all wanted and no unwanted lookups."""
    if connection.dialect.name == "sqlite":
        asked = " AND ".join(map(_in_fts5, wanted)) + "".join(f" NOT {_in_fts5(lookup)}" for lookup in unwanted)
        return _in_index(connection, terms, asked)
    condition = _in_index(connection, terms, " & ".join(map(_in_tsquery, wanted)))
    return and_(condition, not_(matches_any(connection, terms, unwanted))) if unwanted else condition


def matches_any(connection: Connection, terms: TableClause, asked: Sequence[Lookup]) -> ColumnElement[bool]:
    """Match documents with any of the lookups."""
    if connection.dialect.name == "sqlite":
        return _in_index(connection, terms, " OR ".join(map(_in_fts5, asked)))
    return _in_index(connection, terms, " | ".join(map(_in_tsquery, asked)))


def _in_index(connection: Connection, terms: TableClause, asked: str) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        return literal_column(terms.name).op("MATCH", is_comparison=True)(literal(asked))
    return terms.c.terms.op("@@", is_comparison=True)(cast(literal(asked), TSQUERY))


def _in_fts5(lookup: Lookup) -> str:
    return f'"{lookup.text}"' + (" *" if lookup.is_prefix else "")


def _in_tsquery(lookup: Lookup) -> str:
    return f"'{lookup.text}'" + (":*" if lookup.is_prefix else "")
