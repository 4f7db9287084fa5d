"""Which addresses a feed lists as articles, and when they appeared by it."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which the next poll of each feed fills."""
    op.add_column("address", sa.Column("in_feed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("address", sa.Column("feed_date", UTCDateTime(), nullable=True))
