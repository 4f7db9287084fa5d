"""Define the snapshot's tables: the contract's views and what is added.

A view's own columns come along whatever they are; the lists here only add to them.
"""

import dataclasses

from storage.article_fields import TIME_FIELDS
from storage.languages import VIEWED_LANGUAGES
from storage.tables.body_views import BODY_VIEWS, body_view

VERSION = 10
"""Of this layout; ``kiji serve`` makes a snapshot of another layout anew."""

LAST_COLUMNS = ("body", "text")
"""Stored last in a row, so that reading the others does not read through the words of a whole article."""


@dataclasses.dataclass(frozen=True, slots=True)
class SnapshotTable:
    """A view that a snapshot holds as a table.

    ``local`` names the UTC columns that get a column in local time beside them; ``added`` are columns with their
    SQL types that are worked out while copying.
    """

    view: str
    local: tuple[str, ...] = ()
    added: tuple[tuple[str, str], ...] = ()
    key: str = ""
    indexes: tuple[tuple[str, ...], ...] = ()

    def local_name(self, column: str) -> str:
        """Name the local column of a time: ``published_local`` for ``published_at``."""
        return f"{column.removesuffix('_at').removesuffix('_')}_local"


TABLES = (
    SnapshotTable(
        "articles",
        local=(*TIME_FIELDS, "first_seen_at", "last_seen_at"),
        added=(("day", "TEXT"), ("first_seen_day", "TEXT"), ("characters", "INTEGER"), ("copies", "INTEGER")),
        key="id",
        indexes=(
            ("day", "language", "source"),
            ("language", "day", "source"),
            ("source", "day", "language"),
            ("story_id", "published_at"),
            ("first_seen_at", "id"),
            ("url",),
        ),
    ),
    SnapshotTable(
        "related_links",
        local=("first_seen_at", "last_seen_at"),
        indexes=(("article_id", "position"), ("related_article_id",)),
    ),
    SnapshotTable(
        "page_lists",
        local=("first_seen_at", "last_seen_at"),
        indexes=(("article_id", "kind", "position"), ("related_article_id",)),
    ),
    SnapshotTable("copies", local=("published_at", "seen_at"), key="id", indexes=(("article_id",),)),
    SnapshotTable("revisions", local=("seen_at",), added=(("day", "TEXT"),), indexes=(("article_id", "revision"),)),
    SnapshotTable(
        "stories",
        local=("first_at", "last_at"),
        key="id",
        indexes=(
            ("last_at",),
            ("sources", "articles"),
            ("last_local", "first_local", "articles", "articles_ja", "articles_en"),
            ("first_local", "articles"),
        ),
    ),
    SnapshotTable(
        "story_evidence",
        local=("decided_at",),
        indexes=(("story_id",), ("article_id",), ("other_article_id",)),
    ),
    SnapshotTable("entities", key="id", indexes=(("articles",),)),
    SnapshotTable("article_entities", indexes=(("entity_id", "article_id"), ("article_id",))),
    SnapshotTable("collections", local=("created_at",), key="id"),
    SnapshotTable("collection_articles", local=("added_at",), indexes=(("collection",), ("article_id",))),
    SnapshotTable("watches", local=("created_at", "last_match_at"), key="id"),
    SnapshotTable("runs", local=("started_at", "finished_at"), key="id"),
)

TYPES = {
    "times": "INTEGER", "in_title": "INTEGER", "matches": "INTEGER", "waiting": "INTEGER",
    "articles": "INTEGER", "articles_en": "INTEGER", "articles_ja": "INTEGER", "copies": "INTEGER",
    "other_article_id": "INTEGER", "sources": "INTEGER", "weight": "REAL", "title": "TEXT", "kind": "TEXT",
}  # fmt: skip
"""Of columns that a view works out: SQLite does not tell the types of these."""

SOURCE_DAYS = """
CREATE TABLE source_days (
    source TEXT NOT NULL, day TEXT NOT NULL, articles INTEGER NOT NULL, articles_ja INTEGER NOT NULL,
    articles_en INTEGER NOT NULL, fetched INTEGER NOT NULL, new INTEGER NOT NULL, updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL, copies INTEGER NOT NULL, not_articles INTEGER NOT NULL, refused INTEGER NOT NULL,
    failed INTEGER NOT NULL, PRIMARY KEY (source, day)
) WITHOUT ROWID
"""

SOURCES = """
CREATE TABLE sources (
    source TEXT PRIMARY KEY, articles INTEGER NOT NULL, articles_ja INTEGER NOT NULL, articles_en INTEGER NOT NULL,
    copies INTEGER NOT NULL, first_day TEXT, last_day TEXT, last_new_at TEXT, last_new_local TEXT, state TEXT,
    state_since TEXT, state_since_local TEXT, state_detail TEXT, checked_at TEXT, checked_local TEXT
) WITHOUT ROWID
"""
FILL_SOURCES = """
INSERT INTO sources
SELECT ?, count(*), coalesce(sum(language = 'ja'), 0), coalesce(sum(language = 'en'), 0),
       (SELECT count(*) FROM copies WHERE copies.source = ?), min(day), max(day), max(first_seen_at),
       max(first_seen_local), ?, ?, ?, ?, ?, ?
FROM articles WHERE source = ?
"""

TROUBLES = """
CREATE TABLE source_troubles (
    source TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, times INTEGER NOT NULL,
    last_at TEXT NOT NULL, last_local TEXT NOT NULL, last_url TEXT NOT NULL, PRIMARY KEY (source, outcome, reason)
) WITHOUT ROWID
"""

METADATA = "CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
COLUMNS = """
CREATE TABLE column_descriptions (
    "table" TEXT NOT NULL, "column" TEXT NOT NULL, description TEXT NOT NULL, PRIMARY KEY ("table", "column")
) WITHOUT ROWID
"""
VIEWS = "\n".join(
    (
        *(
            f"CREATE VIEW articles_{code} AS SELECT * FROM articles WHERE language = '{code}';"  # noqa: S608 - codes of ours
            for code in VIEWED_LANGUAGES
        ),
        *(f"CREATE VIEW {name} AS {body_view(name, 'sqlite', 'articles')};" for name in BODY_VIEWS),
    )
)
