"""Halve PostgreSQL's search index. An upgrade builds it anew on both databases: its terms have another version."""

from alembic import op

from storage.tables.search import create_term_tables, drop_term_tables

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace the tables of terms by empty ones, which the rebuilt index fills."""
    if op.get_bind().dialect.name != "sqlite":
        drop_term_tables(op.get_bind())
        create_term_tables(op.get_bind())
