"""Keep the index of near-duplicates: signatures and their keys.

A key is full with ROWS_A_KEY articles: it belongs to a common phrase or a template, and takes no more rows. So a
look-up reads ROWS_A_KEY rows a key at most, and the ten thousandth instance of a template costs what the fortieth did.
Keys are counted and inserted in one transaction, and one writer works at a time.
"""

import functools
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Insert, Integer, Select, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from storage.database.in_values import dialect_of, list_numbers, listed_numbers
from storage.signature import Signature
from storage.tables.core import Article
from storage.tables.dedup import ArticleSignature, Band
from storage.text_rules import rules_of

ROWS_A_KEY = 32
"""Articles stored under one key at most: 640 index rows for a text of 20 keys, 0.3 ms."""

_SIGNATURES = select(
    ArticleSignature.article_id,
    ArticleSignature.version,
    ArticleSignature.shingles,
    ArticleSignature.minhash,
    ArticleSignature.keys,
).where(ArticleSignature.article_id.in_(bindparam("ids", expanding=True)))
_SIGNING = insert(ArticleSignature)


@functools.cache
def _postings(dialect: str) -> "Select[int, int]":
    return select(Band.key, Band.article_id).where(Band.key.in_(select(listed_numbers(dialect, "keys"))))


@functools.cache
def _entering(dialect: str) -> Insert:
    rows = select(listed_numbers(dialect, "keys"), bindparam("article_id", type_=Integer))
    return insert(Band).from_select([Band.key, Band.article_id], rows)


class Postings:
    """The articles that have some keys, and which of the keys are full."""

    def __init__(self, rows: Iterable[tuple[int, int]]) -> None:
        articles: defaultdict[int, list[int]] = defaultdict(list)
        for key, article_id in rows:
            articles[key].append(article_id)
        self._articles: Mapping[int, Sequence[int]] = articles

    @property
    def full(self) -> frozenset[int]:
        """The keys that take no more articles."""
        return frozenset(key for key, article_ids in self._articles.items() if len(article_ids) >= ROWS_A_KEY)

    def ranked(self, own_id: int | None = None) -> list[int]:
        """List the articles that share a key, those with many or rare ones first."""
        weights: Counter[int] = Counter()
        for article_ids in self._articles.values():
            for article_id in article_ids:
                weights[article_id] += 10_000 // len(article_ids)
        del weights[own_id or 0]
        return sorted(weights, key=lambda article_id: (-weights[article_id], article_id))


def find_postings(session: Session, keys: Sequence[int]) -> Postings:
    """Read the articles under these keys."""
    if not keys:
        return Postings(())
    dialect = dialect_of(session)
    found = session.connection().execute(_postings(dialect), {"keys": list_numbers(dialect, keys)})
    return Postings((key, article_id) for key, article_id in found)


def read_signatures(session: Session, article_ids: Sequence[int]) -> dict[int, Signature]:
    """Read the signatures of articles, by article; some may have none."""
    rows = session.connection().execute(_SIGNATURES, {"ids": article_ids})
    return {row.article_id: Signature(row.version, row.shingles, row.minhash, _unpacked(row.keys)) for row in rows}


def add_article(
    session: Session, article_id: int, signature: Signature, full: frozenset[int], *, findable: bool
) -> None:
    """Add a new article to the index, but not under the keys that are ``full``.

    One that is not ``findable`` has a signature and no row: a template's instance, of which there are enough.
    """
    keys = tuple(key for key in signature.keys if key not in full) if findable else ()
    connection = session.connection()
    connection.execute(
        _SIGNING,
        {
            "article_id": article_id,
            "version": signature.version,
            "shingles": signature.shingles,
            "minhash": signature.minhash,
            "keys": pack_keys(keys),
        },
    )
    if keys:
        dialect = dialect_of(session)
        connection.execute(_entering(dialect), {"keys": list_numbers(dialect, sorted(keys)), "article_id": article_id})


def remove_article(session: Session, article_id: int) -> None:
    """Remove an article's signature and keys from the index."""
    signature = read_signatures(session, [article_id]).get(article_id)
    if signature is None:
        return
    connection = session.connection()
    connection.execute(delete(Band).where(Band.key.in_(signature.keys), Band.article_id == article_id))
    connection.execute(delete(ArticleSignature).where(ArticleSignature.article_id == article_id))


def reindex_article(session: Session, article_id: int, signature: Signature) -> None:
    """Index an article again after its text or the algorithm has changed."""
    remove_article(session, article_id)
    add_article(session, article_id, signature, find_postings(session, signature.keys).full, findable=True)


def has_outdated_signatures(reader: Session | Connection, present: int) -> bool:
    """Tell whether any article has no signature of the present version of the algorithm."""
    version = ArticleSignature.version
    return reader.scalar(select(version).where(version < present).limit(1)) is not None


def sign_outdated_articles(session: Session, limit: int) -> int:
    """Sign the next articles without a present signature; return how many.

    Nothing is decided anew by it: what was two articles stays two.
    """
    table = ArticleSignature
    outdated = session.execute(
        select(Article.id, Article.text, Article.language)
        .join(table, table.article_id == Article.id)
        .where(table.version < rules_of(session).signature_version)
        .order_by(table.version, table.article_id)
        .limit(limit)
    ).all()
    for row in outdated:
        reindex_article(session, row.id, rules_of(session).sign(row.text, row.language))
    return len(outdated)


def pack_keys(keys: Sequence[int]) -> bytes:
    """Pack keys as ``ArticleSignature.keys`` holds them."""
    return struct.pack(f">{len(keys)}q", *keys)


def _unpacked(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(packed) // 8}q", packed)
