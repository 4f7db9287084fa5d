"""The search box: words that any reader types, through Kiji's own search."""

import sqlite3

from storage.pages.listed import LISTED, PAGE, Choice, Found, facets_of, rows


def found(connection: sqlite3.Connection, choice: Choice) -> Found:
    """Find articles by words."""
    listed = rows(
        connection,
        f"SELECT {LISTED} FROM articles WHERE instr(title || text, ?) ORDER BY day DESC LIMIT ?",  # noqa: S608 - columns of our own
        choice.q,
        PAGE,
    )
    return {"articles": listed, "more": False, "total": len(listed), "facets": facets_of(choice, {}), "choice": choice}
