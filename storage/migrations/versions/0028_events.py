"""Events of a story: a report and its follow-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; ``kiji db stories`` fills it."""
    op.add_column("article", sa.Column("event", sa.Integer(), nullable=True))
