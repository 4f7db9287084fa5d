"""Define the tables of the search index, which can be rebuilt at any time.

Beside ``search_document`` there are two tables of terms, which no model describes because SQLite and PostgreSQL have
different kinds: contentless FTS5 tables there, ``tsvector`` columns with GIN here. Both have the columns ``rowid``
(the article's id) and ``terms``. Terms are made by ``storage.search.terms``; neither database cuts words itself.
"""

from sqlalchemy import Connection, ForeignKey, Index, String, column, table, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import StorableText
from storage.tables.core import Base, Moment


class SearchDocument(Base):
    """What a search sorts and filters by, in rows of 90 bytes.

    ``dated_at`` is when the article appeared, by its page, else when it was first seen; a page that dates itself more
    than a day ahead is not believed. ``site`` is the host, ``authors`` their names as ``author:`` looks
    them up. ``version`` is that of the terms.
    """

    __tablename__ = "search_document"
    __table_args__ = (Index("ix_search_document_dated_at", "dated_at"), {"info": {"derived": True}})
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    dated_at: Mapped[Moment]
    language: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(StorableText(200))
    site: Mapped[str] = mapped_column(StorableText(300), server_default="")
    authors: Mapped[str] = mapped_column(StorableText(500), server_default="")
    version: Mapped[int]


TITLES = table("search_titles", column("rowid"), column("terms"))
TEXTS = table("search_texts", column("rowid"), column("terms"))
TERM_TABLES = (TITLES, TEXTS)
"""Titles by themselves, and whole articles (title, summary and text)."""


def create_term_tables(connection: Connection) -> None:
    """Create both tables of terms, empty.

    Without positions (``detail=none``, and a ``tsvector`` made of an array): they would make the index 4.5 times as
    large, and what they are for, that bigrams stand next to each other, is looked up in the text of what was found.
    """
    for terms in TERM_TABLES:
        if connection.dialect.name == "sqlite":
            connection.execute(
                text(
                    f"CREATE VIRTUAL TABLE {terms.name} USING "
                    "fts5(terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii')"
                )
            )
            continue
        key = "rowid INTEGER PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE"
        connection.execute(text(f"CREATE TABLE {terms.name} ({key}, terms TSVECTOR NOT NULL)"))
        connection.execute(text(f"CREATE INDEX ix_{terms.name}_terms ON {terms.name} USING GIN (terms)"))


def drop_term_tables(connection: Connection) -> None:
    """Drop both tables of terms."""
    for terms in TERM_TABLES:
        connection.execute(text(f"DROP TABLE {terms.name}"))
