"""Ask canonical addresses once more that gave no article when one was filed under them.

Before, such an article stayed there for ever, and its own page was not asked for again. The answer sends it back to the
page that it was read from.
"""

import datetime

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_FILED_UNDER_DEAD = """
state = 'done' AND outcome IN ('failed', 'refused', 'not_article') AND EXISTS (
  SELECT 1 FROM article WHERE article.address_id = address.id AND article.read_from_id <> address.id
)"""


def upgrade() -> None:
    """Queue the addresses; the next crawl asks each of them once."""
    address = sa.table("address", sa.column("state", sa.String), sa.column("due_at", UTCDateTime()))
    queued = {"state": "queued", "due_at": datetime.datetime.now(datetime.UTC)}
    op.execute(sa.update(address).where(sa.text(_FILED_UNDER_DEAD)).values(queued))
