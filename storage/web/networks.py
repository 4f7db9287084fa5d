"""Give the related links of a story as GraphML or CSV."""

import io
import sqlite3

from storage.export.graphml import write_graphml
from storage.export.text_files import write_csv

TYPES = {"graphml": "application/graphml+xml; charset=utf-8", "csv": "text/csv; charset=utf-8"}

MOST_LINKS = 50_000

_COLUMNS = ("article_id", "page_url", "position", "url", "title", "language", "related_article_id")


def story_links(connection: sqlite3.Connection, story_id: int, kind: str) -> bytes | None:
    """Write the links that pages of a story's articles declare, at most MOST_LINKS; None for an unknown story."""
    if connection.execute("SELECT 1 FROM stories WHERE id = ?", (story_id,)).fetchone() is None:
        return None
    rows = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM related_links WHERE article_id IN"  # noqa: S608 - columns of our own
        f" (SELECT id FROM articles WHERE story_id = ?) ORDER BY article_id, page_url, position LIMIT {MOST_LINKS}",
        (story_id,),
    )
    file = io.StringIO(newline="")
    (write_graphml if kind == "graphml" else write_csv)(file, _COLUMNS, rows)
    return file.getvalue().encode()
