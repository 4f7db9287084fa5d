"""Read articles that somebody else extracted, one JSON object a line."""

import dataclasses
import datetime
import gzip
import json
import zlib
import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from pipelines.addresses.normalize import clean_url
from pipelines.dates.parse import parse_date
from pipelines.duplicates.minhash import sign
from pipelines.html.plain_text import plain_text
from pipelines.language.detect import detect_language
from pipelines.metadata.authors import clean_authors
from pipelines.raw_page import RawPage
from pipelines.warc.foreign_json import NotRead, canonical_line, file_time, json_objects
from pipelines.warc.import_record import FileRecord, GivenArticle
from pipelines.warc.read import BadRecord
from storage.reading import Reading

MAX_LINE = 10 * 1024 * 1024  # bytes, the cap on a page; an article's text is kept to a million characters
_TITLE = 2_000  # characters
_SOURCE = 200  # characters of a source's name
_LANGUAGE_SAMPLE = 1_000  # characters of the text that its language is judged by, as for a page
_BOM = b"\xef\xbb\xbf"
_TEXTS = ("title", "published_at", "source")
MISSING_URL = '"url" is missing'
NO_MAPPING: Mapping[str, str] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    """The values of a line, each with its type checked."""

    url: str
    title: str
    text: str
    published_at: str
    authors: tuple[str, ...]
    source: str


class BadLine(ValueError):
    """A line that gives no article.

    ``url`` is its address where that can be read.
    """

    def __init__(self, reason: str, url: str | None = None) -> None:
        super().__init__(reason)
        self.url = url


def json_records(
    path: Path, now: datetime.datetime, number: int = 0, mapping: Mapping[str, str] = NO_MAPPING
) -> Iterator[FileRecord]:
    """Read the articles of a JSON file, from the one after ``number`` on.

    A file that cannot be read is one bad record. Raises OSError.
    """
    moment, size = file_time(path, now), path.stat().st_size
    try:
        values = json_objects(path)
    except NotRead as problem:
        yield FileRecord(number + 1, BadRecord(None, str(problem)), size, size)
        return
    for count, value in enumerate(values[number:], number + 1):
        line = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
        yield FileRecord(count, _item(line, moment, mapping), size, size)


def jsonl_records(
    path: Path,
    now: datetime.datetime,
    start: int = 0,
    number: int = 0,
    mapping: Mapping[str, str] = NO_MAPPING,
) -> Iterator[FileRecord]:
    """Read the lines of a JSONL file from byte ``start`` of its text on.

    The file is ``.jsonl`` or ``.jsonl.gz``. Empty lines are skipped. ``number`` is that of the line before ``start``. A
    line has no time of fetch, so the file's time of modification is used, or ``now`` where that is in the future.
    ``mapping`` names the keys of fields that have others than Kiji's or a known program's. Raises OSError.
    """
    with path.open("rb") as raw:
        moment = file_time(path, now)
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
        for count, line, end in _lines(stream, start, number):
            if isinstance(line, BadRecord):
                yield FileRecord(count, line, end, raw.tell())
            elif line.strip():
                yield FileRecord(count, _item(line, moment, mapping), end, raw.tell())


def read_line(raw: RawPage, timezone: str = "Asia/Tokyo") -> Reading:
    """Read a line (``raw.body``) that :func:`jsonl_records` accepted, in a worker.

    Raises BadLine for any other.
    """
    line = _parsed(raw.body)
    url = clean_url(line.url) or line.url
    title, text = plain_text(line.title, _TITLE), line.text.strip()
    language = detect_language(f"{title}\n{text[:_LANGUAGE_SAMPLE]}")
    date = parse_date(line.published_at, raw.fetched_at, zoneinfo.ZoneInfo(timezone)) if line.published_at else None
    return Reading(
        url=line.url,
        canonical_url=url,
        is_article=True,
        kind="article",
        title=title,
        text=text,
        authors=tuple(clean_authors(line.authors)),
        published_at=date.moment if date else None,
        published_precision=date.precision if date else None,
        language=language.code,
        language_confidence=language.confidence,
        encoding="utf-8",
        extractor_version="",  # the text came as it is: none of ours has made it
        signature=sign(text, language.code),
    )


def _lines(stream: BinaryIO, start: int, number: int) -> Iterator[tuple[int, bytes | BadRecord, int]]:
    """Return each line with its number and end.

    A line that is too long is skipped in pieces and never held.
    """
    at, count = start, number
    try:
        stream.seek(start)
        while line := stream.readline(MAX_LINE + 1):
            count += 1
            at += len(line)
            if len(line) <= MAX_LINE:
                yield count, line.removeprefix(_BOM) if count == 1 else line, at
                continue
            while not line.endswith(b"\n") and (line := stream.readline(MAX_LINE)):
                at += len(line)
            yield count, BadRecord(None, f"the line is longer than {MAX_LINE:,} bytes"), at
    except (EOFError, zlib.error, gzip.BadGzipFile) as damage:
        yield count + 1, BadRecord(None, f"the file cannot be read on from here: {damage}"), at


def _item(line: bytes, moment: datetime.datetime, mapping: Mapping[str, str]) -> GivenArticle | BadRecord:
    try:
        line = canonical_line(_object(line), mapping, line)
        values = _parsed(line)
    except BadLine as bad:
        return BadRecord(bad.url, str(bad))
    return GivenArticle(values.url, line, moment, values.source or None)


def _parsed(line: bytes) -> _Line:
    """Check a line's values, or raise BadLine with the error."""
    values = _object(line)
    url = values.get("url")
    if not isinstance(url, str) or clean_url(url) is None:
        raise BadLine(MISSING_URL if url is None else f'"url" is no http(s) address: {str(url)[:100]!r}')
    return _checked(url, values)


def _object(line: bytes) -> dict[str, Any]:
    """Parse a line's object, or raise BadLine."""
    try:
        values = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8 at byte {error.start} of the line") from None
    except RecursionError:
        raise BadLine("no JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise BadLine(f"no JSON: {error}") from None
    if not isinstance(values, dict):
        raise BadLine(f"not an object but {_kind(values)}")
    return values


def _checked(url: str, values: dict[str, Any]) -> _Line:
    text = values.get("text")
    if not isinstance(text, str):
        error = '"text" is missing' if text is None else f'"text" is {_kind(text)}, not a string'
        raise BadLine(error, url)
    if not any(map(str.isalnum, text)):
        raise BadLine('"text" has no words', url)
    texts = {name: values.get(name) or "" for name in _TEXTS}
    if wrong := next((name for name, value in texts.items() if not isinstance(value, str)), None):
        raise BadLine(f'"{wrong}" is {_kind(texts[wrong])}, not a string', url)
    authors = values.get("authors") or ()
    names = [authors] if isinstance(authors, str) else authors
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise BadLine('"authors" is no list of strings', url)
    source = plain_text(texts["source"], _SOURCE)
    return _Line(url, texts["title"], text, texts["published_at"], tuple(names), source)


def _kind(value: object) -> str:
    """Return the JSON name of a value's type."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
