"""Addresses that show what is stored of them: redirects had joined articles and copies to other articles' pages."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ARTICLES = """
UPDATE address SET page_id = NULL, article_id = (SELECT article.id FROM article WHERE article.address_id = address.id)
WHERE id IN (
  SELECT own.id FROM article JOIN address AS own ON own.id = article.address_id
  WHERE own.page_id IS NOT NULL OR own.article_id IS NULL OR own.article_id <> article.id
)"""
_COPIES = """
UPDATE address SET page_id = NULL, article_id = (SELECT copy.article_id FROM copy WHERE copy.address_id = address.id)
WHERE id IN (
  SELECT own.id FROM copy JOIN address AS own ON own.id = copy.address_id
  WHERE (own.article_id IS NULL OR own.article_id <> copy.article_id)
    AND NOT EXISTS (SELECT 1 FROM article WHERE article.address_id = own.id)
)"""


def upgrade() -> None:
    """Give each address back what is stored of it."""
    op.execute(_ARTICLES)
    op.execute(_COPIES)
