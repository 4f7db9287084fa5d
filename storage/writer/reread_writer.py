"""A run's writing where the run reads the raw archive again; and the same without a trace, for ``--dry-run``."""

import concurrent.futures
import contextlib
import dataclasses
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.database.engine import Database
from storage.database.error_codes import trouble_of
from storage.reading import Reading
from storage.tables.core import Fetch
from storage.text_rules import TextRules, bind_rules
from storage.visit import Lease, Result
from storage.writer.reread_records import KeptRecord, Reread, correct
from storage.writer.run_writer import RunWriter
from storage.writer.runs import count
from storage.writer.store_visit import record_fetch

Batch = Sequence[tuple[KeptRecord, Reading]]


class RereadWriter(RunWriter):
    """``start`` and ``finish`` are a crawl's. A batch is one transaction, with its accounts."""

    def store_rereads(self, batch: Batch) -> "concurrent.futures.Future[list[Reread]]":
        """Correct what stands of these pages; the results are in their order."""
        begun = self._batches
        self._batches += len(batch)

        def store(session: Session) -> list[Reread]:
            rereads = [_correct_one(session, record, reading) for record, reading in batch]
            leases = [_lease_of(self.run_id, reread.record) for reread in rereads]
            for lease, reread in zip(leases, rereads, strict=True):
                record_fetch(session, lease, reread.record.fetched_at, None, reread.outcome, reread.reason[:500])
            results = [Result(lease, reread.outcome) for lease, reread in zip(leases, rereads, strict=True)]
            count(session, self.run_id, results)
            return rereads

        def store_again(session: Session) -> list[Reread]:
            stored = session.scalar(select(func.count()).select_from(Fetch).where(Fetch.run_id == self.run_id)) or 0
            if stored > begun:  # the commit that was not confirmed was one; what changed was not heard
                return [Reread(record, "unchanged", "stored") for record, _ in batch]
            return store(session)

        return self._do_locally(store, store_again)

    _batches = 0


class _Rehearsed(Exception):
    """Ends a transaction that was only to be seen, before anything is made to follow it."""


def rehearse(database: Database, batch: Batch, rules: TextRules) -> list[Reread]:
    """Tell what would become of these pages, in a transaction that is rolled back. Blocks."""
    rereads: list[Reread] = []
    with contextlib.suppress(_Rehearsed), database.writing() as session:
        bind_rules(session, rules)
        rereads = [_correct_one(session, record, reading) for record, reading in batch]
        raise _Rehearsed
    return rereads


def _correct_one(session: Session, record: KeptRecord, reading: Reading) -> Reread:
    try:
        with session.begin_nested():
            reread = correct(session, record, reading)
            return dataclasses.replace(reread, reason=reading.reason_with_errors(reread.reason))
    except Exception as error:
        if trouble_of(error, "") is not None:
            raise
        return Reread(record, "failed", f"storage: {type(error).__name__}: {error}"[:300])


def _lease_of(run_id: int, record: KeptRecord) -> Lease:
    return Lease(
        record.address_id, run_id, record.source_id, record.source, record.url, record.host, depth=0, via="entry"
    )
