"""Read import files with the workers, and store their records in order."""

import collections
import concurrent.futures
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from crawler.imports.records import is_bad, make_record, page_of
from pipelines.addresses.parameters import ParameterRules
from pipelines.addresses.place import place
from pipelines.warc.import_record import FileRecord
from pipelines.warc.jsonl import NO_MAPPING, json_records, jsonl_records
from pipelines.warc.read import BadRecord
from pipelines.warc.records import warc_records
from pipelines.workers.pool import READ_PAGE, ReadingPool
from storage.column_types import utc_now
from storage.reading import Reading
from storage.visit import Result
from storage.writer.batching import BATCH
from storage.writer.import_records import ImportedRecord
from storage.writer.import_writer import ARTICLES, FileProgress, ImportWriter

READ_LINE = "pipelines.warc.jsonl:read_line"
WARC_NAMES = (".warc", ".warc.gz")
JSONL_NAMES = (".jsonl", ".jsonl.gz")
JSON_NAMES = (".json",)

_PAGES_A_WORKER = 4  # queued records a worker: pages take long, lines are read before the next is sent
_LINES_A_WORKER = 16
_BYTES_QUEUED = 64 * 1024 * 1024  # of the records that wait for workers
_CHARACTERS_A_BATCH = 4_000_000  # of text
_SECONDS_A_BATCH = 1.0  # after which a batch is stored however small it is


class ImportListener(Protocol):
    """Observer of an import. Its methods are called on the importing thread."""

    def started(self, path: Path, size: int, progress: FileProgress) -> None:
        """Handle the start of a file, or its resumption; ``size`` is in bytes."""

    def read(self, path: Path, position: int) -> None:
        """Handle the number of bytes of the file that have been read."""

    def stored(self, path: Path, result: Result, record: ImportedRecord) -> None:
        """Handle the result of one record."""


@dataclasses.dataclass(slots=True)
class FileReport:
    """The result of one file.

    ``articles`` counts its records with an article, also those of interrupted imports before. ``bad`` counts records of
    this run that could not be used. ``ended`` is true if the file was read to its end.
    """

    path: Path
    articles: int = 0
    bad: int = 0
    ended: bool = False


class ImportReader:
    """Reads and stores files.

    Its pools are started by the first record that needs them.

    ``is_stopped`` is called after each record. Once it is true no more is read, and what was read is stored.
    """

    def __init__(
        self,
        writer: ImportWriter,
        listener: ImportListener,
        is_stopped: Callable[[], bool],
        *,
        timezone: str,
        source: str | None,
        rules: ParameterRules | None = None,
        mapping: Mapping[str, str] = NO_MAPPING,
    ) -> None:
        self._writer = writer
        self._mapping = mapping
        self._listener = listener
        self._is_stopped = is_stopped
        self._timezone = timezone
        self._source = source
        self._rules = rules
        self._pools: dict[str, ReadingPool] = {}

    def close(self) -> None:
        """Stop the workers."""
        for pool in self._pools.values():
            pool.close()

    def import_file(self, report: FileReport) -> None:
        """Import a file, from where an interrupted import stopped. Raises DatabaseError."""
        path, stat = report.path, report.path.stat()
        progress = self._writer.open_file(str(path), stat.st_size, stat.st_mtime_ns).result()
        report.articles = progress.articles
        self._listener.started(path, stat.st_size, progress)
        is_warc = path.name.lower().endswith(WARC_NAMES)
        batches = _Batches(self._writer, progress.file_id, lambda *stored: self._note(report, *stored))
        for record, reading in self._read(path, progress, is_warc=is_warc):
            batches.add(self._with_source(make_record(record, reading, path, utc_now()), path))
        batches.flush()
        batches.wait()
        if not self._is_stopped():
            self._writer.close_file(progress.file_id).result()
            report.ended = True

    def _read(
        self, path: Path, progress: FileProgress, *, is_warc: bool
    ) -> Iterator[tuple[FileRecord, Reading | None]]:
        """Yield the file's records in order, each with its reading."""
        pool = self._pool(READ_PAGE if is_warc else READ_LINE)
        window = pool.max_workers * (_PAGES_A_WORKER if is_warc else _LINES_A_WORKER)
        waiting: collections.deque[_PendingRecord] = collections.deque()
        for record in _records(path, progress, self._mapping):
            raw = page_of(record.item)
            waiting.append(_PendingRecord(record, pool.submit(raw) if raw else None, len(raw.body) if raw else 0))
            while len(waiting) >= window or sum(pending.size for pending in waiting) > _BYTES_QUEUED:
                yield waiting.popleft().wait()
            self._listener.read(path, record.read)
            if self._is_stopped():
                break
        while waiting:
            yield waiting.popleft().wait()

    def _pool(self, read: str) -> ReadingPool:
        if read not in self._pools:
            self._pools[read] = ReadingPool(timezone=self._timezone, read=read, rules=self._rules)
        return self._pools[read]

    def _with_source(self, record: ImportedRecord, path: Path) -> ImportedRecord:
        """Set the record's source: the option's, the record's, the config's, or the host."""
        where = place(record.url, self._rules)
        source = self._source or record.source or self._writer.covering(where) or where.host or path.name
        return dataclasses.replace(record, source=source)

    def _note(self, report: FileReport, records: Sequence[ImportedRecord], results: Sequence[Result]) -> None:
        for record, result in zip(records, results, strict=True):
            report.articles += result.outcome in ARTICLES
            report.bad += is_bad(result, record)
            self._listener.stored(report.path, result, record)


