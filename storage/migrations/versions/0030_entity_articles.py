"""How many articles name an entity."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and count."""
    op.add_column("entity", sa.Column("articles", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE entity SET articles = (SELECT count(*) FROM article_entity WHERE article_entity.entity_id = entity.id)"
    )
