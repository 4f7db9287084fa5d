"""Delete what is kept no longer: articles by age and number, and whole WARC files by age and total size."""

import dataclasses
import datetime
import logging
from collections.abc import Collection, Mapping

from crawler.config.models import Config
from crawler.config.tables import Archive
from pipelines.warc.place import MARK, ArchivePlace
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


def expire_articles(database: Database, place: ArchivePlace, config: Config, now: datetime.datetime) -> int:
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
            blank_pages(place, locations, now)
    return len(expired)


def _files(place: ArchivePlace, newest: Mapping[str, datetime.datetime]) -> tuple[list[PageFile], Collection[str]]:
    """Return all files of the raw archive, and the names of those in the object store. Raises OSError."""
    files: dict[str, PageFile] = {}
    sent = place.store.sizes() if place.store is not None else {}
    for name, stored in sent.items():
        files[name] = PageFile(name, stored.size, newest.get(name, stored.sent_at))
    for path in sorted(place.folder.glob(_OURS)) if place.folder.is_dir() else []:
        stat = path.stat()
        written = datetime.datetime.fromtimestamp(stat.st_mtime, datetime.UTC)
        files[path.name] = PageFile(path.name, stat.st_size, max(newest.get(path.name, written), written))
    return list(files.values()), sent


def prune_pages(database: Database, place: ArchivePlace, limits: Archive, now: datetime.datetime) -> PruneResult:
    """Delete files beyond the limits, first from the index, then from the disk.

    After a kill between the two, a file is not in the index. The next call judges it by its own age. Raises
    DatabaseError, OSError.
    """
    if limits.age_limit is None and limits.size_limit is None:
        return PruneResult()
    with database.reading() as connection:
        newest = newest_pages(connection)
    files, sent = _files(place, newest)
    before = now - limits.age_limit if limits.age_limit is not None else None
    chosen = files_to_prune(files, now, before=before, size_limit=limits.size_limit, spared=now - SPARED)
    if not chosen:
        return PruneResult()
    with database.writing() as session:
        pages = unindex_files(session, [file.name for file in chosen])
    for file in chosen:
        for name in (file.name, file.name + MARK):
            (place.folder / name).unlink(missing_ok=True)
        if place.store is not None and file.name in sent:
            place.store.delete(file.name)
    return PruneResult(len(chosen), sum(file.size for file in chosen), pages)
