"""Check that the sources and languages of a query exist."""

from collections.abc import Sequence

from sqlalchemy import Connection, column, inspect, select, table

from storage.languages import VIEWED_LANGUAGES
from storage.search.nodes import Filter, Query, QueryError, walk
from storage.tables.search import SearchDocument

SHOWN = 40
"""Names that an error lists."""


def check_names(
    connection: Connection, query: Query | None, sources: Sequence[str] = (), language: str | None = None
) -> None:
    """Raise QueryError for a source or language that the archive does not have; it names those that it has."""
    filters = [node for part in (query.parts if query else ()) for node in walk(part) if isinstance(node, Filter)]
    asked = {*sources, *(str(node.value) for node in filters if node.kind == "source")}
    if asked:
        known = known_sources(connection)
        _check("source", sorted(asked), known)
    codes = {*([language] if language else []), *(str(node.value) for node in filters if node.kind == "lang")}
    if codes:
        stored = connection.scalars(select(SearchDocument.__table__.c.language).distinct())
        _check("language", sorted(codes), sorted({*VIEWED_LANGUAGES, *stored}))


def known_sources(connection: Connection) -> list[str]:
    """List the sources of an archive or a snapshot by name."""
    if inspect(connection).has_table("sources"):  # a snapshot's
        return sorted(connection.scalars(select(column("source")).select_from(table("sources"))))
    return sorted(connection.scalars(select(column("name")).select_from(table("source"))))


def _check(kind: str, asked: Sequence[str], known: Sequence[str]) -> None:
    for name in asked:
        if name not in known:
            listed = ", ".join(known[:SHOWN]) + (f" and {len(known) - SHOWN} more" if len(known) > SHOWN else "")
            msg = f'no article has the {kind} "{name}"; there are: {listed or "none yet"}'
            raise QueryError(msg)
