"""Name the place of the raw archive: a folder, and an object store for the files that are complete.

A file is in the folder until it is in the store, byte for byte. So the folder comes first wherever a file is looked
for, and a store that is down loses nothing: its files wait in the folder.
"""

import contextlib
import dataclasses
import datetime
import logging
import re
from collections.abc import Iterator
from pathlib import Path

from pipelines.warc.object_store import ObjectStore

logger = logging.getLogger(__name__)

MARK = ".writing"
"""The end of the name of the mark beside a file that a process writes to."""

ABANDONED = datetime.timedelta(days=1)
"""A marked file that was not written for so long is a killed process's, and complete as far as it goes."""

_LOCK = ".sending.lock"
_LOCK_SECONDS = 600.0
_NAME = re.compile(r"kiji-(\d{8})\d{6}-.*\.warc\.gz")


@dataclasses.dataclass(frozen=True, slots=True)
class ArchivePlace:
    """Where WARC files are: ``store`` is None for the folder alone."""

    folder: Path
    store: ObjectStore | None = None

    def __str__(self) -> str:
        return f"{self.folder} and {self.store.url}" if self.store is not None else str(self.folder)

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Read a range of a file. It is shorter where the file ends. Raises OSError."""
        try:
            with (self.folder / name).open("rb") as stream:
                stream.seek(offset)
                return stream.read(length)
        except FileNotFoundError:
            if self.store is None:
                raise
            return self.store.read(name, offset, length)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from sending or changing complete files. Raises OSError after ten minutes."""
        if self.store is None or not self.folder.is_dir():
            yield
            return
        from filelock import FileLock, Timeout  # where there is no object store nobody needs it

        lock = FileLock(self.folder / _LOCK, timeout=_LOCK_SECONDS)
        try:
            with lock:
                yield
        except Timeout:
            raise OSError("another process sends files to the object store") from None


def may_be_sent(name: str, now: datetime.datetime) -> bool:
    """Return whether a file can be in the store by its name: those of today are in the folder only."""
    named = _NAME.fullmatch(name)
    return named is None or named[1] < f"{now:%Y%m%d}"


def waiting_files(folder: Path, now: datetime.datetime) -> list[Path]:
    """Return the complete files in a folder, the oldest first: those of earlier days (UTC) that nobody writes to."""
    complete = []
    for path in sorted(folder.glob("kiji-*.warc.gz")) if folder.is_dir() else []:
        if _NAME.fullmatch(path.name) is None or not may_be_sent(path.name, now):
            continue
        age = now.timestamp() - path.stat().st_mtime
        if path.with_name(path.name + MARK).exists() and age < ABANDONED.total_seconds():
            continue
        complete.append(path)
    return complete


def bring_back(place: ArchivePlace, name: str, now: datetime.datetime) -> None:
    """Fetch a file from the store, if it is not in the folder. Raises OSError."""
    path = place.folder / name
    if place.store is None or path.exists() or not may_be_sent(name, now):
        return
    if place.store.has(name):
        place.folder.mkdir(parents=True, exist_ok=True)
        place.store.fetch(name, path)


def send_waiting(place: ArchivePlace, now: datetime.datetime) -> int:
    """Send complete files to the store, and delete each from the folder once the store has it; return how many.

    Raises OSError at the first that cannot be sent: it waits, with those after it.
    """
    store = place.store
    if store is None:
        return 0
    waiting = waiting_files(place.folder, now)
    for path in waiting:
        with place.held():
            if path.exists():
                store.send(path)
                path.unlink()
                path.with_name(path.name + MARK).unlink(missing_ok=True)
    return len(waiting)
