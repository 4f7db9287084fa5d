"""Read the archived pages of an article for ``kiji serve``."""

import contextlib
import tempfile
from pathlib import Path

from pipelines.warc.frozen_page import freeze_html
from pipelines.warc.place import ArchivePlace
from pipelines.warc.records import page_in_member
from pipelines.warc.reread import record_bytes
from pipelines.warc.wacz import write_wacz
from pipelines.warc.write import payload_digest
from storage.articles.show import read_article
from storage.column_types import utc_now
from storage.database.open import open_database
from storage.warc_index.index import IndexedPage, article_pages
from storage.web.archived import Capture

MOST = 50
"""Newest captures that are read."""


def read_captures(url: str, place: ArchivePlace, article_id: int) -> list[Capture]:
    """Read the captures of an article, the oldest first. Raises DatabaseError where there is no archive."""
    with contextlib.closing(open_database(url, create=False)) as database, database.reading() as connection:
        pages = article_pages(connection, article_id)[-MOST:]
    return [_capture(place, page) for page in pages]


def read_wacz(url: str, place: ArchivePlace, article_id: int) -> bytes:
    """Pack the captures of an article as a WACZ file; b"" where none can be read. Raises DatabaseError."""
    with contextlib.closing(open_database(url, create=False)) as database, database.reading() as connection:
        article = read_article(connection, article_id)
        pages = article_pages(connection, article_id)[-MOST:]
    if article is None:
        return b""
    records = []
    for page in pages:
        with contextlib.suppress(OSError):
            records.append((page.location, record_bytes(place, page.location)))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "pages.wacz"
        return target.read_bytes() if write_wacz(target, article["title"], records, utc_now()) else b""


def _capture(place: ArchivePlace, page: IndexedPage) -> Capture:
    known = (page.url, page.fetched_at, page.location.digest, page.location.file)
    bounds = (page.location.offset, page.location.length)
    try:
        raw = page_in_member(record_bytes(place, page.location))
    except OSError as error:
        return Capture(*known, *bounds, error=error.strerror or str(error))
    if isinstance(raw, str):
        return Capture(*known, *bounds, error=raw)
    kind = raw.content_type or ""
    intact = payload_digest(raw.body) == page.location.digest
    return Capture(*known, *bounds, raw.status, kind, intact, freeze_html(raw.body, kind))
