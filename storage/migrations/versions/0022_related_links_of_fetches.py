"""How many related links each article that was read had, and which list came nearest where it had none."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which later visits fill."""
    op.add_column("fetch", sa.Column("related", sa.Integer(), nullable=True))
    op.add_column("fetch", sa.Column("nearest_list", sa.String(), nullable=True))
