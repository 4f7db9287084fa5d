"""Copy the search index into a snapshot.

Terms are copied where the database's index is up to date: computing them takes ten times as long. The index is out of
date only after a write by other programs.
"""

import sqlite3
from collections.abc import Iterator

from sqlalchemy import Connection, TextClause, text

from storage.search.index import AUTHORS_LIMIT, Words, is_up_to_date
from storage.search.parse import author_key
from storage.search.terms import VERSION, expand_terms
from storage.snapshot.local_time import sqlite_value
from storage.tables.search import TEXTS, TITLES

BATCH = 500
_COLUMNS = "article_id, dated_at, language, source, version, site, authors"
_DOCUMENTS = "article_id INTEGER PRIMARY KEY, dated_at TEXT, language TEXT, source TEXT, version INTEGER, site, authors"
_SHADOWS = ("data", "idx")
_INDEX = "fts5(terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii')"
"""As ``storage.tables.search`` makes them; a test holds the two together."""


def copy_index(source: Connection, target: sqlite3.Connection) -> None:
    """Copy the index, after the snapshot's articles."""
    target.execute(f"CREATE TABLE search_document ({_DOCUMENTS})")
    for table in (TITLES, TEXTS):
        target.execute(f"CREATE VIRTUAL TABLE {table.name} USING {_INDEX}")
    if not is_up_to_date(source):
        _make(target)
    elif source.dialect.name == "sqlite":
        _documents(source, target)
        for table in (TITLES, TEXTS):
            _copy_shadows(source, target, table.name)
    else:
        _documents(source, target)
        for table in (TITLES, TEXTS):
            query = text(f"SELECT rowid, terms FROM {table.name}")  # noqa: S608 - a name of ours
            _insert(target, table.name, ((id_, expand_terms(str(terms))) for id_, terms in _rows(source, query)))
    target.execute("CREATE INDEX search_document_dated_at ON search_document (dated_at)")


def _documents(source: Connection, target: sqlite3.Connection) -> None:
    query = text(f"SELECT {_COLUMNS} FROM search_document ORDER BY article_id")  # noqa: S608 - columns of our own
    rows = (tuple(sqlite_value(value) for value in row) for row in _rows(source, query))
    target.executemany("INSERT INTO search_document VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _copy_shadows(source: Connection, target: sqlite3.Connection, name: str) -> None:
    """Copy the shadow tables in which FTS5 keeps its index."""
    for shadow in _SHADOWS:
        table = f"{name}_{shadow}"
        target.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
        rows = _rows(source, text(f"SELECT * FROM {table}"))  # noqa: S608 - names of our own
        marks = "?, ?" if shadow == "data" else "?, ?, ?"
        target.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - names of our own


def _make(target: sqlite3.Connection) -> None:
    target.create_function("author_key", 1, lambda names: author_key(names)[:AUTHORS_LIMIT], deterministic=True)
    # A date more than a day after an article's first sight is not believed, as in the database's index.
    target.execute(
        "INSERT INTO search_document SELECT id, CASE WHEN published_at IS NULL OR julianday(published_at)"
        " > julianday(first_seen_at) + 1 THEN first_seen_at ELSE published_at END, language, source, ?, site,"
        " author_key(authors) FROM articles",
        (VERSION,),
    )
    titles, texts = [], []
    for article_id, *words in target.execute("SELECT id, title, summary, text FROM articles ORDER BY id"):
        of_title, of_all = Words(*words).terms()
        titles.append((article_id, of_title.terms))
        texts.append((article_id, of_all.terms))
        if len(titles) == BATCH:
            _insert(target, TITLES.name, iter(titles))
            _insert(target, TEXTS.name, iter(texts))
            titles, texts = [], []
    _insert(target, TITLES.name, iter(titles))
    _insert(target, TEXTS.name, iter(texts))


def _rows(source: Connection, query: TextClause) -> Iterator[tuple[object, ...]]:
    with source.execute(query, execution_options={"yield_per": BATCH}) as result:
        for batch in result.partitions(BATCH):
            yield from map(tuple, batch)


def _insert(target: sqlite3.Connection, name: str, rows: Iterator[tuple[object, ...]]) -> None:
    target.executemany(f"INSERT INTO {name} (rowid, terms) VALUES (?, ?)", rows)  # noqa: S608 - a name of ours
