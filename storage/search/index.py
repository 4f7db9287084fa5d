"""Update the search index with the articles, once per transaction."""

import dataclasses
import datetime
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, event, func, insert, inspect, select, text
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.column_types import UTCDateTime
from storage.search.parse import author_key
from storage.search.terms import VERSION, IndexedTerms, document_terms
from storage.tables.core import Address, Article, Source
from storage.tables.search import TERM_TABLES, TEXTS, TITLES, SearchDocument

BATCH = 500
"""Articles that a rebuilding reads and writes in one go."""

AUTHORS_LIMIT = 500
"""Characters of an article's authors that are searched."""

_PENDING, _PREPARED = "search_pending", "search_prepared"
_WORDS = ("title", "summary", "text")
_INDEXED = (*_WORDS, "language", "source_id", "published_at", "first_seen_at", "authors", "address_id")

Progress = Callable[[int], None]
"""Told how many articles were dealt with since the last call."""


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """The texts by which an article is found."""

    title: str
    summary: str
    text: str

    def terms(self) -> tuple[IndexedTerms, IndexedTerms]:
        """Compute the terms, as ``document_terms``."""
        return document_terms(self.title, self.summary, self.text)


def track_articles(session: Session) -> None:
    """Track which articles the session adds, changes and deletes."""
    session.info[_PENDING], session.info[_PREPARED] = {}, {}
    event.listen(session, "after_flush", _note)


def cache_terms(
    session: Session, title: str, summary: str, text: str, terms: tuple[IndexedTerms, IndexedTerms]
) -> None:
    """Keep precomputed terms of texts that are about to be stored."""
    session.info[_PREPARED][Words(title, summary, text)] = terms


def update_index(session: Session) -> None:
    """Index the tracked articles, at the end of a transaction.

    What a savepoint took back was noted too, and does no harm: words are read from the rows as they are now.
    """
    session.flush()
    pending: dict[int, Words | None] = session.info[_PENDING]
    if pending:
        connection = session.connection()
        _remove(connection, {article_id: words for article_id, words in pending.items() if words is not None})
        for article_ids in chunks_of(sorted(pending), BATCH):
            rows = _rows(connection, article_ids)
            _add(connection, rows, session.info[_PREPARED])
        pending.clear()
    session.info[_PREPARED].clear()


def _note(session: Session, _context: object) -> None:
    pending: dict[int, Words | None] = session.info[_PENDING]
    for row in session.new:
        if isinstance(row, Article):
            pending.setdefault(row.id, None)
    for row in session.dirty:
        if isinstance(row, Article) and row.id not in pending and _is_changed(row):
            pending[row.id] = _words_before(row)
    for row in session.deleted:
        if isinstance(row, Article):
            pending.setdefault(row.id, _words_before(row))


def _is_changed(article: Article) -> bool:
    attributes = inspect(article).attrs
    return any(attributes[name].history.has_changes() for name in _INDEXED)


def _words_before(article: Article) -> Words:
    attributes = inspect(article).attrs
    # "deleted" is the value that the flush replaced; the three columns are loaded before they are set (active_history).
    before = {name: attributes[name].history.deleted or (getattr(article, name),) for name in _WORDS}
    return Words(**{name: values[0] for name, values in before.items()})


def remove_articles(connection: Connection, article_ids: Sequence[int]) -> None:
    """Remove articles from the index before their rows are deleted by SQL."""
    for some_ids in chunks_of(article_ids, BATCH):
        rows = _rows(connection, some_ids)
        _remove(connection, {row.id: _words(row) for row in rows})


def is_up_to_date(connection: Connection) -> bool:
    """Tell whether every article is indexed by the present terms."""
    articles = connection.execute(select(func.count()).select_from(Article)).scalar_one()
    indexed = select(func.count()).select_from(SearchDocument).where(SearchDocument.version == VERSION)
    return articles == connection.execute(indexed).scalar_one()


