"""Write the raw archive: pages as they were fetched, in WARC files.

The bytes are written before the database. A page's record is on disk when :meth:`PageFiles.keep` returns, and only then
is the reading committed. So a crawl killed in between leaves a record without a row, and never a row without a record.

A day's file is written on by one run after the other, so that a crawl every quarter of an hour does not leave a hundred
files a day. While a process writes to a file, a mark beside it (``.writing``) keeps others away. A process that is
killed leaves the mark, and its file is not written on: a record cut short is the last one of its file.
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

from pipelines.warc.place import MARK, ArchivePlace
from pipelines.warc.redact import blank_pages
from pipelines.warc.write import info_record
from storage.distribution import kiji_version
from storage.visit import Record, WarcLocation

logger = logging.getLogger(__name__)

MAX_FILE = 1_000_000_000
"""Bytes of a file before the next one is begun; ISO 28500, annex, recommends 1 GB."""

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


def erase_page(place: ArchivePlace, location: WarcLocation) -> None:
    """Blank the record of a forgotten page, found by a redirect. Blocks."""
    try:
        missing = blank_pages(place, [location], datetime.datetime.now(datetime.UTC))
        problem = "it is not there" if missing else ""
    except OSError as error:
        problem = error.strerror or str(error)
    if problem:
        where = f"{place.folder / location.file}, {location.length} bytes from {location.offset}"
        logger.error("a forgotten page could not be taken out of %s: %s", where, problem)


class PageFiles:
    """Append pages to WARC files: to the day's (UTC) of this machine, if no other process writes to it.

    A new file begins every day and after ``max_file`` bytes. Every method may be called from any thread, and blocks.
    An error of the disk fails no page and ends no crawl: it is logged once, ``trouble`` holds it, and ``lost`` counts
    the pages that were not stored.
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
            if not self._continue_file(today, len(record)):
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

    def _continue_file(self, today: datetime.date, length: int) -> bool:
        """Open the day's newest file of this machine that has room, and that nobody writes to."""
        for path in sorted(self.folder.glob(f"kiji-{today:%Y%m%d}*-{_host()}-*.warc.gz"), reverse=True):
            if path.stat().st_size + length > self._max_file or not self._mark(path):
                continue
            try:
                file = path.open("r+b", buffering=0)
            except PermissionError:  # another user's
                path.with_name(path.name + MARK).unlink(missing_ok=True)
                continue
            self._file, self._name, self._day = file, path.name, today
            self._size = file.seek(0, os.SEEK_END)
            return True
        return False

    def _mark(self, path: Path) -> bool:
        """Mark a file as written to; False where it is already."""
        try:
            path.with_name(path.name + MARK).open("xb").close()
        except FileExistsError:
            return False
        return True

    def _begin_file(self, today: datetime.date) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        moment = self._now().strftime("%Y%m%d%H%M%S")
        while self._file is None:
            self._serial += 1
            # Named as the WARC standard's annex recommends: prefix, time, serial, crawler.
            name = f"kiji-{moment}-{self._serial:05}-{_host()}-{os.getpid()}.warc.gz"
            if not self._mark(self.folder / name):
                continue
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
            self._unmark()

    def _unmark(self) -> None:
        (self.folder / (self._name + MARK)).unlink(missing_ok=True)

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
                self._unmark()
            except OSError as further:
                logger.info("%s: %s", self._name, further)


def _host() -> str:
    return _UNSAFE.sub("-", socket.gethostname())[:40].strip("-") or "host"
