"""What the files of an import give, record by record, each with the place to go on from after it."""

import dataclasses
import datetime

from pipelines.raw_page import RawPage
from pipelines.warc.read import BadRecord


@dataclasses.dataclass(frozen=True, slots=True)
class GivenArticle:
    """A line that holds an article somebody else extracted: the line itself, and what it says of its origin.

    ``line`` is read again in a worker (:func:`pipelines.warc.jsonl.read_line`), because detecting its language is slow.
    """

    url: str
    line: bytes
    fetched_at: datetime.datetime
    source: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class FileRecord:
    """One record of a file: a page, an article or what is wrong with it.

    ``number`` counts the file's records or lines from 1. ``end`` is where the next one begins: bytes into the file,
    for a file that is gzipped as a whole bytes into what is in it. ``read`` is how many bytes of the file itself
    have been read by then.
    """

    number: int
    item: RawPage | GivenArticle | BadRecord
    end: int
    read: int