@dataclasses.dataclass(frozen=True, slots=True)
class _PendingRecord:
    """A record that workers read; ``reading`` is None if there is nothing to read."""

    record: FileRecord
    reading: "concurrent.futures.Future[Reading] | None"
    size: int

    def wait(self) -> tuple[FileRecord, Reading | None]:
        """Wait for the worker; return the record and its reading."""
        reading = self.reading.result() if self.reading is not None else None
        return self.record, reading


class _Batches:
    """Batches of records: one is filled while the last one is stored."""

    def __init__(
        self,
        writer: ImportWriter,
        file_id: int,
        note: Callable[[Sequence[ImportedRecord], Sequence[Result]], None],
    ) -> None:
        self._writer = writer
        self._file_id = file_id
        self._note = note
        self._batch: list[ImportedRecord] = []
        self._characters = 0
        self._since = time.monotonic()
        self._stored: tuple[list[ImportedRecord], concurrent.futures.Future[list[Result]]] | None = None

    def add(self, record: ImportedRecord) -> None:
        """Add a record. Blocks if the batch is full and the last one is not stored yet."""
        self._batch.append(record)
        self._characters += len(record.reading.text) if record.reading else 0
        late = time.monotonic() - self._since > _SECONDS_A_BATCH
        if late or len(self._batch) >= BATCH or self._characters > _CHARACTERS_A_BATCH:
            self.flush()

    def flush(self) -> None:
        """Begin to store the batch."""
        self.wait()
        if self._batch:
            self._stored = self._batch, self._writer.store_records(self._file_id, self._batch)
        self._batch, self._characters, self._since = [], 0, time.monotonic()

    def wait(self) -> None:
        """Wait until the last batch is committed."""
        if self._stored is not None:
            (records, future), self._stored = self._stored, None
            self._note(records, future.result())


def _records(path: Path, progress: FileProgress, mapping: Mapping[str, str]) -> Iterator[FileRecord]:
    """Yield a file's records from a position on. A read error counts as one bad record and ends the file."""
    start, number, read = progress.position, progress.records, 0
    name = path.name.lower()
    if name.endswith(WARC_NAMES):
        records = warc_records(path, start, number)
    elif name.endswith(JSON_NAMES):
        records = json_records(path, utc_now(), number, mapping)
    else:
        records = jsonl_records(path, utc_now(), start, number, mapping)
    try:
        for record in records:
            start, number, read = record.end, record.number, record.read
            yield record
    except OSError as error:
        yield FileRecord(number + 1, BadRecord(None, f"the file cannot be read on from here: {error}"), start, read)
