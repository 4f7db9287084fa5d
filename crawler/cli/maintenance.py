"""Back up, check, prune and vacuum: ``kiji db backup``, ``check``, ``prune`` and ``vacuum``."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from crawler.archive_place import archive_place, kept_place
from crawler.cli.options import ConfigOption, DatabaseOption, example
from crawler.config.errors import ConfigError
from crawler.config.quantities import DURATIONS, format_size, parse_duration
from crawler.config.tables import Archive
from crawler.monitoring.retention import expire_articles, prune_pages
from crawler.plan import database_url, find_config
from pipelines.warc.place import ArchivePlace
from storage.column_types import utc_now
from storage.database.backup import back_up
from storage.database.check import check_database
from storage.database.crawl_lock import crawl_lock
from storage.database.engine import connect, read_schema_revision
from storage.database.open import open_database, require_file
from storage.database.vacuum import vacuum
from storage.warc_index.index import find_missing_files
from storage.warc_index.retention import delete_old_fetches


def register(group: typer.Typer) -> None:
    """Add the commands to ``kiji db``."""
    group.command(
        "backup",
        help=example(
            "Back up the database while crawls go on: by SQLite's online backup, or by pg_dump.",
            "kiji db backup                       kiji-20261005T060000Z.db beside the database",
            "kiji db backup /backups/kiji.db",
        ),
    )(backup_command)
    group.command(
        "check",
        help=example(
            "Check the database: integrity, references, sums of counts, files of kept pages. The exit code is 1 "
            "if something is wrong.",
            "kiji db check",
        ),
    )(check_command)
    group.command(
        "prune",
        help=example(
            "Delete articles beyond retain and retain_articles, and raw pages beyond [archive] max_age and max_size, "
            "as every crawl does at its end. With --fetches also old rows of fetches.",
            "kiji db prune",
            "kiji db prune --max-age 90d --fetches 400d",
        ),
    )(prune_command)
    group.command(
        "vacuum",
        help=example(
            "Give the space of deleted rows back to the disk. On SQLite no crawl may run, and the disk needs as much "
            "free space as the file has.",
            "kiji db vacuum",
        ),
    )(vacuum_command)


def backup_command(
    target: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The backup file. It must not exist.")] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
) -> None:
    """Back up."""
    url = database_url(db, find_config(config))
    require_file(url)
    database = connect(url)  # of any schema: a backup is made before an upgrade
    try:
        read_schema_revision(database)  # raises for a database of another program
        if target is None:
            name = Path(database.engine.url.database or "kiji")
            suffix = name.suffix if database.is_sqlite else ".dump"
            folder = name.parent if database.is_sqlite else Path()
            target = folder / f"{name.stem}-{utc_now():%Y%m%dT%H%M%SZ}{suffix}"
        size = back_up(database, target)
    finally:
        database.close()
    sys.stdout.write(f"{target}: {format_size(size)}\n")


def check_command(config: ConfigOption = None, db: DatabaseOption = None) -> int:
    """Check; return 1 where something is wrong."""
    settings = find_config(config)
    url = database_url(db, settings)
    database = open_database(url, create=False)
    try:
        problems = check_database(database)
        place = archive_place(settings, url)
        if place is not None:
            sent = _sent_sizes(place, problems)
            with database.reading() as connection:
                missing = find_missing_files(connection, place.folder, sent) if sent is not None else []
            problems += [
                f"raw archive: {place.folder / name} holds {number} pages, and {why}" for name, number, why in missing
            ]
    finally:
        database.close()
    for problem in problems:
        sys.stderr.write(f"kiji: {problem}\n")
    if not problems:
        sys.stdout.write(f"{database.url} is sound: integrity, references and counts agree\n")
    return 1 if problems else 0


def _sent_sizes(place: ArchivePlace, problems: list[str]) -> dict[str, int] | None:
    """Return the sizes of the files in the object store; None, and a problem, if it does not answer."""
    try:
        return {name: file.size for name, file in place.store.sizes().items()} if place.store is not None else {}
    except OSError as error:
        problems.append(f"raw archive: {error}")
        return None


def prune_command(
    config: ConfigOption = None,
    db: DatabaseOption = None,
    max_age: Annotated[str | None, typer.Option("--max-age", metavar="TIME", help="Overrides the config.")] = None,
    max_size: Annotated[str | None, typer.Option("--max-size", metavar="SIZE", help="Overrides the config.")] = None,
    fetches: Annotated[
        str | None,
        typer.Option("--fetches", metavar="TIME", help="Delete the rows of fetches of runs older than this."),
    ] = None,
) -> None:
    """Prune, alone on the database."""
    settings = find_config(config)
    url = database_url(db, settings)
    limits = _limits(settings.archive, max_age, max_size)
    lines_age = _age("--fetches", fetches)
    place = kept_place(settings, url)
    database = open_database(url, create=False)
    try:
        with crawl_lock(database):
            if expired := expire_articles(database, place, settings, utc_now()):
                sys.stdout.write(f"{expired} articles deleted that are kept no longer\n")
            if settings.archive.enabled or place.folder.is_dir():
                pruned = prune_pages(database, place, limits, utc_now())
                summary = (
                    f"{pruned.files} files ({format_size(pruned.size)}, {pruned.pages} pages) deleted from {place}"
                )
                sys.stdout.write(f"{summary}\n")
            if lines_age is not None:
                gone = delete_old_fetches(database, utc_now() - lines_age)
                sys.stdout.write(f"{gone} rows of fetches deleted\n")
    finally:
        database.close()


def vacuum_command(config: ConfigOption = None, db: DatabaseOption = None) -> None:
    """Vacuum, alone on the database."""
    database = open_database(database_url(db, find_config(config)), create=False)
    try:
        with crawl_lock(database):
            before, after = vacuum(database)
    finally:
        database.close()
    sys.stdout.write(f"{database.url}: {format_size(before)} before, {format_size(after)} now\n")


def _limits(archive: Archive, max_age: str | None, max_size: str | None) -> Archive:
    given = {"max_age": max_age, "max_size": max_size}
    try:
        return Archive.model_validate(archive.model_dump() | {key: value for key, value in given.items() if value})
    except ValueError:
        options = " ".join(f"--{key.replace('_', '-')} {value}" for key, value in given.items() if value)
        raise ConfigError([f"{options}: allowed: a time such as 90d, a size such as 50 GB"]) from None


def _age(option: str, written: str | None) -> timedelta | None:
    try:
        return parse_duration(written) if written else None
    except ValueError:
        raise ConfigError([f"{option}: {written!r} is not allowed; allowed: {DURATIONS}"]) from None
