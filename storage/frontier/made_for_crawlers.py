"""Bound content made up for crawlers: pages without end that link only to their like.

Such a page is linked from the page that it was found on alone (or from its own links back), and everything that it
links to is as new as itself. A page of a site leads to something that is known: the latest articles, what is read
most, an article that others relate to as well. By chance one does not. So only pages count whose parent is such a page
too, and a run takes up a number of them that the address says nothing about.
"""

import collections
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Integer, RowMapping, SQLColumnExpression, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.database.in_values import is_among
from storage.frontier.edges import write_links
from storage.tables.core import Address, Claim, Link, Run
from storage.tables.fetches import Fetch
from storage.text_rules import LONGEST_ADDRESS, rules_of
from storage.visit import MADE_UP_REASON, Visit

UNDATED, DATED = 100, 500
"""Such pages that a source's run takes up: generated pages seldom have a date, and pages of archives have one."""

_LINKS_READ = 60
"""Article links of a page that are looked up at most."""

_FRESH = 2
"""New addresses that a page has to name at least: a chain of older and older articles names one."""

_FOLLOWED = ("related", "site")


class _Page(NamedTuple):
    """A page that a source was led to, and the page where the claim was found."""

    address_id: int
    parent_id: int


class MadeForCrawlers:
    """What one run has seen of such pages."""

    def __init__(self) -> None:
        self._limits = {False: UNDATED, True: DATED}
        self._inbred: set[int] = set()
        self._counts: dict[int, collections.Counter[bool]] = collections.defaultdict(collections.Counter)
        self._chained: dict[int, set[int]] = collections.defaultdict(set)

    def note(self, session: Session, visit: Visit, page: Address) -> None:
        """Look at an article page whose links are stored and not claimed yet."""
        reading, lease = visit.reading, visit.lease
        if reading is None or not reading.is_article or lease.via not in _FOLLOWED or page.in_feed:
            return
        claim = session.get(Claim, (lease.source_id, lease.address_id))
        if claim is None or claim.found_on_id is None or page.id in self._inbred:
            return
        seen = _Page(page.id, claim.found_on_id)
        urls = [*(card.url for card in reading.related), *reading.outlinks][:_LINKS_READ]
        if not urls or not _is_inbred(session, seen, urls):
            return
        self._inbred.add(page.id)
        if seen.parent_id in self._inbred:
            self._counts[lease.source_id][reading.published_at is not None] += 1
            self._chained[lease.source_id].add(page.id)

    def endless(self, source_id: int) -> set[int]:
        """The pages whose links a source does not follow any more; none below the limits."""
        counts = self._counts[source_id]
        is_over = any(counts[is_dated] >= limit for is_dated, limit in self._limits.items())
        return self._chained[source_id] if is_over else set()

    def cut(self, session: Session, run_id: int, source_id: int, now: datetime) -> set[int]:
        """Refuse what was found on endless pages, and ask for these no more; return the pages."""
        pages = self.endless(source_id)
        if pages:
            _refuse(session, run_id, source_id, pages, now)
        return pages


def _is_inbred(session: Session, page: _Page, urls: Iterable[str]) -> bool:
    """Tell whether only a page's parent links to it, and its own links lead to nothing that is known elsewhere."""
    write_links(session)
    places = (rules_of(session).place(url) for url in urls)
    keys = {place.key for place in places if len(place.url) <= LONGEST_ADDRESS}
    is_family = exists().where(Claim.address_id == Address.id, Claim.found_on_id.in_(list(page)))
    targets = select(Address.id).where(Address.key.in_(keys))
    linking = select(Link.page_id).where(Link.target_id == page.address_id, Link.page_id != page.parent_id)
    if session.scalar(linking.where(Link.page_id.not_in(targets)).limit(1)) is not None:
        return False
    is_linked = exists().where(Link.target_id == Address.id, Link.page_id != page.address_id)
    targets = targets.where(Address.id.not_in(list(page)))
    known = targets.where(~is_family, or_(Address.state != "known", is_linked))
    if session.scalar(known.limit(1)) is not None:
        return False
    fresh = select(func.count()).select_from(targets.where(Address.state == "known").subquery())
    return (session.scalar(fresh) or 0) >= _FRESH


def _refuse(session: Session, run_id: int, source_id: int, pages: set[int], now: datetime) -> None:
    """Refuse the queued addresses that were found on these pages, and follow the pages' links no more."""
    session.execute(
        update(Claim)
        .where(Claim.source_id == source_id, is_among(session, Claim.address_id, pages, Integer()))
        .values(expanded_depth=Claim.depth)
        .execution_options(synchronize_session=False)
    )
    found_on = cast("SQLColumnExpression[int]", Claim.found_on_id)
    found_there = (
        select(Address.id, Claim.via)
        .join(Claim, Claim.address_id == Address.id)
        .where(Claim.source_id == source_id, is_among(session, found_on, pages, Integer()))
        .where(Address.state == "queued", Address.outcome.is_(None))
    )
    rows = [_fetch_row(run_id, source_id, row, now) for row in session.execute(found_there).mappings()]
    if rows:
        session.execute(insert(Fetch), rows)
        _close(session, [row["address_id"] for row in rows], state="known", outcome="refused", reason=MADE_UP_REASON)
        session.execute(update(Run).where(Run.id == run_id).values(refused=Run.refused + len(rows)))
    _close(session, pages)


def _fetch_row(run_id: int, source_id: int, row: RowMapping, now: datetime) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "source_id": source_id,
        "address_id": row["id"],
        "via": row["via"],
        "fetched_at": now,
        "outcome": "refused",
        "reason": MADE_UP_REASON,
    }


def _close(session: Session, address_ids: Iterable[int], **values: object) -> None:
    """Ask for addresses no more."""
    session.execute(
        update(Address)
        .where(is_among(session, Address.id, list(address_ids), Integer()), Address.state != "leased")
        .values(due_at=None, **values)
        .execution_options(synchronize_session="fetch")
    )
