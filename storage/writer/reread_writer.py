"""Write the corrections of a re-reading, or roll them back for ``--dry-run``."""

import concurrent.futures
import contextlib
import dataclasses
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.database.engine import Database
from storage.database.error_codes import classify_error
from storage.reading import Reading
from storage.tables.fetches import Fetch
from storage.text_rules import TextRules, bind_rules
from storage.visit import Lease, Result
from storage.writer.fetches import EndedFetch, record_fetches
from storage.writer.reread_records import ArchivedRecord, RereadResult, correct_page
from storage.writer.run_writer import RunWriter
from storage.writer.runs import count_outcomes

Batch = Sequence[tuple[ArchivedRecord, Reading]]


class RereadWriter(RunWriter):
    """The writer of a re-reading; ``start`` and ``finish`` are a crawl's."""

    def store_rereads(self, batch: Batch) -> "concurrent.futures.Future[list[RereadResult]]":
        """Correct what is stored of these pages; results are in their order."""
        begun = self._batches
        self._batches += len(batch)

        def store(session: Session) -> list[RereadResult]:
            rereads = [_correct_one(session, record, reading) for record, reading in batch]
            leases = [_lease_of(self.run_id, reread.record) for reread in rereads]
            for lease, reread in zip(leases, rereads, strict=True):
                fetch = EndedFetch(lease, reread.record.fetched_at, None, reread.outcome, reread.reason[:500])
                record_fetches(session, [fetch])
            results = [Result(lease, reread.outcome) for lease, reread in zip(leases, rereads, strict=True)]
            count_outcomes(session, self.run_id, results)
            return rereads

        def store_again(session: Session) -> list[RereadResult]:
            stored = session.scalar(select(func.count()).select_from(Fetch).where(Fetch.run_id == self.run_id)) or 0
            if stored > begun:  # the commit that was not confirmed was one; what changed was not heard
                return [RereadResult(record, "unchanged", "stored") for record, _ in batch]
            return store(session)

        return self._do_locally(store, store_again)

    _batches = 0


class _Rehearsed(Exception):
    """Rolls a transaction back whose result was only to be seen."""


def preview_rereads(database: Database, batch: Batch, rules: TextRules) -> list[RereadResult]:
    """Compute what would change, in a transaction that is rolled back. Blocks."""
    rereads: list[RereadResult] = []
    with contextlib.suppress(_Rehearsed), database.writing() as session:
        bind_rules(session, rules)
        rereads = [_correct_one(session, record, reading) for record, reading in batch]
        raise _Rehearsed
    return rereads


def _correct_one(session: Session, record: ArchivedRecord, reading: Reading) -> RereadResult:
    try:
        with session.begin_nested():
            reread = correct_page(session, record, reading)
            return dataclasses.replace(reread, reason=reading.reason_with_errors(reread.reason))
    except Exception as error:
        if classify_error(error, "") is not None:
            raise
        return RereadResult(record, "failed", f"storage: {type(error).__name__}: {error}"[:300])


def _lease_of(run_id: int, record: ArchivedRecord) -> Lease:
    return Lease(
        record.address_id, run_id, record.source_id, record.source, record.url, record.host, depth=0, via="entry"
    )
