"""Find near-duplicates: candidates by index and signature, then by their text."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.articles import minhash_index
from storage.articles.minhash_index import Postings, find_postings, read_signatures
from storage.database.flushing import flush_articles
from storage.database.upsert import insert_into
from storage.reading import Reading
from storage.signature import Signature, estimated_containment
from storage.tables.core import Address, Article
from storage.tables.dedup import SimilarPair
from storage.text_rules import Comparison, rules_of

ESTIMATED = 16
"""Candidates whose signatures are read: those that share most and rarest keys."""

COMPARED = 4
"""Candidates whose words are compared, 2.6 ms each: those with most in common by their signatures."""

WORTH_COMPARING = 0.25
"""Estimated containment below which texts are not compared: 0.4 can be a copy, and estimates err."""

TEMPLATE_SHARE = 0.5
"""The share of full keys from which on a text counts as an instance of a template."""


_STORED = (
    select(Article.id, Article.text, Article.published_at, Address.domain)
    .join(Address, Address.id == Article.address_id)
    .where(Article.id.in_(bindparam("ids", expanding=True)))
    .order_by(Article.id)
)

RECURS = "the same notice on another day"
"""The reason of a pair that would be a copy but for its dates."""


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """A stored article that shares much of a text, and how the two compare.

    ``domain`` is the registered domain of its page. ``is_dated_notice`` says that it is the same publisher's notice of
    another event, in the same words.
    """

    article: Article
    domain: str
    comparison: Comparison
    is_dated_notice: bool

    @property
    def is_copy(self) -> bool:
        """Whether the text is a near copy; exact ones are found by their hash."""
        return self.comparison.kind == "near" and not self.is_dated_notice


@dataclasses.dataclass(frozen=True, slots=True)
class NearDuplicates:
    """The stored articles that a text is a copy of, or similar to.

    ``original`` is the first stored article of which the text is a copy. ``alike`` are articles in the same words with
    other facts: related, not duplicates. ``signature`` and ``postings`` are what the text is indexed by.
    """

    signature: Signature
    postings: Postings
    original: Pair | None = None
    alike: tuple[Pair, ...] = ()

    @property
    def is_template(self) -> bool:
        """Whether the index has enough texts of this kind already."""
        full = self.postings.full
        return bool(self.alike) and len(full) >= TEMPLATE_SHARE * len(self.signature.keys)


def read_ahead(session: Session, signatures: Iterable[Signature]) -> None:
    """Read at once what :func:`find_near_duplicates` will ask for the texts of a batch.

    An article of the batch changes which candidates come first: those are read then.
    """
    signed = list(signatures)
    minhash_index.read_ahead(session, signed)
    postings = (find_postings(session, signature.keys) for signature in signed)
    candidates = [article_id for each in postings for article_id in each.ranked()[:ESTIMATED]]
    minhash_index.read_signatures_ahead(session, candidates)


def find_near_duplicates(session: Session, reading: Reading, domain: str, signature: Signature) -> NearDuplicates:
    """Find the articles that a text is a copy of or similar to.

    At most COMPARED texts are read.
    """
    postings = find_postings(session, signature.keys)
    candidates = postings.ranked()[:ESTIMATED]
    if not candidates:
        return NearDuplicates(signature, postings)
    signatures = read_signatures(session, candidates)
    estimates = {
        article_id: estimated_containment(signature, signatures[article_id])
        for article_id in candidates
        if article_id in signatures
    }
    worth = [article_id for article_id in candidates if estimates.get(article_id, 0.0) >= WORTH_COMPARING]
    worth.sort(key=lambda article_id: (-estimates[article_id], article_id))
    pairs = _pairs(session, worth[:COMPARED], reading, domain)
    return NearDuplicates(
        signature,
        postings,
        original=next((pair for pair in pairs if pair.is_copy), None),
        alike=tuple(pair for pair in pairs if pair.comparison.alike and not pair.is_copy),
    )


def _pairs(session: Session, article_ids: Sequence[int], reading: Reading, domain: str) -> list[Pair]:
    """Compare a text with stored ones, oldest first; return those that are copies of it or alike.

    Only of these whole articles are read.
    """
    if not article_ids:
        return []
    rules = rules_of(session)
    pairs = []
    flush_articles(session)
    for stored in session.connection().execute(_STORED, {"ids": article_ids}).all():
        comparison = rules.compare(stored.text, reading.text, reading.language)
        if comparison.kind != "near" and not comparison.alike:
            continue
        is_dated_notice = stored.domain == domain and rules.is_dated_notice(
            reading.text, stored.published_at, reading.published_at
        )
        pairs.append(Pair(session.get_one(Article, stored.id), stored.domain, comparison, is_dated_notice))
    return pairs


def record_similar(session: Session, article: Article, alike: tuple[Pair, ...], seen_at: datetime) -> None:
    """Store which earlier articles are similar to a new one, and why it is no copy."""
    rows = [
        {
            "article_id": article.id,
            "other_id": pair.article.id,
            "similarity": pair.comparison.similarity,
            "containment": pair.comparison.containment,
            "reason": RECURS if pair.is_dated_notice else pair.comparison.reason,
            "seen_at": seen_at,
        }
        for pair in alike
    ]
    if rows:
        session.connection().execute(insert_into(session, SimilarPair).on_conflict_do_nothing(), rows)
