"""Near copies: signatures, the index that finds them, and pairs that are alike. Articles are signed by the next run."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; every article that is there is one that is not signed yet (version 0)."""
    op.create_table(
        "article_signature",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shingles", sa.Integer(), nullable=False),
        sa.Column("minhash", sa.LargeBinary(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_signature_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article_signature")),
    )
    op.create_index("ix_article_signature_version", "article_signature", ["version"])
    op.create_table(
        "band",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "article_id", name=op.f("pk_band")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alike",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("containment", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_alike_article_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["article.id"], name=op.f("fk_alike_other_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "other_id", name=op.f("pk_alike")),
    )
    op.create_index("ix_alike_other_id", "alike", ["other_id"])
    article, signature = sa.table("article", sa.column("id")), sa.table("article_signature", *_columns())
    zero, nothing = sa.literal(0), sa.literal(b"", sa.LargeBinary())
    rows = sa.select(article.c.id, zero, zero, nothing, nothing)
    op.execute(sa.insert(signature).from_select([column.name for column in _columns()], rows))


def _columns() -> list[sa.ColumnClause[object]]:
    return [sa.column(name) for name in ("article_id", "version", "shingles", "minhash", "keys")]
