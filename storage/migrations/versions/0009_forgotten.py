"""Addresses that were forgotten, by the hash of their keys."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "forgotten",
        sa.Column("key_hash", sa.String(length=32), nullable=False),
        sa.Column("forgotten_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_forgotten")),
    )
