"""Write the views over the lists in ``article.body``: links and pictures of texts.

SQLite and PostgreSQL read JSON by functions of their own, so each has its own query.
"""

from collections.abc import Mapping

BODY_VIEWS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "article_links": (
        "links",
        {"url": "{3}", "text": "{2}", "own_site": "CAST({4} AS INTEGER) = 1", "line": "CAST({0} AS INTEGER) + 1"},
    ),
    "article_images": (
        "images",
        {
            "url": "{1}",
            "caption": "{2}",
            "credit": "{3}",
            "alt": "{4}",
            "width": "CAST({5} AS INTEGER)",
            "height": "CAST({6} AS INTEGER)",
            "line": "CAST({0} AS INTEGER) + 1",
        },
    ),
}
"""Of each view the list's name, and its columns in SQL with ``{0}`` for the first value of an entry and so on
(:mod:`storage.body.structure`)."""

_LISTS = {
    "sqlite": "json_each(nullif({table}.body, ''), '$.{name}') AS entry",
    "postgresql": "jsonb_array_elements(CAST(nullif({table}.body, '') AS jsonb) -> '{name}')"
    " WITH ORDINALITY AS entry (value, place)",
}
_PLACES = {"sqlite": "entry.key + 1", "postgresql": "CAST(entry.place AS INTEGER)"}
_VALUES = {"sqlite": "json_extract(entry.value, '$[{number}]')", "postgresql": "(entry.value ->> {number})"}
_MOST_VALUES = 7


def body_view(view: str, dialect: str, table: str = "article") -> str:
    """Write the query of a view for ``sqlite`` or ``postgresql``; ``table`` has the articles."""
    name, columns = BODY_VIEWS[view]
    values = [_VALUES[dialect].format(number=number) for number in range(_MOST_VALUES)]
    selected = ", ".join(f"{sql.format(*values)} AS {column}" for column, sql in columns.items())
    entries = _LISTS[dialect].format(table=table, name=name)
    return (
        f"SELECT {table}.id AS article_id, {_PLACES[dialect]} AS position, {selected} "  # noqa: S608 - names of our own
        f"FROM {table} CROSS JOIN {entries}"
    )
