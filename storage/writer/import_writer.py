"""An import's writing: its records in batches, each with the place in the file to go on from."""

import concurrent.futures
import dataclasses
import hashlib
import os
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.column_types import utc_now
from storage.tables.core import Address, Fetch, ImportFile, Source
from storage.text_rules import Place
from storage.visit import Result
from storage.writer.import_records import ImportedRecord, lease_of, store_batch
from storage.writer.run_writer import RunWriter
from storage.writer.runs import count

ARTICLES = ("new", "updated", "unchanged", "copy")
"""The outcomes of a record that holds an article."""

LONGEST_PATH = 2_600
"""Bytes of a path that is stored as it is: a row of PostgreSQL's indexes holds 2,704."""

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class FileProgress:
    """How far a file has been imported: where to go on, the number of the last record, and articles so far."""

    file_id: int
    position: int
    records: int
    articles: int


def _stored_path(path: str) -> str:
    """Give the path itself, or a digest of one too long and its last 200 characters."""
    raw = os.fsencode(path)
    return path if len(raw) <= LONGEST_PATH else f"{hashlib.blake2b(raw, digest_size=16).hexdigest()}…{path[-200:]}"


class ImportWriter(RunWriter):
    """A run's writing where the run is an import; ``start`` and ``finish`` are a crawl's.

    A batch is one transaction: its articles, its accounts, and the place in the file, so that an import that is
    killed goes on exactly after the last batch.
    """

    def covering(self, place: Place) -> str | None:
        """Name the first of the run's sources to which an address belongs, learnt domains included."""
        return next((scope.name for scope in self._local.scopes.values() if scope.covers(place)), None)

    def open_file(self, path: str, size: int, modified: int) -> "concurrent.futures.Future[FileProgress]":
        """Tell where to go on in a file: at its begin, or where an import of it was interrupted.

        ``size`` is in bytes, ``modified`` in nanoseconds since 1970; a file that has changed since is another one.
        """
        name = _stored_path(path)

        def begin(session: Session) -> FileProgress:
            found = session.scalars(select(ImportFile).where(ImportFile.path == name)).first()
            if found is None:
                found = ImportFile(path=name)
                session.add(found)
            elif found.finished_at is None and (found.size, found.modified) == (size, modified):
                found.run_id = self.run_id
                return FileProgress(found.id, found.position, found.records, found.articles)
            found.size, found.modified, found.run_id, found.finished_at = size, modified, self.run_id, None
            found.position = found.records = found.articles = 0
            session.flush()
            return FileProgress(found.id, 0, 0, 0)

        return self._do_locally(begin)

    def close_file(self, file_id: int) -> "concurrent.futures.Future[None]":
        """Note that a file has been read to its end: the next import of it begins anew."""

        def end(session: Session) -> None:
            session.get_one(ImportFile, file_id).finished_at = utc_now()

        return self._do_locally(end)

    def store_records(
        self, file_id: int, records: Sequence[ImportedRecord]
    ) -> "concurrent.futures.Future[list[Result]]":
        """Store records of a file that follow each other; the results are in their order."""

        def store(session: Session) -> list[Result]:
            scopes, now = dict(self._local.scopes), utc_now()
            results = store_batch(session, self.run_id, records, scopes, now)
            found = session.get_one(ImportFile, file_id)
            found.position, found.records = records[-1].end, records[-1].number
            found.articles += sum(result.outcome in ARTICLES for result in results)
            count(session, self.run_id, results)
            return results

        def store_again(session: Session) -> list[Result]:
            if session.get_one(ImportFile, file_id).records < records[-1].number:
                return store(session)
            return self._stored(session, len(records))  # the commit that was not confirmed was one

        return self._do_locally(store, store_again)

    def _stored(self, session: Session, number: int) -> list[Result]:
        """Give the results of the run's last batch, as they were stored."""
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
