"""Write a query's parts as conditions of FTS5 or tsquery.

The index has no positions and no spellings, so a condition is one of two: what a fitting article has at least
(``possible``), and what only fitting articles have (``definite``), by which exclusions are written. Lookups are letters
and digits only, so that nothing in them is syntax once they are quoted.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TableClause,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from storage.search.nodes import All, Filter, Near, Node, Not, Some, Word, is_decided_by_index
from storage.search.terms import WHOLE, Lookup, lookups
from storage.tables.search import LEXEMES, TEXTS, TITLES, SearchDocument

_COPY = table("copies", *(column(name) for name in ("article_id", "site", "source")))


def possible(connection: Connection, node: Node, terms: TableClause = TEXTS) -> ColumnElement[bool]:
    """Match the articles that may fit; words of any field are looked up in ``terms``."""
    if isinstance(node, Filter):
        return filter_condition(node)
    if isinstance(node, Not):
        return not_(_definite(connection, node.part))
    looked_up = _lookup_table(node, terms)
    if looked_up is not None:
        return _in_index(connection, looked_up, written(connection, node))
    parts = [possible(connection, part, terms) for part in _parts(node)]
    return or_(*parts) if isinstance(node, Some) else and_(*parts)


def _definite(connection: Connection, node: Node) -> ColumnElement[bool]:
    """Match articles that fit for sure."""
    if isinstance(node, Not):
        return not_(possible(connection, node.part))
    if isinstance(node, All | Some):
        parts = [_definite(connection, part) for part in node.parts]
        return or_(*parts) if isinstance(node, Some) else and_(*parts)
    return possible(connection, node) if is_decided_by_index(node) else false()


def is_looked_up(node: Node, terms: TableClause) -> bool:
    """Tell whether one lookup in ``terms`` decides what of a node is possible."""
    return _lookup_table(node, terms) is terms


def _lookup_table(node: Node, terms: TableClause) -> TableClause | None:
    """Give the table in which all of a node is looked up; None where it has filters, exclusions, or two tables."""
    if isinstance(node, Word):
        return TITLES if node.in_title else terms
    if isinstance(node, Filter | Not):
        return None
    tables = {_lookup_table(part, terms) for part in _parts(node)}
    return tables.pop() if len(tables) == 1 else None


def _parts(node: Node) -> Sequence[Node]:
    if isinstance(node, Near):
        return node.one, node.other
    return node.parts if isinstance(node, All | Some) else ()


def written(connection: Connection, node: Node) -> str:
    """Write the lookups of a node in the database's own syntax."""
    is_sqlite = connection.dialect.name == "sqlite"
    both, either = (" AND ", " OR ") if is_sqlite else (" & ", " | ")
    if isinstance(node, Word):
        write = _in_fts5 if is_sqlite else _in_tsquery
        return f"({either.join('(' + both.join(map(write, lookups(form))) + ')' for form in node.forms)})"
    joined = (either if isinstance(node, Some) else both).join(written(connection, part) for part in _parts(node))
    return f"({joined})"


def matches(connection: Connection, terms: TableClause, asked: str) -> ColumnElement[bool]:
    """Match rows of a joined table of terms."""
    if connection.dialect.name == "sqlite":
        return literal_column(terms.name).op("MATCH", is_comparison=True)(literal(asked))
    lexemes: ColumnElement[Any] = getattr(func, LEXEMES)(terms.c.terms)
    return lexemes.op("@@", is_comparison=True)(cast(literal(asked), TSQUERY))


def _in_index(connection: Connection, terms: TableClause, asked: str) -> ColumnElement[bool]:
    return SearchDocument.__table__.c.article_id.in_(looked_up(connection, terms, asked))


def looked_up(connection: Connection, terms: TableClause, asked: str) -> Select[Any]:
    """Select the ids that a table of terms gives.

    PostgreSQL has to ask the index for them: with OFFSET it does not make the terms of one article after the other, the
    newest first, a millisecond each, in the hope of finding enough soon.
    """
    found = select(terms.c.rowid).where(matches(connection, terms, asked))
    return found if connection.dialect.name == "sqlite" else found.offset(literal_column("0"))


def filter_condition(node: Filter) -> ColumnElement[bool]:
    """Write a filter on ``search_document``; a source and a site also count where an article has a copy."""
    document = SearchDocument.__table__.c
    if node.kind == "after":
        return document.dated_at >= node.value
    if node.kind == "before":
        return document.dated_at < node.value
    value = str(node.value)
    if node.kind == "lang":
        return document.language == value
    if node.kind == "author":
        return document.authors.contains(value, autoescape=True)
    if node.kind == "source":
        copied = select(_COPY.c.article_id).where(_COPY.c.source == value)
        return or_(document.source == value, document.article_id.in_(copied))
    elsewhere = select(_COPY.c.article_id).where(_is_within(_COPY.c.site, value))
    return or_(_is_within(document.site, value), document.article_id.in_(elsewhere))


def _is_within(site: ColumnElement[str], host: str) -> ColumnElement[bool]:
    return or_(site == host, site.endswith("." + host, autoescape=True))


def _in_fts5(lookup: Lookup) -> str:
    if lookup.in_whole:
        return f'("{lookup.text}" * OR "{WHOLE}{lookup.text}" *)'
    return f'"{lookup.text}"' + (" *" if lookup.is_prefix else "")


def _in_tsquery(lookup: Lookup) -> str:
    if lookup.in_whole:
        return f"('{lookup.text}':* | '{WHOLE}{lookup.text}':*)"
    return f"'{lookup.text}'" + (":*" if lookup.is_prefix else "")
