"""The search index; ``storage.database.upgrade`` fills it from the articles that are there."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime
from storage.tables.search import create_term_tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "search_document",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("dated_at", UTCDateTime(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_search_document_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_search_document")),
    )
    op.create_index("ix_search_document_dated_at", "search_document", ["dated_at"])
    create_term_tables(op.get_bind())
