"""Find which articles a stored batch has made or changed."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from storage.reading import Reading
from storage.tables.core import Address
from storage.visit import EARLIER, Result


def changed_articles(session: Session, stored: Iterable[tuple[Reading | None, Result]]) -> dict[int, Reading]:
    """Return the readings of new and changed articles, by the article's id; those of earlier revisions are left out."""
    readings: dict[int, Reading] = {}
    for reading, result in stored:
        if reading is None or result.outcome not in ("new", "updated") or result.reason == EARLIER:
            continue
        article_id = session.get_one(Address, result.lease.address_id).article_id
        if article_id is not None:
            readings[article_id] = reading
    return readings
