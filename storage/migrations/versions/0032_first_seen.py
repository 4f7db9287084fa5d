"""An index of when articles were first seen."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index: a report read the whole archive for what is new since yesterday."""
    op.create_index("ix_article_first_seen_at", "article", ["first_seen_at"])
