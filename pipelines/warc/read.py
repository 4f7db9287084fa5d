"""Read pages from WARC files, plain or gzipped, and from single HTML files."""

import dataclasses
import datetime
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import brotli
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed

from pipelines.raw_page import RawPage
from storage.visit import STATUSES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_BODY = 10 * 1024 * 1024  # bytes, the crawl's own download cap


class _Brotli:
    """A decompressor of ``br`` with the interface that warcio needs.

    Warcio 1.8 sets an attribute on brotli's own, which refuses it since 1.2, and sets no limit.
    """

    unused_data = b""

    def __init__(self) -> None:
        self._engine = brotli.Decompressor()

    def decompress(self, data: bytes) -> bytes:
        return bytes(self._engine.process(data, output_buffer_limit=MAX_BODY + 1))


class _Zstandard:
    """A decompressor of ``zstd`` (RFC 8878), which warcio lacks."""

    unused_data = b""

    def __init__(self) -> None:
        self._engine = zstd.ZstdDecompressor()

    def decompress(self, data: bytes) -> bytes:
        return self._engine.decompress(data, MAX_BODY + 1)


BufferedReader.DECOMPRESSORS |= {"br": _Brotli, "zstd": _Zstandard}


@dataclasses.dataclass(frozen=True, slots=True)
class BadRecord:
    """A record without a usable page: its address (or None) and the error."""

    url: str | None
    reason: str


class _Headers(Protocol):
    headers: list[tuple[str, str]]

    def get_header(self, name: str) -> str | None: ...


class _StatusAndHeaders(_Headers, Protocol):
    def get_statuscode(self) -> str: ...


class _Stream(Protocol):
    def read(self, length: int) -> bytes: ...


class WarcRecord(Protocol):
    """The parts of warcio's record that are used here."""

    rec_type: str
    rec_headers: _Headers
    http_headers: _StatusAndHeaders | None

    def content_stream(self) -> _Stream: ...  # noqa: D102 - described by the class


def read_warc(path: Path) -> Iterator[RawPage | BadRecord]:
    """Read the HTTP responses of a WARC file (``.warc``, ``.warc.gz``) in order.

    Bodies come without transfer and content encoding, cut at 10 MB (``truncated``). The target URI is unchanged. An
    unusable record becomes a :class:`BadRecord`, and so does the place from which a damaged archive cannot be read.
    Raises OSError when the file cannot be opened.
    """
    with path.open("rb") as stream:
        yield from _records(stream)


def read_html_file(path: Path, url: str, fetched_at: datetime.datetime) -> RawPage:
    """Read an HTML file as the answer of ``url`` at ``fetched_at``. Raises OSError."""
    with path.open("rb") as stream:
        body = stream.read(MAX_BODY + 1)
    return RawPage(url, url, body[:MAX_BODY], 200, fetched_at, truncated=len(body) > MAX_BODY)


def _records(stream: BinaryIO) -> Iterator[RawPage | BadRecord]:
    records = iter(ArchiveIterator(stream))
    while True:
        try:
            record = cast(WarcRecord, next(records))
        except StopIteration:
            return
        except (ArchiveLoadFailed, zlib.error, EOFError, ValueError, AttributeError, TypeError) as error:
            # warcio raises the last three where header lines of a record are garbage.
            yield BadRecord(
                None, f"the archive cannot be read on from here: {str(error).strip() or type(error).__name__}"
            )
            return
        if record.rec_type == "response":
            yield page_of(record)


def page_of(record: WarcRecord) -> RawPage | BadRecord:
    """Return the page in a response record, as :func:`read_warc` describes it."""
    url = record.rec_headers.get_header("WARC-Target-URI")
    if not url:
        return BadRecord(None, "the record names no address (WARC-Target-URI)")
    url = url.strip("<>")  # WARC 1.0 writers put angle brackets around it
    if not url.lower().startswith(("http://", "https://")) or record.http_headers is None:
        return BadRecord(url, "not an answer over HTTP")
    fetched_at = fetched_at_of(record)
    if isinstance(fetched_at, BadRecord):
        return fetched_at
    try:
        status = int(record.http_headers.get_statuscode())
        body = _body(record.content_stream())
    except Exception as error:  # noqa: BLE001 - any error of warcio and the decompressors fails this record alone
        return BadRecord(url, f"the answer in the record is damaged: {str(error).strip() or type(error).__name__}")
    if status not in STATUSES:
        return BadRecord(url, f"the server sent the status {status}, which HTTP does not have")
    return RawPage(
        url=url,
        final_url=url,
        body=body[:MAX_BODY],
        status=status,
        fetched_at=fetched_at,
        headers=_page_headers(record.http_headers.headers),
        truncated=len(body) > MAX_BODY,
    )


def _page_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return headers as a :class:`RawPage` has them."""
    named = [(name.lower(), value) for name, value in headers]
    last = {name: value for name, value in named if name not in ("link", "x-robots-tag")}
    links = ", ".join(value for name, value in named if name == "link")
    robots = (header for header in named if header[0] == "x-robots-tag")
    return (*last.items(), *robots, *([("link", links)] if links else []))


def fetched_at_of(record: WarcRecord) -> datetime.datetime | BadRecord:
    """Return a record's WARC-Date in UTC."""
    date = record.rec_headers.get_header("WARC-Date") or ""
    try:
        moment = datetime.datetime.fromisoformat(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        url = record.rec_headers.get_header("WARC-Target-URI")
        return BadRecord(url, f"the record's WARC-Date is no time: {date[:40]!r}")


def _body(stream: _Stream) -> bytes:
    """Return at most one byte more than the limit, so that a gzip bomb stays packed."""
    chunks = []
    left = MAX_BODY + 1
    while left > 0 and (chunk := stream.read(min(left, 65536))):
        chunks.append(chunk[:left])
        left -= len(chunk)
    return b"".join(chunks)
