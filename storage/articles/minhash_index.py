"""Keep the index of near-duplicates: signatures and their keys.

A key is full with ROWS_A_KEY articles: it belongs to a common phrase or a template, and takes no more rows. So a
look-up reads ROWS_A_KEY rows a key at most, and the ten thousandth instance of a template costs what the fortieth did.
Keys are counted and inserted in one transaction, and one writer works at a time.
"""

import dataclasses
import functools
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Insert, Integer, Select, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
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
_ENTERING = insert(Band)
_BATCH = "minhash_batch"
_CHUNK = 4_000  # keys that are looked up in one go


@functools.cache
def _postings(dialect: str) -> "Select[int, int]":
    return select(Band.key, Band.article_id).where(Band.key.in_(select(listed_numbers(dialect, "keys"))))


@functools.cache
def _entering(dialect: str) -> Insert:
    rows = select(listed_numbers(dialect, "keys"), bindparam("article_id", type_=Integer))
    return insert(Band).from_select([Band.key, Band.article_id], rows)


class _Batch:
    """What the articles of a batch ask of the index, read at once, and what they add to it, not written yet."""

    def __init__(self) -> None:
        self.postings: dict[int, list[int]] = {}
        self.signatures: dict[int, Signature | None] = {}
        self.rows: list[dict[str, object]] = []
        self.bands: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, article_id: int, signature: Signature, row: dict[str, object], keys: Sequence[int]) -> None:
        self.signatures[article_id] = dataclasses.replace(signature, keys=tuple(keys))
        self.rows.append(row)
        for key in keys:
            self.bands[key].append(article_id)
            if key in self.postings:
                self.postings[key].append(article_id)

    def read(self, session: Session, keys: Sequence[int]) -> None:
        """Read the postings of these keys, unless they are known."""
        unknown = sorted({key for key in keys if key not in self.postings})
        self.postings |= {key: [] for key in unknown}
        for chunk in chunks_of(unknown, _CHUNK):
            for key, article_id in _read_postings(session, chunk):
                self.postings[key].append(article_id)
        for key in unknown:
            self.postings[key] += self.bands.get(key, ())


def read_ahead(session: Session, signatures: Iterable[Signature]) -> None:
    """Read the postings of these signatures at once, and write what is added no sooner than :func:`write_behind`."""
    batch = session.info[_BATCH] = _Batch()
    batch.read(session, [key for signature in signatures for key in signature.keys])


def read_signatures_ahead(session: Session, article_ids: Iterable[int]) -> None:
    """Read signatures at once, after :func:`read_ahead`, for the next calls of :func:`read_signatures`."""
    batch: _Batch = session.info[_BATCH]
    stored = sorted(set(article_ids) - batch.signatures.keys())
    batch.signatures |= dict.fromkeys(stored)
    for chunk in chunks_of(stored):
        batch.signatures |= _read_signatures(session, chunk)


def write_behind(session: Session) -> None:
    """Write what was added since :func:`read_ahead`, and keep nothing back any more."""
    batch: _Batch | None = session.info.pop(_BATCH, None)
    if batch is not None and batch.rows:
        session.connection().execute(_SIGNING, batch.rows)
        bands = [{"key": key, "article_id": each} for key, added in sorted(batch.bands.items()) for each in added]
        if bands:
            session.connection().execute(_ENTERING, bands)


def forget_batch(session: Session) -> None:
    """Drop what was not written: the articles were taken back."""
    session.info.pop(_BATCH, None)


class Postings:
    """The articles that have some keys, and which of the keys are full."""

    def __init__(self, articles: Mapping[int, Sequence[int]]) -> None:
        self.full = frozenset([key for key, article_ids in articles.items() if len(article_ids) >= ROWS_A_KEY])
        """The keys that take no more articles."""
        self._articles = articles

    def ranked(self) -> list[int]:
        """List the articles that share a key, those with many or rare ones first."""
        weights: dict[int, int] = {}
        weight_of = weights.get
        for article_ids in self._articles.values():
            weight = 10_000 // len(article_ids)
            for article_id in article_ids:
                weights[article_id] = weight_of(article_id, 0) + weight
        return [article_id for _, article_id in sorted([(-weight, each) for each, weight in weights.items()])]


def find_postings(session: Session, keys: Sequence[int]) -> Postings:
    """Read the articles under these keys."""
    batch: _Batch | None = session.info.get(_BATCH)
    if batch is not None:
        batch.read(session, keys)
        return Postings({key: article_ids for key in keys if (article_ids := batch.postings[key])})
    articles: defaultdict[int, list[int]] = defaultdict(list)
    for key, article_id in _read_postings(session, keys) if keys else ():
        articles[key].append(article_id)
    return Postings(articles)


def _read_postings(session: Session, keys: Sequence[int]) -> Iterable[tuple[int, int]]:
    dialect = dialect_of(session)
    found = session.connection().execute(_postings(dialect), {"keys": list_numbers(dialect, keys)})
    return ((key, article_id) for key, article_id in found)


def read_signatures(session: Session, article_ids: Sequence[int]) -> dict[int, Signature]:
    """Read the signatures of articles, by article; some may have none."""
    batch: _Batch | None = session.info.get(_BATCH)
    held = {} if batch is None else batch.signatures
    found = {each: signature for each in article_ids if (signature := held.get(each)) is not None}
    if unknown := [each for each in article_ids if each not in held]:
        found |= _read_signatures(session, unknown)
    return found


def _read_signatures(session: Session, article_ids: Sequence[int]) -> dict[int, Signature]:
    rows = session.connection().execute(_SIGNATURES, {"ids": article_ids})
    return {
        article_id: Signature(version, shingles, minhash, _unpacked(keys))
        for article_id, version, shingles, minhash, keys in rows
    }


def add_article(
    session: Session, article_id: int, signature: Signature, full: frozenset[int], *, findable: bool
) -> None:
    """Add a new article to the index, but not under the keys that are ``full``.

    One that is not ``findable`` has a signature and no row: a template's instance, of which there are enough.
    """
    keys = tuple(key for key in signature.keys if key not in full) if findable else ()
    row = {
        "article_id": article_id,
        "version": signature.version,
        "shingles": signature.shingles,
        "minhash": signature.minhash,
        "keys": pack_keys(keys),
    }
    batch: _Batch | None = session.info.get(_BATCH)
    if batch is not None:
        batch.add(article_id, signature, row, keys)
        return
    connection = session.connection()
    connection.execute(_SIGNING, row)
    if keys:
        dialect = dialect_of(session)
        connection.execute(_entering(dialect), {"keys": list_numbers(dialect, sorted(keys)), "article_id": article_id})


def remove_article(session: Session, article_id: int) -> None:
    """Remove an article's signature and keys from the index."""
    write_behind(session)
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
