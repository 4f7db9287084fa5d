"""Check config, database, disks, clock and sources for ``kiji doctor``."""

import contextlib
import dataclasses
import datetime
import importlib.util
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crawler.archive_place import archive_place
from crawler.config.models import Config
from crawler.config.quantities import format_size
from crawler.monitoring.alerts import unknown_services
from crawler.plan import archive_folder
from crawler.rendering.installed import missing_browser
from pipelines.warc.place import ArchivePlace, waiting_files
from storage.database.check import check_writable
from storage.database.crawl_lock import crawl_lock
from storage.database.engine import Database, connect, parse_url, read_schema_revision
from storage.database.open import open_database
from storage.distribution import install_extra
from storage.errors import DatabaseBusy, DatabaseError
from storage.library_versions import Unsupported, unsupported_libraries
from storage.migrations.history import HEAD
from storage.websub.subscriptions import count_states
from storage.writer.runs import find_dead_run

if TYPE_CHECKING:
    from crawler.preview.trial import TrialPage

LITTLE, TOO_LITTLE = 2_000_000_000, 200_000_000
"""Free bytes on a disk for a warning and a failure. An article with its raw page takes some 20 kB."""

LATE = datetime.timedelta(days=2)
"""Files of the raw archive are sent by the first crawl of the next day: those that wait longer could not be."""

SKEW = 120.0
"""Seconds by which clocks may differ. HTTP dates are to the second, and caches answer with older ones."""

ROBOTS_ADVICE = "ask its operator, or leave it out: kiji sources disable"
FETCH_ADVICE = "look at it in a browser, then at [[source]] start"

_OLDEST = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

Level = Literal["ok", "warn", "fail"]


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    what: str
    level: Level
    text: str


def examine_place(config: Config, path: Path | None, url: str, now: datetime.datetime) -> Iterator[Finding]:
    """Check everything that needs no network."""
    yield _config(config, path)
    if not config.crawl.names_a_contact:
        yield Finding("user agent", "warn", "names no address to complain to; set [crawl] user_agent")
    yield _database(url)
    for folder in _folders(config, url):
        yield _disk(folder)
    if now < _OLDEST:
        yield Finding("clock", "fail", f"says {now:%Y-%m-%d}: set it, for example by timedatectl set-ntp true")
    for library in unsupported_libraries():
        yield _library(library)
    if (archived := archive_place(config, url)) is not None and archived.store is not None:
        yield waiting_finding(archived, now)
    yield _alerts(config)
    if config.websub.callback:
        yield from _subscriptions(config.websub.callback, url, now)
    if rendered := [source.name for source in config.enabled_sources if source.render]:
        missing = missing_browser(config.browser)
        yield Finding("browser", "fail" if missing else "ok", missing or f"renders pages of {', '.join(rendered)}")


def _alerts(config: Config) -> Finding:
    urls, ping = config.alerts.urls, config.alerts.ping
    if not urls and not ping:
        return Finding("alerts", "warn", "nobody is told when something goes wrong; set [alerts] urls or ping")
    if urls and importlib.util.find_spec("apprise") is None:
        return Finding("alerts", "fail", f"need the package apprise: {install_extra('alerts')}")
    if problems := unknown_services(urls):
        return Finding("alerts", "fail", "; ".join(problems))
    parts = [f"{len(urls)} addresses; try them: kiji health --test-alert"] if urls else []
    return Finding("alerts", "ok", ", ".join([*parts, *(["every crawl is pinged"] if ping else [])]))


def waiting_finding(place: ArchivePlace, now: datetime.datetime) -> Finding:
    """Tell which complete files of the raw archive the object store does not have yet."""
    waiting = waiting_files(place.folder, now)
    if not waiting:
        return Finding("object store", "ok", "no file of the raw archive waits")
    size = format_size(sum(path.stat().st_size for path in waiting))
    since = datetime.datetime.fromtimestamp(waiting[0].stat().st_mtime, datetime.UTC)
    level: Level = "warn" if now - since > LATE else "ok"
    return Finding(
        "object store", level, f"{len(waiting)} files ({size}) wait for it, the oldest since {since:%Y-%m-%d}"
    )


def examine_store(config: Config, url: str) -> Iterator[Finding]:
    """Check the object store of the raw archive, by a small file."""
    place = archive_place(config, url)
    if place is None or place.store is None:
        return
    try:
        place.store.check()
    except OSError as error:
        yield Finding("object store", "fail", f"{error}; check [archive] remote, endpoint, key_id and secret")
    else:
        yield Finding("object store", "ok", f"{place.store.url} takes files")


def _subscriptions(callback: str, url: str, now: datetime.datetime) -> Iterator[Finding]:
    try:
        with contextlib.closing(open_database(url, create=False)) as database:
            counts = count_states(database, now)
    except DatabaseError:  # reported by _database
        return
    live, number = counts.get("live", 0), sum(counts.values()) - counts.get("leaving", 0)
    if counts.get("refused"):
        yield Finding("websub", "warn", f"{counts['refused']} of {number} subscriptions were refused by their hubs")
    elif live < number:
        advice = f"kiji serve subscribes, and hubs must reach it at {callback}"
        yield Finding("websub", "warn", f"{live} of {number} subscriptions are live; {advice}")
    else:
        yield Finding("websub", "ok", f"{number} feeds name a hub, and all subscriptions are live")


