"""Note which articles wait to be grouped into stories, and which weeks to group again."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_UNSETTLED = sa.text("NOT settled")


def upgrade() -> None:
    """Add the column and the table; what is grouped already counts as settled."""
    op.add_column("story_profile", sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index(
        "ix_story_profile_unsettled",
        "story_profile",
        ["at"],
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )
    op.create_index("ix_story_profile_at", "story_profile", ["at"])
    op.create_table(
        "story_week",
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_story_week")),
    )
