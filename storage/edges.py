"""Edges of pages that are met again unchanged: what a page declared when it was last read, it still declares."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from storage.models import Address, Fetch, Link

_READ = ("new", "updated", "unchanged", "copy")
"""Outcomes of visits that found an article, or the same bytes as before."""


def meet_edges(session: Session, page: Address, seen_at: datetime) -> None:
    """Note that a page still declares, at ``seen_at``, what it declared when it was last read before that."""
    stands_at = page.page_id or page.id
    read_at: object = page.fetched_at
    if page.outcome not in _READ or page.fetched_at is None or page.fetched_at > seen_at:
        other = aliased(Link)
        by_accounts = select(func.max(Fetch.fetched_at)).where(
            Fetch.address_id == page.id, Fetch.outcome.in_(_READ), Fetch.fetched_at <= seen_at
        )
        by_edges = select(func.max(other.last_seen_at)).where(other.page_id == stands_at, other.last_seen_at <= seen_at)
        read_at = func.coalesce(by_accounts.scalar_subquery(), by_edges.scalar_subquery())
    session.execute(
        update(Link)
        .where(Link.page_id == stands_at, Link.last_seen_at >= read_at, Link.last_seen_at < seen_at)
        .values(last_seen_at=seen_at)
        .execution_options(synchronize_session=False)
    )
