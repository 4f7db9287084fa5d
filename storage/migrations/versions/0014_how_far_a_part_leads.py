"""How far each page of an article on several leads on, and one page of each number."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


_SAME_NUMBER = """
DELETE FROM article_part WHERE EXISTS (
  SELECT 1 FROM article_part AS other WHERE other.article_id = article_part.article_id
    AND other.number = article_part.number AND other.address_id < article_part.address_id
)"""


def upgrade() -> None:
    """Add the column, which pages fill when they are read again; of each number the page that was met first stays."""
    op.execute(_SAME_NUMBER)
    op.add_column("article_part", sa.Column("last_linked", sa.Integer(), nullable=True))
