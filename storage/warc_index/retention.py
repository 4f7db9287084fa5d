"""Retention: which WARC files of the raw archive go, and old lines of the accounts."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, String, delete, func, select
from sqlalchemy.orm import Session

from storage.database.in_values import is_among
from storage.tables.core import Fetch, Run
from storage.tables.warc import KeptPage


@dataclasses.dataclass(frozen=True, slots=True)
class PageFile:
    """A WARC file: its bytes on the disk, and when the newest page in it was fetched."""

    name: str
    size: int
    newest: datetime


def files_to_prune(
    files: Sequence[PageFile], now: datetime, *, before: datetime | None, size_limit: int | None, spared: datetime
) -> list[PageFile]:
    """Choose the files whose pages are all older than ``before``, and the oldest until the rest fits. Pure.

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
    """Tell, by file, when the newest page that the index knows in it was fetched."""
    rows = connection.execute(select(KeptPage.file, func.max(KeptPage.fetched_at)).group_by(KeptPage.file))
    return {name: newest for name, newest in rows}  # noqa: C416 - rows are no pairs to the type checker


def forget_files(session: Session, names: Collection[str]) -> int:
    """Take files out of the index; return how many pages they held."""
    statement = delete(KeptPage).where(is_among(session, KeptPage.file, names, String()))
    return len(session.scalars(statement.returning(KeptPage.id)).all())


def forget_fetches(session: Session, before: datetime) -> int:
    """Take the accounts' lines of runs that were over before then; the runs and their counts stay."""
    old_runs = select(Run.id).where(Run.finished_at < before)
    return len(session.scalars(delete(Fetch).where(Fetch.run_id.in_(old_runs)).returning(Fetch.id)).all())
