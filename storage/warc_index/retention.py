"""Choose WARC files to delete, and delete old fetches."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, String, delete, func, select
from sqlalchemy.orm import Session

from storage.database.engine import Database
from storage.database.in_values import is_among
from storage.tables.core import Run
from storage.tables.fetches import Fetch
from storage.tables.warc import WarcPage

TOGETHER = 50_000
"""Ids of fetches a transaction: a year of them in one would fill SQLite's log, or hold a server's rows for minutes."""


@dataclasses.dataclass(frozen=True, slots=True)
class PageFile:
    """A WARC file: its size in bytes, and when its newest page was fetched."""

    name: str
    size: int
    newest: datetime


def files_to_prune(
    files: Sequence[PageFile], now: datetime, *, before: datetime | None, size_limit: int | None, spared: datetime
) -> list[PageFile]:
    """Choose files to delete, by age and total size. Pure.

    Those are the files whose pages are all older than ``before``, and the oldest until the rest fits.

    Files with pages as new as ``spared`` stay: somebody may still write to them.
    """
    left = sorted(files, key=lambda file: (file.newest, file.name))
    total = sum(file.size for file in left)
    chosen = []
    for file in left:
        is_old = before is not None and file.newest < before
        is_too_much = size_limit is not None and total > size_limit
        if not (is_old or is_too_much) or file.newest >= min(spared, now):
            continue
        chosen.append(file)
        total -= file.size
    return chosen


def newest_pages(connection: Connection) -> Mapping[str, datetime]:
    """Read when the newest page of each file was fetched."""
    rows = connection.execute(select(WarcPage.file, func.max(WarcPage.fetched_at)).group_by(WarcPage.file))
    return {name: newest for name, newest in rows}  # noqa: C416 - rows are no pairs to the type checker


def unindex_files(session: Session, names: Collection[str]) -> int:
    """Delete files from the index; return how many pages they had."""
    statement = delete(WarcPage).where(is_among(session, WarcPage.file, names, String()))
    return session.connection().execute(statement).rowcount


def delete_old_fetches(database: Database, before: datetime) -> int:
    """Delete fetches of runs that ended before then, some at once; runs and counts stay. Return their number."""
    is_old = Fetch.run_id.in_(select(Run.id).where(Run.finished_at < before))
    with database.reading() as connection:
        first, last = connection.execute(select(func.min(Fetch.id), func.max(Fetch.id)).where(is_old)).one()
    deleted = 0
    for start in range(first, last + 1, TOGETHER) if first is not None else ():
        chunk = delete(Fetch).where(Fetch.id.between(start, min(start + TOGETHER - 1, last)), is_old)
        with database.writing() as session:
            deleted += session.connection().execute(chunk).rowcount
    return deleted