def _library(library: Unsupported) -> Finding:
    tested = f"{library.supported.first} up to {library.supported.below}"
    message = f"{library.library} {library.version} was not tested with Kiji (tested: {tested})"
    return Finding("libraries", "warn", f"{message}: {library.supported.loss}")


def _config(config: Config, path: Path | None) -> Finding:
    if path is None:
        return Finding("config", "warn", "no kiji.toml here, and no other named; kiji init makes one")
    enabled = len(config.enabled_sources)
    if not enabled:
        return Finding("config", "warn", f"{path}: no source is crawled; kiji sources add NAME URL")
    return Finding("config", "ok", f"{path}: {enabled} of {len(config.sources)} sources are crawled")


def _database(url: str) -> Finding:
    try:
        parsed = parse_url(url)
        if parsed.drivername == "sqlite" and not Path(parsed.database or "").exists():
            folder = Path(parsed.database or "").absolute().parent
            if not os.access(folder, os.W_OK):
                return Finding(
                    "database", "fail", f"cannot be made in {folder}: give write permission, or another --db"
                )
            return Finding("database", "ok", f"{url} will be made by the first crawl")
        database = connect(url)
        try:
            revision = read_schema_revision(database)
            if revision not in (HEAD, None):
                open_database(url, create=False).close()  # says what to do
            with crawl_lock(database):
                dead = _dead_run(database) if revision == HEAD else None
                check_writable(database)
        finally:
            database.close()
    except DatabaseBusy as busy:
        return Finding("database", "warn", f"a crawl is running: {busy}")
    except DatabaseError as error:
        return Finding("database", "fail", str(error))
    if dead is not None:
        return Finding("database", "warn", f"run {dead} was killed; the next crawl takes up its work")
    schema = f"schema {HEAD}" if revision else "empty, the first crawl makes the schema"
    return Finding("database", "ok", f"{database.url}: {schema}")


def _dead_run(database: Database) -> int | None:
    with database.reading() as connection:
        return find_dead_run(connection)


def _folders(config: Config, url: str) -> list[Path]:
    """Return the folders that files are written to, one for each disk."""
    places = [archive_folder(config, url)]
    try:
        parsed = parse_url(url)
        if parsed.drivername == "sqlite":
            places.insert(0, Path(parsed.database or "").absolute().parent)
    except DatabaseError:  # reported by _database
        places = []
    disks: dict[int, Path] = {}
    for place in places:
        folder = place.absolute() if place is not None else None
        while folder is not None and not folder.exists():
            folder = folder.parent
        if folder is not None:
            disks.setdefault(folder.stat().st_dev, folder)
    return list(disks.values())


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    level: Level = "ok" if free >= LITTLE else "warn" if free >= TOO_LITTLE else "fail"
    advice = "" if level == "ok" else "; make room, or set [archive] max_size"
    return Finding("disk", level, f"{format_size(free)} free in {folder}{advice}")


def examine_sources(trial_pages: "Sequence[TrialPage]", config: Config) -> Iterator[Finding]:
    """Check the start pages of each source, by one fetch of each."""
    from crawler.preview.hints import home_page_hint  # with Scrapy, which the pages were fetched by

    for source in config.enabled_sources:
        for page in (page for page in trial_pages if page.source == source.name):
            what = f"source {source.name}"
            if page.reading is None:
                advice = ROBOTS_ADVICE if page.reason.startswith("robots.txt") else FETCH_ADVICE
                yield Finding(what, "fail", f"{page.url}: {page.reason}; {advice}")
            elif not page.reading.is_article and not page.reading.entries:
                text = f"{page.url}: {page.reading.kind}, {page.reading.reason}: no article, and lists none"
                yield Finding(what, "warn", f"{text}; try kiji sources test {source.name}")
            else:
                if page.moved_to:
                    moved = f"{page.url} moved for good to {page.moved_to}; change start in the config"
                    yield Finding(what, "warn", moved)
                if hint := home_page_hint(page):
                    yield Finding(what, "warn", f"{hint}: kiji sources add {page.url}")
                content = "an article" if page.reading.is_article else f"{len(page.reading.entries)} addresses listed"
                yield Finding(what, "ok", f"{page.url}: {page.reading.kind}, {content}; robots.txt allows it")
    yield from _clock(trial_pages)


def _clock(trial_pages: "Sequence[TrialPage]") -> Iterator[Finding]:
    skews = sorted(page.skew for page in trial_pages if page.skew is not None)
    if not skews:
        return
    median = skews[len(skews) // 2]
    if abs(median) > SKEW:
        ahead = "behind" if median > 0 else "ahead of"
        yield Finding("clock", "warn", f"{abs(median):.0f} s {ahead} the servers' clocks: timedatectl set-ntp true")
    else:
        yield Finding("clock", "ok", f"within {max(abs(median), 1):.0f} s of the servers' clocks")
