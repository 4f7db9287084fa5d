"""What each fetched page is to a reader: article, listing, form, and so on."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; pages fill it when they are fetched again."""
    op.add_column("fetch", sa.Column("page_type", sa.String(length=16), nullable=True))
