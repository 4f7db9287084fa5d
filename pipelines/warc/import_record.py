"""Hold the records of an import's files, each with the place after it."""

import dataclasses
import datetime

from pipelines.raw_page import RawPage
from pipelines.warc.read import BadRecord


@dataclasses.dataclass(frozen=True, slots=True)
class GivenArticle:
    """A line with an article that somebody else extracted, and its origin.

    ``line`` is read again in a worker (:func:`pipelines.warc.jsonl.read_line`), because detecting its language is slow.
    """

    url: str
    line: bytes
    fetched_at: datetime.datetime
    source: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class FileRecord:
    """One record of a file: a page, an article, or an error.

    ``number`` counts the file's records or lines from 1. ``end`` is the offset of the next one: in the file, or in the
    unpacked content of a file that is gzipped as a whole. ``read`` is the number of bytes of the file read so far.
    """

    number: int
    item: RawPage | GivenArticle | BadRecord
    end: int
    read: int
