"""Turn a file's records into those that storage takes."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from crawler.middlewares.error_words import PARTIAL
from crawler.middlewares.outcomes import REASON_LIMIT, is_partial, verdict_of_status
from pipelines.addresses.normalize import MAX_LENGTH, clean_url
from pipelines.raw_page import RawPage
from pipelines.warc.import_record import FileRecord, GivenArticle
from pipelines.warc.read import BadRecord
from storage.reading import Reading
from storage.visit import Result
from storage.writer.import_records import ImportedRecord

Verdict = Literal["refused", "failed", "unchanged", "not_article"]


def page_of(item: RawPage | GivenArticle | BadRecord) -> RawPage | None:
    """Return what a worker is to read of a record.

    Returns None if its verdict is known without.
    """
    match item:
        case GivenArticle():
            return RawPage(item.url, item.url, item.line, 200, item.fetched_at)
        case RawPage() if _verdict(item)[0] is None and clean_url(item.url) is not None:
            return item
        case _:
            return None


def make_record(record: FileRecord, reading: Reading | None, path: Path, now: datetime) -> ImportedRecord:
    """Make storage's record; ``source`` is "" if the record names none.

    A time after ``now`` comes from a wrong clock, and would make every later page an older one: it is set to now. A
    record without an address gets the file's URI with its number, so that the run's record can name it.
    """
    item = record.item
    if isinstance(item, RawPage) and clean_url(item.url) is None:
        item = BadRecord(None, f"an address of more than {MAX_LENGTH:,} characters, or none: {item.url[:100]}")
    match item:
        case BadRecord(url, reason):
            address = url if url and clean_url(url) else f"{path.as_uri()}#{record.number}"
            line = " ".join(reason.split())[:REASON_LIMIT]
            return ImportedRecord(address, "", now, record.number, record.end, verdict="failed", reason=line)
        case GivenArticle(url, _, fetched_at, source):
            return ImportedRecord(url, source or "", fetched_at, record.number, record.end, reading=reading)
        case RawPage() as page:
            verdict, reason = _verdict(page)
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
    """Return whether a record could not be used.

    A good record of a server's error, or of a part of a page, is not bad.
    """
    if result.outcome != "failed" or record.reason == PARTIAL:
        return False
    return record.status is None or record.status < 400


def _verdict(page: RawPage) -> tuple[Verdict | None, str]:
    """Return a crawl's verdict, but redirects are no articles: a file has their targets as records."""
    if 300 <= page.status < 400 and page.status != 304:
        return "not_article", f"HTTP {page.status}: a redirect"
    if is_partial(page.status, dict(page.headers).get("content-range", "")):
        return "failed", PARTIAL
    return verdict_of_status(page.status)
