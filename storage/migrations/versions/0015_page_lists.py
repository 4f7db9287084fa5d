"""The other link lists of article pages, each version of a list once."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; ``kiji reread`` fills them from the raw archive."""
    op.create_table(
        "list_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('ranking', 'recommended', 'latest')", name=op.f("ck_list_version_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_version")),
        sa.UniqueConstraint("digest", name=op.f("uq_list_version_digest")),
    )
    op.create_table(
        "list_entry",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["list_version.id"], name=op.f("fk_list_entry_version_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["address.id"], name=op.f("fk_list_entry_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "position", name=op.f("pk_list_entry")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_list_entry_target_id", "list_entry", ["target_id"])
    op.create_table(
        "page_list",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["address.id"], name=op.f("fk_page_list_page_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["list_version.id"], name=op.f("fk_page_list_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("page_id", "version_id", name=op.f("pk_page_list")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_page_list_version_id", "page_list", ["version_id"])
