"""The index of near copies: signatures and their keys. Every look-up and every article costs a bounded number of rows.

A key that ROWS_A_KEY articles have is full: it is everybody's phrase or a template's, says little, and takes no more
rows. So a look-up reads ROWS_A_KEY rows a key at most, however many articles there are, and a template's ten thousandth
instance costs what its fortieth did. Counting and inserting are one transaction, and one writes at a time.
"""

import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from storage.chunks import chunks_of
from storage.signature import Signature
from storage.tables.core import Article
from storage.tables.dedup import ArticleSignature, Band
from storage.text_rules import rules_of

ROWS_A_KEY = 32
"""Articles a key stands for at most: 640 index rows for a text of 20 keys, 0.3 ms."""

_KEYS = 20  # of the statement below; a text with fewer repeats one of its own
_NAMES = [f"key{number}" for number in range(_KEYS)]
_SIGNATURES = select(
    ArticleSignature.article_id,
    ArticleSignature.version,
    ArticleSignature.shingles,
    ArticleSignature.minhash,
    ArticleSignature.keys,
).where(ArticleSignature.article_id.in_(bindparam("ids", expanding=True)))
_SIGNING, _ENTERING = insert(ArticleSignature), insert(Band)
_POSTINGS = select(Band.key, Band.article_id).where(Band.key.in_([bindparam(name) for name in _NAMES]))


class Postings:
    """What the index says of some keys: which articles have them, and which keys are full."""

    def __init__(self, rows: Iterable[tuple[int, int]]) -> None:
        articles: defaultdict[int, list[int]] = defaultdict(list)
        for key, article_id in rows:
            articles[key].append(article_id)
        self._articles: Mapping[int, Sequence[int]] = articles

    @property
    def full(self) -> frozenset[int]:
        """The keys that take no more articles."""
        return frozenset(key for key, found in self._articles.items() if len(found) >= ROWS_A_KEY)

    def ranked(self, own_id: int | None = None) -> list[int]:
        """Every article but ``own_id`` that shares a key, those first that share many, or rare ones."""
        weights: Counter[int] = Counter()
        for found in self._articles.values():
            for article_id in found:
                weights[article_id] += 10_000 // len(found)
        del weights[own_id or 0]
        return sorted(weights, key=lambda article_id: (-weights[article_id], article_id))


def look_up(session: Session, keys: Sequence[int]) -> Postings:
    """Read what the index has under these keys."""
    if not keys:
        return Postings(())
    connection = session.connection()
    rows: list[tuple[int, int]] = []
    for some in chunks_of(keys, _KEYS):
        padded = [*some, *[some[-1]] * (_KEYS - len(some))]
        rows += [
            (key, article_id)
            for key, article_id in connection.execute(_POSTINGS, dict(zip(_NAMES, padded, strict=True)))
        ]
    return Postings(rows)


def signatures_of(session: Session, article_ids: Sequence[int]) -> dict[int, Signature]:
    """Give the signatures of articles, by article; those without one are left out."""
    found = session.connection().execute(_SIGNATURES, {"ids": article_ids})
    return {row.article_id: Signature(row.version, row.shingles, row.minhash, _unpacked(row.keys)) for row in found}


def index(session: Session, article_id: int, signature: Signature, full: frozenset[int], *, findable: bool) -> None:
    """Sign a new article, and enter it under its keys; ``full`` says under which there is no room.

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
            "keys": _packed(keys),
        },
    )
    if keys:
        connection.execute(_ENTERING, [{"key": key, "article_id": article_id} for key in sorted(keys)])


def remove(session: Session, article_id: int) -> None:
    """Take an article out of the index, signature and rows."""
    signature = signatures_of(session, [article_id]).get(article_id)
    if signature is None:
        return
    connection = session.connection()
    connection.execute(delete(Band).where(Band.key.in_(signature.keys), Band.article_id == article_id))
    connection.execute(delete(ArticleSignature).where(ArticleSignature.article_id == article_id))


def index_anew(session: Session, article_id: int, signature: Signature) -> None:
    """Enter an article under other words, or by another algorithm."""
    remove(session, article_id)
    index(session, article_id, signature, look_up(session, signature.keys).full, findable=True)


def has_outdated(session: Session) -> bool:
    """Tell whether any article waits for a signature of the present algorithm."""
    version = ArticleSignature.version
    return session.scalar(select(version).where(version < rules_of(session).signature_version).limit(1)) is not None


def index_outdated(session: Session, limit: int) -> int:
    """Sign the next articles whose signature is older than the algorithm, or that have none; return how many.

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
        index_anew(session, row.id, rules_of(session).sign(row.text, row.language))
    return len(outdated)


def _packed(keys: Sequence[int]) -> bytes:
    return struct.pack(f">{len(keys)}q", *keys)


def _unpacked(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(packed) // 8}q", packed)
