"""Delete what is kept no longer: articles by age and number, and whole WARC files by age and total size."""

import dataclasses
import datetime
import logging
from pathlib import Path

from crawler.config.models import Config
from crawler.config.tables import Archive
from storage.database.engine import Database
from storage.warc_index.retention import PageFile, files_to_prune, newest_pages, unindex_files

logger = logging.getLogger(__name__)

SPARED = datetime.timedelta(days=1)
"""Files this young are kept: a running crawl may write to them. It begins a new file every day."""

_OURS = "kiji-*.warc.gz"


@dataclasses.dataclass(frozen=True, slots=True)
class PruneResult:
    """What was deleted: files, their bytes, and pages of the index."""

    files: int = 0
    size: int = 0
    pages: int = 0


def expire_articles(database: Database, folder: Path, config: Config, now: datetime.datetime) -> int:
    """Delete articles beyond their sources' limits, with their archived bytes; return their number.

    The bytes are overwritten before the rows are committed as deleted, as with ``kiji forget``. Raises DatabaseError,
    OSError.
    """
    limits = {source.name: source.retention for source in config.sources if source.retention}
    if not limits:
        return 0
    from storage.erasure.expire import TOGETHER, expire, find_expired  # with what most crawls need not

    with database.reading() as connection:
        expired = find_expired(connection, limits, now)
    for start in range(0, len(expired), TOGETHER):
        from pipelines.warc.redact import blank_pages

        with database.writing() as session:
            locations = expire(session, expired[start : start + TOGETHER])
            session.flush()
            blank_pages(folder, locations, now)
    return len(expired)


def prune_pages(database: Database, folder: Path, limits: Archive, now: datetime.datetime) -> PruneResult:
    """Delete files beyond the limits, first from the index, then from the disk.

    After a kill between the two, a file is not in the index. The next call judges it by its own age. Raises
    DatabaseError, OSError.
    """
    if limits.age_limit is None and limits.size_limit is None:
        return PruneResult()
    with database.reading() as connection:
        newest = newest_pages(connection)
    files = []
    for path in sorted(folder.glob(_OURS)) if folder.is_dir() else []:
        stat = path.stat()
        written = datetime.datetime.fromtimestamp(stat.st_mtime, datetime.UTC)
        files.append(PageFile(path.name, stat.st_size, max(newest.get(path.name, written), written)))
    before = now - limits.age_limit if limits.age_limit is not None else None
    chosen = files_to_prune(files, now, before=before, size_limit=limits.size_limit, spared=now - SPARED)
    if not chosen:
        return PruneResult()
    from pipelines.warc.page_store import MARK  # it imports warcio, which a crawl with nothing to delete need not

    with database.writing() as session:
        pages = unindex_files(session, [file.name for file in chosen])
    for file in chosen:
        for name in (file.name, file.name + MARK):
            (folder / name).unlink(missing_ok=True)
    return PruneResult(len(chosen), sum(file.size for file in chosen), pages)
