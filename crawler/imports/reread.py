"""Read the raw archive again with today's pipelines, on all cores."""

import collections
import contextlib
import dataclasses
import datetime
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from crawler.archive_place import archive_place
from crawler.config.errors import ConfigError
from crawler.config.models import Config
from crawler.console.stop_signals import BlockingStopSignals
from pipelines.raw_page import RawPage
from pipelines.text_rules import PipelineRules
from pipelines.warc.place import ArchivePlace
from pipelines.warc.reread import READ_MEMBER, record_bytes
from pipelines.workers.pool import ReadingPool, read_in_order
from storage.database.crawl_lock import crawl_lock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.distribution import kiji_version
from storage.errors import DatabaseError
from storage.reading import Reading
from storage.visit import WarcLocation
from storage.writer.batching import BATCH
from storage.writer.reread_records import ArchivedRecord, RereadResult, read_archived_records, unknown_sources
from storage.writer.reread_writer import Batch, RereadWriter, preview_rereads
from storage.writer.runs import run_record

Listener = Callable[[RereadResult], None]


@dataclasses.dataclass(frozen=True, slots=True)
class RereadPlan:
    """What to read again: ``sources`` by name (empty for all), fetched ``since``."""

    config: Config
    database_url: str
    sources: tuple[str, ...] = ()
    since: datetime.datetime | None = None
    is_dry: bool = False
    command: str = "kiji reread"


@dataclasses.dataclass(slots=True)
class RereadReport:
    """Counts of pages, the run's record (empty for a dry run), the signal or 0."""

    pages: int = 0
    changed: int = 0
    failed: int = 0
    record: dict[str, Any] = dataclasses.field(default_factory=dict)
    trouble: str = ""
    signal: int = 0

    @property
    def exit_code(self) -> int:
        """Return 0, 1 if pages or the database failed, 130/143 on a signal."""
        if self.signal:
            return 128 + self.signal
        return 1 if self.failed or self.trouble else 0


def reread(plan: RereadPlan, listener: Listener) -> RereadReport:
    """Read archived pages again, and correct what is stored.

    Blocks; needs the main thread.

    Raises DatabaseError if the database cannot be used or a crawl holds it, ConfigError if there is no raw archive or a
    source's name is unknown.
    """
    place = archive_place(plan.config, plan.database_url)
    if place is None:
        raise ConfigError(["kiji reread: the raw archive is off ([archive] enabled = false)"])
    with contextlib.ExitStack() as stack:
        database = open_database(plan.database_url, create=False)
        stack.callback(database.close)
        _check_names(plan, database)
        pool = stack.enter_context(_pool(plan.config))
        signals = stack.enter_context(BlockingStopSignals())
        work = _RereadLoop(plan, database, place, pool, signals, listener)
        rules = PipelineRules(plan.config.parameter_rules, stories=plan.config.stories.enabled)
        if plan.is_dry:
            work.run(lambda batch: preview_rereads(database, batch, rules))
            return work.report
        lock = stack.enter_context(crawl_lock(database))
        writer = RereadWriter(database, rules)
        stack.callback(writer.close)
        started = writer.start(
            [],
            [],
            command=plan.command,
            version=kiji_version(),
            host=socket.gethostname(),
            pid=os.getpid(),
            lock=lock,
        )
        started.result()
        return _write(work, writer, database)


def _pool(config: Config) -> ReadingPool:
    return ReadingPool(timezone=config.crawl.timezone, read=READ_MEMBER, rules=config.parameter_rules)


def _check_names(plan: RereadPlan, database: Database) -> None:
    with database.reading() as connection:
        unknown = unknown_sources(connection, plan.sources)
    if unknown:
        raise ConfigError([f'--source: no source in {database.url} is named "{name}"' for name in unknown])


def _write(work: "_RereadLoop", writer: RereadWriter, database: Database) -> RereadReport:
    report = work.report
    try:
        work.run(lambda batch: writer.store_rereads(batch).result())
    except DatabaseError as error:
        report.trouble = str(error)
    try:
        writer.finish("failed" if report.trouble else "stopped" if report.signal else "done", 0).result()
        with database.reading() as connection:
            report.record = run_record(connection, writer.run_id) or {}
    except DatabaseError as error:  # the next run calls this one killed
        report.trouble = report.trouble or str(error)
    return report


class _RereadLoop:
    """Passes records from the files through the workers, in batches, to a function that applies them."""

    def __init__(
        self,
        plan: RereadPlan,
        database: Database,
        place: ArchivePlace,
        pool: ReadingPool,
        signals: BlockingStopSignals,
        listener: Listener,
    ) -> None:
        self.report = RereadReport()
        self._plan = plan
        self._database = database
        self._place = place
        self._pool = pool
        self._signals = signals
        self._listener = listener

    def run(self, apply: Callable[[Batch], Sequence[RereadResult]]) -> None:
        """Read and apply all records, or stop at a signal."""
        pages: list[tuple[ArchivedRecord, Reading]] = []
        for pair in self._read():
            pages.append(pair)
            if len(pages) >= BATCH:
                self._note(apply(pages))
                pages = []
        if pages:
            self._note(apply(pages))
        self.report.signal = self._signals.number

    def _read(self) -> Iterator[tuple[ArchivedRecord, Reading]]:
        waiting: collections.deque[ArchivedRecord] = collections.deque()
        for reading in read_in_order(self._members(waiting), self._pool):
            yield waiting.popleft(), reading

    def _members(self, waiting: collections.deque[ArchivedRecord]) -> Iterator[RawPage]:
        """Yield the bytes of each record for the workers, and put the record into ``waiting``."""
        with self._database.reading() as connection:
            for record in read_archived_records(connection, self._plan.sources, self._plan.since):
                if self._signals.came():
                    return
                waiting.append(record)
                member = _bytes_of(self._place, record.location)
                yield RawPage(
                    record.url,
                    record.url,
                    member,
                    200,
                    record.fetched_at,
                    source=record.source,
                    in_feed=record.in_feed,
                    feed_date=record.feed_date,
                    feed_title=record.feed_title,
                    feed_authors=record.feed_authors,
                )

    def _note(self, rereads: Sequence[RereadResult]) -> None:
        for page in rereads:
            self.report.pages += 1
            self.report.changed += bool(page.changes)
            self.report.failed += page.outcome == "failed"
            self._listener(page)


def _bytes_of(place: ArchivePlace, location: WarcLocation) -> bytes:
    try:
        return record_bytes(place, location)
    except OSError:  # the file is gone: each of its records is reported
        return b""