def rebuild_index(connection: Connection, progress: Progress = lambda _articles: None) -> int:
    """Build the whole index anew; return the number of articles."""
    connection.execute(delete(SearchDocument))
    for terms in TERM_TABLES:
        if connection.dialect.name == "sqlite":
            connection.execute(text(f"INSERT INTO {terms.name} ({terms.name}) VALUES ('delete-all')"))  # noqa: S608 - a name of ours
        else:
            connection.execute(delete(terms))
    last, done = 0, 0
    while ids := connection.scalars(
        select(Article.id).where(Article.id > last).order_by(Article.id).limit(BATCH)
    ).all():
        _add(connection, _rows(connection, ids))
        last, done = ids[-1], done + len(ids)
        progress(len(ids))
    return done


def index_articles(
    connection: Connection,
    article_ids: Sequence[int],
    prepared: Mapping[Words, tuple[IndexedTerms, IndexedTerms]] = types.MappingProxyType({}),
) -> None:
    """Index new articles that were inserted past the session; ``prepared`` are terms that are known already."""
    for some_ids in chunks_of(article_ids, BATCH):
        _add(connection, _rows(connection, some_ids), prepared)


def count_articles(connection: Connection) -> int:
    """Count the articles to index."""
    return connection.execute(select(func.count()).select_from(Article)).scalar_one()


_DATED = func.coalesce(Article.published_at, Article.first_seen_at, type_=UTCDateTime()).label("dated_at")


_ROWS = (
    select(
        Article.id,
        Article.title,
        Article.summary,
        Article.text,
        Article.language,
        Article.authors,
        Article.first_seen_at,
        Address.host,
        _DATED,
        Source.name.label("source"),
    )
    .join(Source, Source.id == Article.source_id)
    .join(Address, Address.id == Article.address_id)
    .where(Article.id.in_(bindparam("ids", expanding=True)))
    .order_by(Article.id)
)


def _rows(connection: Connection, article_ids: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    return connection.execute(_ROWS, {"ids": article_ids}).all()


def _words(row: Row[*tuple[Any, ...]]) -> Words:
    return Words(row.title, row.summary, row.text)


def _add(
    connection: Connection,
    rows: Iterable[Row[*tuple[Any, ...]]],
    prepared: Mapping[Words, tuple[IndexedTerms, IndexedTerms]] = types.MappingProxyType({}),
) -> None:
    documents, titles, texts = [], [], []
    is_sqlite = connection.dialect.name == "sqlite"
    for row in rows:
        ahead = row.dated_at > row.first_seen_at + datetime.timedelta(days=1)
        documents.append(
            {
                "article_id": row.id,
                "dated_at": row.first_seen_at if ahead else row.dated_at,
                "language": row.language,
                "source": row.source,
                "site": row.host,
                "authors": author_key(row.authors)[:AUTHORS_LIMIT],
                "version": VERSION,
            }
        )
        words = _words(row)
        of_title, of_all = prepared.get(words) or words.terms()
        titles.append({"rowid": row.id, "terms": of_title.terms if is_sqlite else of_title.source})
        texts.append({"rowid": row.id, "terms": of_all.terms if is_sqlite else of_all.source})
    if not documents:
        return
    connection.execute(insert(SearchDocument), documents)
    for terms, filled in ((TITLES, titles), (TEXTS, texts)):
        connection.execute(insert(terms), filled)


def _remove(connection: Connection, before: Mapping[int, Words]) -> None:
    """Remove articles; contentless FTS5 tables need the old terms for that."""
    if not before:
        return
    if connection.dialect.name == "sqlite":
        terms_before = {article_id: words.terms() for article_id, words in before.items()}
        for number, terms in enumerate((TITLES, TEXTS)):
            statement = f"INSERT INTO {terms.name} ({terms.name}, rowid, terms) VALUES ('delete', :rowid, :terms)"  # noqa: S608 - a name of ours
            connection.execute(
                text(statement), [{"rowid": id_, "terms": both[number].terms} for id_, both in terms_before.items()]
            )
    else:
        for terms in TERM_TABLES:
            connection.execute(delete(terms).where(terms.c.rowid.in_(list(before))))
    connection.execute(delete(SearchDocument).where(SearchDocument.article_id.in_(list(before))))
