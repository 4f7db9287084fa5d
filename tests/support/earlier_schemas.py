"""Take an archive back to an earlier schema, to upgrade it again."""

from sqlalchemy import Connection, text

from storage.tables.views import drop_views

_TABLES_SINCE_0013 = (
    "page_list",
    "list_entry",
    "list_version",
    "watch_match",
    "watch",
    "story_week",
    "article_entity",
    "entity_reading",
    "collected_article",
    "collection",
    "entity",
    "subscription",
)
_INDEXES_SINCE_0013 = ("ix_story_profile_unsettled", "ix_story_profile_at", "ix_article_first_seen_at")
_COLUMNS_SINCE_0013 = {
    "article_part": ("last_linked", "body"),
    "article": ("zone_assumed", "body", "event"),
    "address": ("in_feed", "feed_date", "feed_title", "feed_authors"),
    "search_document": ("site", "authors"),
    '"fetch"': ("related", "nearest_list", "page_type"),
    "story_profile": ("settled",),
}


def take_back(connection: Connection, revision: str) -> None:
    """Make it 0012 or 0013: drop what later migrations add; the upgrade makes the views again."""
    drop_views(connection)
    for table in _TABLES_SINCE_0013:
        connection.execute(text(f"DROP TABLE {table}"))
    for index in _INDEXES_SINCE_0013:
        connection.execute(text(f"DROP INDEX {index}"))
    for table, columns in _COLUMNS_SINCE_0013.items():
        for column in columns:
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
    connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
