"""A file's record, read, as storage takes it: with its verdict, its time and its source."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from crawler.middlewares.outcomes import REASON_LIMIT, verdict_of_status
from pipelines.addresses.normalize import MAX_LENGTH, clean_url
from pipelines.raw_page import RawPage
from pipelines.warc.import_record import FileRecord, GivenArticle
from pipelines.warc.read import BadRecord
from storage.reading import Reading
from storage.visit import Result
from storage.writer.import_records import ImportedRecord

Verdict = Literal["refused", "failed", "unchanged", "not_article"]


def page_of(item: RawPage | GivenArticle | BadRecord) -> RawPage | None:
    """Give what a worker is to read of a record, None where its verdict stands without."""
    match item:
        case GivenArticle():
            return RawPage(item.url, item.url, item.line, 200, item.fetched_at)
        case RawPage() if _verdict(item.status)[0] is None and clean_url(item.url) is not None:
            return item
        case _:
            return None


def make_record(record: FileRecord, reading: Reading | None, path: Path, now: datetime) -> ImportedRecord:
    """Make storage's record; ``source`` is "" where the record does not name one.

    A time ahead of ``now`` is a clock's mistake, and would make every later page an earlier one: it becomes now. A
    record without an address has that of its place in the file, so that the run's accounts can name it.
    """
    item = record.item
    if isinstance(item, RawPage) and clean_url(item.url) is None:
        item = BadRecord(None, f"an address of more than {MAX_LENGTH:,} characters, or none: {item.url[:100]}")
    match item:
        case BadRecord(url, reason):
            address = url if url and clean_url(url) else f"{path.as_uri()}#{record.number}"
            told = " ".join(reason.split())[:REASON_LIMIT]
            return ImportedRecord(address, "", now, record.number, record.end, verdict="failed", reason=told)
        case GivenArticle(url, _, fetched_at, source):
            return ImportedRecord(url, source or "", fetched_at, record.number, record.end, reading=reading)
        case RawPage() as page:
            verdict, reason = _verdict(page.status)
            headers = dict(page.headers)
            return ImportedRecord(
                page.url,
                "",
                min(page.fetched_at, now),
                record.number,
                record.end,
                page.status,
                reading,
                verdict,
                reason,
                headers.get("etag"),
                headers.get("last-modified"),
            )


def is_bad(result: Result, record: ImportedRecord) -> bool:
    """Whether a record could not be used, which is another thing than a web server's failure in a good record."""
    return result.outcome == "failed" and (record.status is None or record.status < 400)


def _verdict(status: int) -> tuple[Verdict | None, str]:
    """As for a crawl; but a crawl follows redirects, and a file has what they led to in records of their own."""
    if 300 <= status < 400 and status != 304:
        return "not_article", f"HTTP {status}: a redirect"
    return verdict_of_status(status)
