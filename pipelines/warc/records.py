"""Read the records of a WARC file from any offset, despite damaged ones.

Each record is cut out of the file and parsed by itself. Warcio would silently stop at the end of a gzipped file once
one member of it is damaged.
"""

import dataclasses
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipelines.raw_page import RawPage
from pipelines.warc.import_record import FileRecord
from pipelines.warc.read import MAX_BODY, BadRecord, WarcRecord, fetched_at_of, page_of

_CHUNK = 65_536  # bytes
_KEPT = MAX_BODY + 1024 * 1024  # bytes kept of one record: a body at the cap, and its headers
_MAX_HEADER = 65_536  # bytes of a record's own header block
_GZIP = b"\x1f\x8b\x08"  # RFC 1952, section 2.3.1: the two magic bytes, and deflate
_WARC = b"WARC/"
_NEXT_RECORD = re.compile(rb"\r\n\r\nWARC/1\.\d\r\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


@dataclasses.dataclass(frozen=True, slots=True)
class _Piece:
    """A record's bytes, at most ``_KEPT``, with its end and its error."""

    data: bytes
    end: int
    error: str = ""


def warc_records(path: Path, start: int = 0, number: int = 0) -> Iterator[FileRecord]:
    """Read the responses and revisits of a WARC file from byte ``start`` on.

    ``number`` is that of the record before ``start``, and every record counts, whatever its type. A revisit (the same
    bytes were fetched again) becomes a page of status 304. The part between a damaged record and the next sound one
    becomes one BadRecord. Raises OSError.
    """
    with path.open("rb") as raw:
        is_gzip = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        if is_gzip and _is_gzipped_whole(raw):
            stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw))
            pieces = _report_damage(_plain(stream, start))
        elif is_gzip:
            pieces = _members(raw, start)
        else:
            pieces = _plain(raw, start)
        was_damaged = False
        for count, piece in enumerate(pieces, number + 1):
            item = BadRecord(None, piece.error) if piece.error else _parse(piece.data)
            if item is not None and not (was_damaged and piece.error):
                yield FileRecord(count, item, piece.end, raw.tell())
            was_damaged = bool(piece.error)


def page_in_member(member: bytes) -> RawPage | str:
    """Return the page in one gzip member, or the error."""
    if not member:
        return "its file is not there, or ends before it"
    engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        data = engine.decompress(member, _KEPT)
    except zlib.error as damage:
        return f"the record is damaged ({damage})"
    if not engine.eof:
        return "the record is cut short"
    item = _parse(data)
    return item if isinstance(item, RawPage) else item.reason if item is not None else "the record holds no page"


def _parse(data: bytes) -> RawPage | BadRecord | None:
    """Return the page in one record's bytes; None for records that hold none."""
    try:
        record = cast(WarcRecord, next(iter(ArchiveIterator(io.BytesIO(data)))))
    except StopIteration:
        return None
    except (ArchiveLoadFailed, zlib.error, EOFError, ValueError, AttributeError, TypeError) as error:
        # warcio raises the last three where header lines of a record are garbage.
        messages = str(error).strip().splitlines() or [type(error).__name__]
        return BadRecord(None, f"the record cannot be read: {messages[0][:200]}")
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    over_http = url.lower().startswith(("http://", "https://"))
    if record.rec_type == "response":
        # Crawlers keep their DNS look-ups as responses too (RFC 4501); those are no pages.
        return None if url.lower().startswith("dns:") else page_of(record)
    if record.rec_type == "revisit" and over_http:
        fetched_at = fetched_at_of(record)
        return fetched_at if isinstance(fetched_at, BadRecord) else RawPage(url, url, b"", 304, fetched_at)
    return None


def _is_gzipped_whole(raw: BinaryIO) -> bool:
    """Tell whether one gzip member holds several records.

    That is so when a user has gzipped a plain WARC file.
    """
    first = next(_members(raw, 0), None)
    raw.seek(0)
    return first is not None and _NEXT_RECORD.search(first.data) is not None


