"""Blank pages in the raw archive in place, so that offsets stay valid.

A file in the folder is never rewritten: offsets hold, ``rsync`` backups copy only the changes, and a crawl can continue
to append. A file in the object store is brought back into the folder, where it waits to be sent again.
The bytes are on disk before the database deletes their offsets. After a kill in between, or within a record, the
database still has its rows, and the same call finishes the work.
"""

import os
import struct
import uuid
import zlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pipelines.warc.place import ArchivePlace, bring_back
from storage.visit import WarcLocation

_COMMENTED = b"\x1f\x8b\x08\x10\0\0\0\0\0\xff"
"""The header of a gzip member with a comment: no time, an unknown system."""


def blank_pages(place: ArchivePlace, pages: Iterable[WarcLocation], now: datetime) -> list[WarcLocation]:
    """Overwrite the records of these pages, and return those that are missing.

    Their file is elsewhere, or shorter. What was in the object store is to be sent again. Raises OSError where a file
    cannot be fetched or written.
    """
    by_file: dict[str, list[WarcLocation]] = {}
    for page in pages:
        by_file.setdefault(page.file, []).append(page)
    missing = []
    with place.held():
        for name, own in by_file.items():
            missing += _blank_in(place, name, own, now)
    return missing


def _blank_in(place: ArchivePlace, name: str, pages: list[WarcLocation], now: datetime) -> list[WarcLocation]:
    bring_back(place, name, now)
    return [page for page in pages if not _blank(place.folder / name, page, now)]


def blank_record(length: int, now: datetime) -> bytes:
    """Make a record without content in a gzip member of exactly ``length`` bytes.

    It replaces a page's record. The rest is the member's comment (RFC 1952, section 2.3.1): spaces, which every reader
    skips. Where even an empty record does not fit, the member is empty. Raises ValueError below 21 bytes.
    """
    moment = now.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    lines = ("WARC/1.1", "WARC-Type: metadata", f"WARC-Record-ID: <urn:uuid:{uuid.uuid4()}>", f"WARC-Date: {moment}")
    record = "\r\n".join([*lines, "Content-Length: 0", "", "", "", ""]).encode("ascii")
    for content in (record, b""):
        engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = engine.compress(content) + engine.flush()
        spaces = length - len(_COMMENTED) - 1 - len(packed) - 8
        if spaces >= 0:
            end = struct.pack("<II", zlib.crc32(content), len(content))
            return _COMMENTED + b" " * spaces + b"\0" + packed + end
    msg = f"no gzip member has {length} bytes"
    raise ValueError(msg)


def _blank(path: Path, page: WarcLocation, now: datetime) -> bool:
    try:
        stream = path.open("r+b", buffering=0)
    except FileNotFoundError:
        return False
    with stream:
        if os.fstat(stream.fileno()).st_size < page.offset + page.length:
            return False
        record = memoryview(blank_record(page.length, now))
        written = 0
        while written < len(record):
            written += os.pwrite(stream.fileno(), record[written:], page.offset + written)
        os.fsync(stream.fileno())
    return True
