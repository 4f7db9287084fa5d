"""Write an import's records in batches, each with its place in the file."""

import concurrent.futures
import dataclasses
import hashlib
import os
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.column_types import utc_now
from storage.tables.core import Address, Source
from storage.tables.fetches import Fetch, ImportFile
from storage.text_rules import Place
from storage.visit import Result
from storage.writer.import_records import ImportedRecord, lease_of, store_batch
from storage.writer.run_writer import RunWriter
from storage.writer.runs import count_outcomes

ARTICLES = ("new", "updated", "unchanged", "copy")
"""The outcomes of a record that holds an article."""

LONGEST_PATH = 2_600
"""Bytes of a path that is stored as it is: a row of PostgreSQL's indexes holds 2,704."""

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class FileProgress:
    """How far a file is imported: position, number of records, articles."""

    file_id: int
    position: int
    records: int
    articles: int


def _stored_path(path: str) -> str:
    """Give the path, or a digest of a long one with its last 200 characters."""
    raw = os.fsencode(path)
    return path if len(raw) <= LONGEST_PATH else f"{hashlib.blake2b(raw, digest_size=16).hexdigest()}…{path[-200:]}"


class ImportWriter(RunWriter):
    """The writer of an import; ``start`` and ``finish`` are a crawl's.

    A batch is one transaction: its articles, its accounts, and the place in the file, so that an import that is
    killed goes on exactly after the last batch.
    """

    def covering(self, place: Place) -> str | None:
        """Name the first of the run's sources that covers an address."""
        return next((scope.name for scope in self._local.scopes.values() if scope.reaches(place)), None)

    def open_file(self, path: str, size: int, modified: int) -> "concurrent.futures.Future[FileProgress]":
        """Return where to go on in a file.

        ``size`` is in bytes, ``modified`` in nanoseconds since 1970; a file that has changed since is another one.
        """
        name = _stored_path(path)

        def begin(session: Session) -> FileProgress:
            row = session.scalars(select(ImportFile).where(ImportFile.path == name)).first()
            if row is None:
                row = ImportFile(path=name)
                session.add(row)
            elif row.finished_at is None and (row.size, row.modified) == (size, modified):
                row.run_id = self.run_id
                return FileProgress(row.id, row.position, row.records, row.articles)
            row.size, row.modified, row.run_id, row.finished_at = size, modified, self.run_id, None
            row.position = row.records = row.articles = 0
            session.flush()
            return FileProgress(row.id, 0, 0, 0)

        return self._do_locally(begin)

    def close_file(self, file_id: int) -> "concurrent.futures.Future[None]":
        """Record that a file was read to its end."""

        def end(session: Session) -> None:
            session.get_one(ImportFile, file_id).finished_at = utc_now()

        return self._do_locally(end)

    def store_records(
        self, file_id: int, records: Sequence[ImportedRecord]
    ) -> "concurrent.futures.Future[list[Result]]":
        """Store consecutive records of a file; results are in their order."""

        def store(session: Session) -> list[Result]:
            scopes, now = dict(self._local.scopes), utc_now()
            results = store_batch(session, self.run_id, records, scopes, now)
            row = session.get_one(ImportFile, file_id)
            row.position, row.records = records[-1].end, records[-1].number
            row.articles += sum(result.outcome in ARTICLES for result in results)
            count_outcomes(session, self.run_id, results)
            return results

        def store_again(session: Session) -> list[Result]:
            if session.get_one(ImportFile, file_id).records < records[-1].number:
                return store(session)
            return self._stored(session, len(records))  # the commit that was not confirmed was one

        return self._do_locally(store, store_again)

    def _stored(self, session: Session, number: int) -> list[Result]:
        """Read the results of the run's last batch."""
        rows = session.execute(
            select(Fetch, Address, Source.name)
            .join(Address, Address.id == Fetch.address_id)
            .join(Source, Source.id == Fetch.source_id)
            .where(Fetch.run_id == self.run_id)
            .order_by(Fetch.id.desc())
            .limit(number)
        ).all()
        return [
            Result(lease_of(self.run_id, address, fetch.source_id, name), fetch.outcome, fetch.reason)  # type: ignore[arg-type]  # the column's check holds it to Outcome
            for fetch, address, name in reversed(rows)
        ]
