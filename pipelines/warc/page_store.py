"""Write the raw archive: pages as they were fetched, in WARC files.

The bytes are written before the database. A page's record is on disk when :meth:`PageFiles.keep` returns, and only then
is the reading committed. So a crawl killed in between leaves a record without a row, and never a row without a record.
A record cut short by the kill is the last one of its file, since every process writes files of its own.
"""

import datetime
import logging
import os
import re
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from pipelines.warc.redact import blank_pages
from pipelines.warc.write import info_record
from storage.distribution import kiji_version
from storage.visit import Record, WarcLocation

logger = logging.getLogger(__name__)

MAX_FILE = 1_000_000_000
"""Bytes of a file before the next one is begun; ISO 28500, annex, recommends 1 GB."""

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


def erase_page(folder: Path, location: WarcLocation) -> None:
    """Blank the record of a forgotten page, found by a redirect. Blocks."""
    try:
        missing = blank_pages(folder, [location], datetime.datetime.now(datetime.UTC))
        problem = "it is not there" if missing else ""
    except OSError as error:
        problem = error.strerror or str(error)
    if problem:
        where = f"{folder / location.file}, {location.length} bytes from {location.offset}"
        logger.error("a forgotten page could not be taken out of %s: %s", where, problem)


class PageFiles:
    """Append pages to WARC files, a new file every day (UTC).

    A new file also begins after ``max_file`` bytes. Every method may be called from any thread, and blocks. An error of
    the disk fails no page and ends no crawl: it is logged once, ``trouble`` holds it, and ``lost`` counts the pages
    that were not stored.
    """

    def __init__(
        self,
        folder: Path,
        *,
        max_file: int = MAX_FILE,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self.trouble = ""
        self.lost = 0
        self.folder = folder
        self._max_file = max_file
        self._now = now
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._name = ""
        self._day: datetime.date | None = None
        self._size = 0
        self._serial = 0

    def keep(self, records: Sequence[Record]) -> list[WarcLocation | None]:
        """Write pages to disk; None for each that could not be written."""
        with self._lock:
            places = [self._keep(record) for record in records]
            self._sync()
        return places

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            try:
                self._end_file()
            except OSError as error:
                self._give_up(error)

    def _keep(self, record: Record) -> WarcLocation | None:
        if self.trouble:
            self.lost += 1
            return None
        try:
            offset = self._append(record.member)
        except OSError as error:
            self.lost += 1
            self._give_up(error)
            return None
        return WarcLocation(self._name, offset, len(record.member), record.digest)

    def _sync(self) -> None:
        if self._file is None:
            return
        try:
            os.fdatasync(self._file.fileno())
        except OSError as error:
            self._give_up(error)

    def _append(self, record: bytes) -> int:
        """Write a record whole and return its offset."""
        today = self._now().date()
        if self._file is None or self._day != today or self._size + len(record) > self._max_file:
            self._end_file()
            self._begin_file(today)
        offset = self._size
        self._write(record)
        return offset

    def _write(self, record: bytes) -> None:
        assert self._file is not None  # noqa: S101 - opened by _append
        written = 0
        while written < len(record):  # an unbuffered file may take less than it is given
            written += self._file.write(record[written:])
        self._size += len(record)

    def _begin_file(self, today: datetime.date) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        host = _UNSAFE.sub("-", socket.gethostname())[:40].strip("-") or "host"
        moment = self._now().strftime("%Y%m%d%H%M%S")
        while self._file is None:
            self._serial += 1
            # Named as the WARC standard's annex recommends: prefix, time, serial, crawler.
            name = f"kiji-{moment}-{self._serial:05}-{host}-{os.getpid()}.warc.gz"
            try:
                self._file = (self.folder / name).open("xb", buffering=0)
            except FileExistsError:  # a process of the same number in the same second, before or on another machine
                continue
            self._name, self._day, self._size = name, today, 0
        version = kiji_version()
        self._write(info_record(self._name, {"software": f"kiji/{version}", "format": "WARC File Format 1.1"}))

    def _end_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with file:
                os.fsync(file.fileno())

    def _give_up(self, error: OSError) -> None:
        """Write no more in this run.

        After a record that was cut short, the next would have a wrong offset.
        """
        self.trouble = f"raw archive {self.folder}: {error.strerror or error}; pages are stored and not kept as fetched"
        logger.error("%s", self.trouble)
        file, self._file = self._file, None
        if file is not None:
            try:
                os.ftruncate(file.fileno(), self._size)
                file.close()
            except OSError as further:
                logger.info("%s: %s", self._name, further)
