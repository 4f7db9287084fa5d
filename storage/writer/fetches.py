"""Record how addresses that were taken up ended."""

import dataclasses
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from storage.reading import PageType, Reading
from storage.tables.fetches import Fetch
from storage.visit import Lease, Outcome

_FETCHED = insert(Fetch)


@dataclasses.dataclass(frozen=True, slots=True)
class EndedFetch:
    """How an address that was taken up ended; ``page_type`` is for pages without ``reading``.

    Of a page that was read its type is recorded, of an article also the length of its text and its related links:
    changes of layout show in these.
    """

    lease: Lease
    fetched_at: datetime
    status: int | None
    outcome: Outcome
    reason: str
    reading: Reading | None = None
    page_type: PageType | None = None

    def row(self) -> dict[str, object]:
        """Return the row of the table."""
        article = self.reading if self.reading is not None and self.reading.is_article else None
        has_none = article is not None and not article.related
        return {
            "run_id": self.lease.run_id,
            "source_id": self.lease.source_id,
            "address_id": self.lease.address_id,
            "via": self.lease.via,
            "fetched_at": self.fetched_at,
            "status": self.status,
            "outcome": self.outcome,
            "reason": self.reason,
            "characters": None if article is None else len(article.text),
            "related": None if article is None else len(article.related),
            "nearest_list": article.nearest_list if article is not None and has_none else None,
            "page_type": self.page_type if self.reading is None else self.reading.page_type,
        }


def record_fetches(session: Session, fetches: list[EndedFetch]) -> None:
    """Store fetches, and empty the list."""
    if fetches:
        session.connection().execute(_FETCHED, [fetch.row() for fetch in fetches])
        fetches.clear()
