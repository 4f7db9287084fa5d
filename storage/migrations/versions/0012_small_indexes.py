"""Indexes of the few claims that a run's start and a poll look for, among all that a source has ever made."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    unexpanded = sa.text("expanded_depth IS NULL OR expanded_depth > depth")
    _index("ix_claim_unexpanded", ["source_id"], unexpanded)
    _index("ix_claim_listing", ["source_id", "found_on_id"], sa.text("via = 'listing'"))


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "claim", columns, unique=False, sqlite_where=where, postgresql_where=where)
