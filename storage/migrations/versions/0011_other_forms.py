"""Canonical addresses that were not believed, and which pages name which AMP forms."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("address", sa.Column("refused_canonical", sa.String(), nullable=True))
    op.create_table(
        "amp_form",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["address.id"], name=op.f("fk_amp_form_form_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["page_id"], ["address.id"], name=op.f("fk_amp_form_page_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("form_id", "page_id", name=op.f("pk_amp_form")),
    )
    op.create_index("ix_amp_form_page_id", "amp_form", ["page_id"], unique=False)
