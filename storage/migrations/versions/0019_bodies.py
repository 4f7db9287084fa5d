"""The structure of texts: headings, lists, quotations, tables, links and pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a page fills them when it is read again (``kiji reread``)."""
    for table in ("article", "article_part"):
        op.add_column(table, sa.Column("body", sa.String(), nullable=False, server_default=""))
