"""Whether the zone of an article's date was assumed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, which the next reading of each page fills."""
    op.add_column("article", sa.Column("zone_assumed", sa.Boolean(), nullable=False, server_default=sa.false()))
