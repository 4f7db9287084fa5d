"""What is remembered of hosts, when a sitemap says that a page changed, and which addresses moved for good."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns and three tables."""
    op.add_column("address", sa.Column("changed_at", UTCDateTime(), nullable=True))
    op.add_column("address", sa.Column("moved_at", UTCDateTime(), nullable=True))
    op.create_table(
        "robots_file",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("fetched_at", UTCDateTime(), nullable=True),
        sa.Column("tried_at", UTCDateTime(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("trouble_since", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots_file")),
    )
    op.create_table(
        "host_rest",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_rest")),
    )
    op.create_table(
        "mining_reservation",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], ondelete="CASCADE", name=op.f("fk_mining_reservation_source_id_source")
        ),
        sa.PrimaryKeyConstraint("source_id", "host", "kind", "place", name=op.f("pk_mining_reservation")),
    )