def _members(raw: BinaryIO, start: int) -> Iterator[_Piece]:
    """Cut a file into gzip members, a record each.

    After a damaged one, it looks for the next member's magic bytes.
    """
    raw.seek(start)
    at, waiting = start, b""
    while waiting := waiting or raw.read(_CHUNK):
        begin = at
        engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        kept: list[bytes] = []
        size, error = 0, ""
        try:
            while not engine.eof:
                waiting = waiting or raw.read(_CHUNK)
                if not waiting:
                    error = "the file ends in the middle of a record"
                    break
                data = engine.decompress(waiting, 4 * _CHUNK)
                left = engine.unused_data if engine.eof else engine.unconsumed_tail
                at += len(waiting) - len(left)
                waiting = left
                if size < _KEPT:
                    kept.append(data)
                    size += len(data)
        except zlib.error as damage:
            at, waiting = _resume(raw, begin + 1, _GZIP)
            error = f"damaged gzip at byte {begin} ({damage}); read on at byte {at}"
        yield _Piece(b"".join(kept)[:_KEPT], at, error)


def _plain(stream: BinaryIO, start: int) -> Iterator[_Piece]:
    """Cut records by their Content-Length.

    Where that is wrong, it looks for the next header line. It never seeks back: a gzipped stream would have to be
    unpacked again from its beginning.
    """
    stream.seek(start)
    at, line = start, stream.readline(_MAX_HEADER)
    while line:
        if not line.strip():
            at, line = at + len(line), stream.readline(_MAX_HEADER)
            continue
        header = _header(stream, line) if line.startswith(_WARC) else line
        length = _LENGTH.search(header)
        begin, at = at, at + len(header)
        line = b""
        if length is None or not header.startswith(_WARC):
            while (line := stream.readline(_MAX_HEADER)) and not line.startswith(_WARC):
                at += len(line)
            yield _Piece(b"", at, f"no sound record begins at byte {begin}; read on at byte {at}")
            continue
        wanted = int(length[1])
        body, got = _body(stream, wanted)
        at += got
        yield _Piece(
            header + body + b"\r\n\r\n", at, "" if got == wanted else "the file ends in the middle of a record"
        )
        line = stream.readline(_MAX_HEADER)


def _header(stream: BinaryIO, line: bytes) -> bytes:
    """Read the rest of a record's header block after its first line."""
    lines, size = [line], len(line)
    while line.strip() and size < _MAX_HEADER:
        line = stream.readline(_MAX_HEADER)
        lines.append(line)
        size += len(line)
    return b"".join(lines)


def _body(stream: BinaryIO, length: int) -> tuple[bytes, int]:
    pieces: list[bytes] = []
    got = size = 0
    while got < length and (data := stream.read(min(_CHUNK, length - got))):
        got += len(data)
        if size < _KEPT:
            pieces.append(data)
            size += len(data)
    return b"".join(pieces)[:_KEPT], got


def _resume(stream: BinaryIO, start: int, mark: bytes) -> tuple[int, bytes]:
    """Find the next ``mark`` from ``start`` on, with the bytes read there, or the end."""
    stream.seek(start)
    at, held = start, b""
    while data := stream.read(_CHUNK):
        held += data
        place = held.find(mark)
        if place >= 0:
            return at + place, held[place:]
        keep = len(mark) - 1
        at += len(held) - keep
        held = held[-keep:]
    return at + len(held), b""


def _report_damage(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """Stop where a file that is gzipped as a whole is damaged, and report it."""
    end = 0
    while True:
        try:
            piece = next(pieces)
        except StopIteration:
            return
        except (zlib.error, EOFError, gzip.BadGzipFile) as damage:
            yield _Piece(b"", end, f"the file cannot be read on from here: {damage}")
            return
        end = piece.end
        yield piece
