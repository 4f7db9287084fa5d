"""Search by site and author; an upgrade builds the index anew, because its terms have another version."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which the rebuilt index fills."""
    op.add_column("search_document", sa.Column("site", sa.String(300), nullable=False, server_default=""))
    op.add_column("search_document", sa.Column("authors", sa.String(500), nullable=False, server_default=""))
