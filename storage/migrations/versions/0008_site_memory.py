"""What is remembered of each host's pages, and what more a page says of its article."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXTS = ("published_source", "modified_source", "section", "keywords", "read_hash")
_FLAGS = ("image_machine_made", "report_machine_made", "language_conflict")


def upgrade() -> None:
    """Create the memory, and add the article's columns."""
    _create_memory()
    for name in _TEXTS:
        op.add_column("article", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name in _FLAGS:
        op.add_column("article", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("article", sa.Column("modified_precision", sa.String(length=8), nullable=True))
    op.add_column("article", sa.Column("access", sa.String(length=9), nullable=True))
    op.add_column("article", sa.Column("langdetect_language", sa.String(length=8), nullable=True))
    op.add_column("article", sa.Column("langdetect_confidence", sa.Float(), nullable=True))


def _create_memory() -> None:
    op.create_table(
        "site_page",
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("prints", sa.String(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_site_page_address_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_site_page")),
    )
    op.create_index("ix_site_page_host_seen_at", "site_page", ["host", "seen_at"], unique=False)
    op.create_table(
        "site_furniture",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("host", "fingerprint", name=op.f("pk_site_furniture")),
    )
