"""Define the tables of the search index, which can be rebuilt at any time.

Beside ``search_document`` there are two tables of terms, which no model describes because SQLite and PostgreSQL have
different kinds. Both have the columns ``rowid`` (the article's id) and ``terms``. SQLite's are contentless FTS5 tables
of the terms. PostgreSQL's have the words and runs of characters that the terms are made of, and a GIN index on LEXEMES
of them. ``storage.search.terms`` makes both; neither database cuts words itself.
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


LEXEMES = "search_lexemes"
"""PostgreSQL's function that makes the terms, as ``storage.search.terms.expand_terms``: the words of the first line,
and the characters and bigrams of the runs in the second one. Its cost keeps the planner from reading every row."""

# A third faster than substr() on each run: both halves of a pair come from one array of characters.
_CREATE_LEXEMES = """
CREATE OR REPLACE FUNCTION search_lexemes(terms TEXT) RETURNS TSVECTOR
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
DECLARE
    characters TEXT[] := string_to_array(split_part(terms, E'\\n', 2), NULL);
BEGIN
    RETURN array_to_tsvector(
        string_to_array(split_part(terms, E'\\n', 1), ' ')
        || array_remove(characters, ' ')
        || ARRAY(
            SELECT one || two FROM unnest(characters, characters[2:]) AS pair (one, two)
            WHERE one <> ' ' AND two <> ' '));
END $$
"""


def create_term_tables(connection: Connection) -> None:
    """Create both tables of terms, empty.

    Without positions (``detail=none``, and a ``tsvector`` made of an array): they would make the index 4.5 times as
    large, and what they are for, that bigrams stand next to each other, is looked up in the text of what was found.

    A stored ``tsvector`` takes 2.6 times the articles' text, what it is made of 0.8. PostgreSQL reads it only to make
    the index anew, or where a search has no memory left; it is kept beside the rows, which stay few pages.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(_CREATE_LEXEMES)
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
        connection.execute(
            text(f"CREATE TABLE {terms.name} ({key}, terms TEXT NOT NULL) WITH (toast_tuple_target = 128)")
        )
        connection.execute(text(f"CREATE INDEX ix_{terms.name}_terms ON {terms.name} USING GIN ({LEXEMES}(terms))"))


def drop_term_tables(connection: Connection) -> None:
    """Drop both tables of terms."""
    for terms in TERM_TABLES:
        connection.execute(text(f"DROP TABLE {terms.name}"))
