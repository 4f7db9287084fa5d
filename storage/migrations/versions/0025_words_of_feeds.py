"""The title and the authors that a feed gives of an article."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which the next poll of each feed fills."""
    op.add_column("address", sa.Column("feed_title", sa.String(), nullable=True))
    op.add_column("address", sa.Column("feed_authors", sa.String(), nullable=True))
