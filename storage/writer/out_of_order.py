"""Handle imported pages that are older than the stored version.

The result is the one that the right order would have given, as far as the stored revisions and times tell.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.reading import Reading
from storage.tables.core import Address, Article, Copy, Revision
from storage.text_rules import rules_of
from storage.visit import EARLIER, Outcome


def store_out_of_order(
    session: Session, address: Address, reading: Reading, fetched_at: datetime
) -> tuple[Outcome, str] | None:
    """Store an article page older than the stored one; None where it is not.

    An older text under the same extractor becomes a revision at its place in time (``updated``). Older texts
    that are known, or that another extractor read, change nothing but the time of first sight (``unchanged``). A
    given text is always handled so where the stored text was read from the page's own bytes.
    """
    if address.article_id is None:
        return None
    copy = session.scalars(select(Copy).where(Copy.address_id == address.id)).first()
    if copy is not None:
        if fetched_at >= copy.last_seen_at and (reading.extractor_version or not copy.extractor_version):
            return None
        copy.seen_at, copy.last_seen_at = min(copy.seen_at, fetched_at), max(copy.last_seen_at, fetched_at)
        return "unchanged", "a known copy"
    article = session.scalars(
        select(Article).where(Article.id == address.article_id, Article.read_from_id == address.id)
    ).first()
    if article is None:
        return None
    if not reading.extractor_version and article.extractor_version:
        touch_article(article, fetched_at)
        return "unchanged", "read here from the page itself"
    if fetched_at > article.last_seen_at:
        return None
    words = (rules_of(session).text_hash(reading.title), rules_of(session).text_hash(reading.text))
    earlier = _superseded(session, article)
    known = [(rules_of(session).text_hash(revision.title), revision.text_hash) for revision in earlier]
    if fetched_at == article.last_seen_at and words not in known:
        return None  # the same page again, or another in the same second: the later record wins
    article.first_seen_at = min(article.first_seen_at, fetched_at)
    if reading.extractor_version != article.extractor_version:
        return "unchanged", "an earlier reading by another extractor"
    if words == (rules_of(session).text_hash(article.title), article.text_hash):
        if not earlier or fetched_at > earlier[-1].seen_at:
            article.revised_at = min(article.revised_at, fetched_at)
        return "unchanged", "an earlier reading"
    if words in known:
        return "unchanged", EARLIER
    _insert(session, article, earlier, _wording(reading, fetched_at, words[1]))
    return "updated", EARLIER


def touch_article(article: Article, fetched_at: datetime) -> None:
    """Widen an article's first and last sight to include a time."""
    article.first_seen_at = min(article.first_seen_at, fetched_at)
    article.last_seen_at = max(article.last_seen_at, fetched_at)


def _superseded(session: Session, article: Article) -> list[Revision]:
    statement = select(Revision).where(Revision.article_id == article.id).order_by(Revision.revision)
    return list(session.scalars(statement))


def _wording(reading: Reading, seen_at: datetime, text_hash: str) -> dict[str, object]:
    return {"seen_at": seen_at, "title": reading.title, "text": reading.text, "text_hash": text_hash}


def _insert(session: Session, article: Article, earlier: list[Revision], new_revision: dict[str, object]) -> None:
    """Insert a revision at its place in time, and renumber all."""
    rows = [_stored(revision) for revision in earlier]
    seen_at = new_revision["seen_at"]
    if isinstance(seen_at, datetime) and seen_at > article.revised_at:
        # Seen between two sights of the present revision: the publisher had changed it, and changed it back.
        rows.append(
            {
                "seen_at": article.revised_at,
                "title": article.title,
                "text": article.text,
                "text_hash": article.text_hash,
            }
        )
        article.revised_at = article.last_seen_at
    rows.append(new_revision)
    rows.sort(key=lambda row: str(row["seen_at"]))
    for revision in earlier:
        session.expunge(revision)
    session.execute(delete(Revision).where(Revision.article_id == article.id))
    session.add_all(Revision(article_id=article.id, revision=number, **row) for number, row in enumerate(rows, 1))
    article.revision = len(rows) + 1
    session.flush()


def _stored(revision: Revision) -> dict[str, object]:
    return {
        "seen_at": revision.seen_at,
        "title": revision.title,
        "text": revision.text,
        "text_hash": revision.text_hash,
    }
