"""Saved searches, and what they matched."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MODES = "'article', 'digest'"
OUTCOMES = "'waiting', 'sent', 'same_story', 'over_limit'"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("digest_at", UTCDateTime(), nullable=True),
        sa.Column("last_article_id", sa.Integer(), nullable=False),
        sa.Column("last_fetch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"mode IN ({MODES})", name=op.f("ck_watch_mode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sa.UniqueConstraint("name", name=op.f("uq_watch_name")),
    )
    op.create_table(
        "watch_match",
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("matched_at", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("claimed_at", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name=op.f("ck_watch_match_outcome")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_watch_match_article_id_article"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watch.id"], name=op.f("fk_watch_match_watch_id_watch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("watch_id", "article_id", "revision", name=op.f("pk_watch_match")),
    )
    op.create_index("ix_watch_match_article_id", "watch_match", ["article_id"])
    op.create_index("ix_watch_match_outcome", "watch_match", ["watch_id", "outcome"])
