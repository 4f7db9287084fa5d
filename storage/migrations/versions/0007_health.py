"""What is known of each source's health, and the length of every article text that was read."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATES = "'ok', 'new', 'dead', 'blocked', 'changed', 'silent', 'idle'"


def upgrade() -> None:
    """Add the column, create the table."""
    op.add_column("fetch", sa.Column("characters", sa.Integer(), nullable=True))
    op.create_table(
        "source_health",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=False),
        sa.Column("told_state", sa.String(length=8), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_source_health_state")),
        sa.CheckConstraint(f"told_state IN ({STATES})", name=op.f("ck_source_health_told_state")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_health_source_id_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_source_health")),
    )
