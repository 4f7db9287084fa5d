"""Persons, organisations and places that articles name."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; ``kiji db stories`` reads the articles that are stored already."""
    op.create_table(
        "entity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("name_ja", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("same_as_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('person', 'organisation', 'place')", name=op.f("ck_entity_kind")),
        sa.ForeignKeyConstraint(["same_as_id"], ["entity.id"], name=op.f("fk_entity_same_as_id_entity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity")),
        sa.UniqueConstraint("kind", "key", name="uq_entity_kind_key"),
    )
    op.create_index("ix_entity_family", "entity", ["family"])
    op.create_index("ix_entity_same_as_id", "entity", ["same_as_id"])
    op.create_table(
        "article_entity",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("in_title", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_entity_article_id_article"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_article_entity_entity_id_entity")),
        sa.PrimaryKeyConstraint("article_id", "entity_id", name=op.f("pk_article_entity")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_entity_entity_id", "article_entity", ["entity_id", "article_id"])
    op.create_table(
        "entity_reading",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_entity_reading_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_entity_reading")),
    )
