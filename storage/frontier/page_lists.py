"""Store the other link lists of article pages, each version of a list once."""

import dataclasses
import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Integer, Update, bindparam, case, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from storage.chunks import chunks_of
from storage.database.in_values import dialect_of, is_among
from storage.database.upsert import insert_in, insert_rows
from storage.frontier.addresses import file_addresses
from storage.frontier.blocklist import find_blocked
from storage.reading import StoredList
from storage.tables.page_lists import ListEntry, ListVersion, PageList
from storage.text_rules import rules_of

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import ReturningInsert

_BY_DIGEST = select(ListVersion.digest, ListVersion.id).where(
    ListVersion.digest.in_(bindparam("digests", expanding=True))
)
_ENTRIES = insert(ListEntry)


@dataclasses.dataclass(frozen=True, slots=True)
class ShownLists:
    """The lists that a page showed at a time."""

    page_id: int
    lists: tuple[StoredList, ...]
    seen_at: datetime


def store_page_lists(session: Session, pages: Iterable[ShownLists]) -> None:
    """Store which lists pages showed; a known version of a list gets another page or time, and no entries."""
    shown = [page for page in pages if page.lists]
    if not shown:
        return
    versions = _store_versions(session, {each.digest: each for page in shown for each in page.lists})
    rows: dict[tuple[int, int], dict[str, object]] = {}
    for page in sorted(shown, key=lambda page: page.seen_at):
        for each in page.lists:
            key = (page.page_id, versions[each.digest])
            first = rows[key]["first_seen_at"] if key in rows else page.seen_at
            rows[key] = {"page_id": key[0], "version_id": key[1], "first_seen_at": first, "last_seen_at": page.seen_at}
    # Sorted, so that two writers lock rows in one order.
    insert_rows(session, _showing(dialect_of(session)), [rows[key] for key in sorted(rows)])


def _store_versions(session: Session, lists: Mapping[int, StoredList]) -> dict[int, int]:
    """Store the versions that are not known; return all ids by digest."""
    ids: dict[int, int] = {}
    for chunk in chunks_of(sorted(lists)):
        ids.update(_known(session, chunk))
        missing = [digest for digest in chunk if digest not in ids]
        if not missing:
            continue
        new = [lists[digest] for digest in missing]
        rows = [{"digest": each.digest, "kind": each.kind, "heading": each.heading} for each in new]
        inserted = session.connection().execute(_adding(dialect_of(session)), rows)
        added = {row.digest: row.id for row in inserted}
        _add_entries(session, {version: lists[digest] for digest, version in added.items()})
        ids.update(added)
        if raced := [digest for digest in missing if digest not in ids]:
            ids.update(_known(session, raced))
    return ids


def _known(session: Session, digests: Sequence[int]) -> dict[int, int]:
    return dict(session.connection().execute(_BY_DIGEST, {"digests": digests}).all())


def _add_entries(session: Session, versions: Mapping[int, StoredList]) -> None:
    """Store the entries of new versions; forgotten addresses are left out."""
    rules = rules_of(session)
    placed = {link.url: rules.place(link.url) for each in versions.values() for link in each.links}
    ids = file_addresses(session, placed.values())
    gone = find_blocked(session, ids)
    rows = [
        {"version_id": version, "position": link.position, "target_id": ids[key], "title": link.title}
        for version, each in versions.items()
        for link in each.links
        if (key := placed[link.url].key) not in gone
    ]
    if rows:
        session.connection().execute(_ENTRIES, rows)


@functools.cache
def _adding(dialect: str) -> "ReturningInsert[int, int]":
    statement = insert_in(dialect, ListVersion).on_conflict_do_nothing(index_elements=["digest"])
    return statement.returning(ListVersion.digest, ListVersion.id)


@functools.cache
def _showing(dialect: str) -> "sqlite.Insert | postgresql.Insert":
    """Imports come in any order: the first and the last time widen to both sides."""
    statement = insert_in(dialect, PageList)
    new = statement.excluded
    first = case((new.first_seen_at < PageList.first_seen_at, new.first_seen_at), else_=PageList.first_seen_at)
    last = case((new.last_seen_at > PageList.last_seen_at, new.last_seen_at), else_=PageList.last_seen_at)
    return statement.on_conflict_do_update(
        index_elements=["page_id", "version_id"], set_={"first_seen_at": first, "last_seen_at": last}
    )


def touch_page_lists(page_id: int, read_at: object, seen_at: datetime) -> Update:
    """Build the update of ``last_seen_at`` of the lists that a page showed at ``read_at``."""
    return (
        update(PageList)
        .where(PageList.page_id == page_id, PageList.last_seen_at >= read_at, PageList.last_seen_at < seen_at)
        .values(last_seen_at=seen_at)
        .execution_options(synchronize_session=False)
    )


def correct_page_lists(session: Session, page: ShownLists) -> bool:
    """Replace the lists that were read from a page's newest bytes by those of today's reading.

    ``seen_at`` is when the bytes came. A list that older bytes showed, too, stays. Tells whether anything changed.
    """
    before = set(session.scalars(select(PageList.version_id).where(PageList.page_id == page.page_id)))
    digests = [each.digest for each in page.lists]
    wanted = set(_known(session, digests).values())
    of_these_bytes = (PageList.page_id == page.page_id, PageList.first_seen_at >= page.seen_at)
    wrong = set(session.scalars(select(PageList.version_id).where(*of_these_bytes))) - wanted
    is_wrong = is_among(session, PageList.version_id, wrong, Integer())
    session.execute(delete(PageList).where(*of_these_bytes, is_wrong).execution_options(synchronize_session=False))
    store_page_lists(session, [page])
    delete_unshown(session, wrong)
    return bool(wrong) or len(digests) > len(before & wanted)


def move_page_lists(session: Session, old: int, new: int) -> None:
    """Move a page's lists to the page that has replaced it."""
    there = aliased(PageList)
    known = exists().where(there.page_id == new, there.version_id == PageList.version_id)
    moved = update(PageList).where(PageList.page_id == old, ~known).values(page_id=new)
    session.execute(moved.execution_options(synchronize_session=False))
    session.execute(delete(PageList).where(PageList.page_id == old).execution_options(synchronize_session=False))


def delete_unshown(session: Session, versions: Collection[int]) -> None:
    """Delete those versions of lists that no page shows."""
    shown = exists().where(PageList.version_id == ListVersion.id)
    statement = select(ListVersion.id).where(is_among(session, ListVersion.id, versions, Integer()), ~shown)
    unshown = session.scalars(statement).all()
    for table, column in ((ListEntry, ListEntry.version_id), (ListVersion, ListVersion.id)):
        is_gone = is_among(session, column, unshown, Integer())
        session.execute(delete(table).where(is_gone).execution_options(synchronize_session=False))
