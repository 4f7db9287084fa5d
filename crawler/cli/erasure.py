"""Erase addresses for good: ``kiji forget``."""

import contextlib
import dataclasses
import functools
import json
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from crawler.archive_place import kept_place
from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.config.errors import ConfigError
from crawler.config.validators import check_pattern
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line
from pipelines.addresses.normalize import clean_url
from pipelines.addresses.place import place as address_place
from pipelines.warc.place import ArchivePlace, bring_back, send_waiting
from pipelines.warc.redact import blank_pages
from storage.column_types import utc_now
from storage.database.crawl_lock import crawl_lock
from storage.database.engine import Database
from storage.database.open import open_database
from storage.erasure.choose import find_article_addresses, read_forgotten
from storage.erasure.delete import ErasurePlan, count_erasure, erase, plan_erasure
from storage.erasure.scrub_log import scrub_addresses
from storage.errors import DatabaseError
from storage.frontier.blocklist import key_hash
from storage.reading import iso_utc, json_row
from storage.text_rules import Place
from storage.visit import WarcLocation
from storage.warc_index.index import find_locations


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "forget",
        help=example(
            f"{purpose('forget')} They are never fetched again.",
            "kiji forget https://news.example/ja/n/7000 --dry-run",
            'kiji forget https://news.example/ja/n/7000 --reason "letter of 5 October"',
            "kiji forget --source harbor --match '/archive/*' --dry-run",
            "kiji forget --list",
            "kiji forget --find-mentions",
        ),
    )(forget_command)


def forget_command(
    urls: Annotated[list[str] | None, typer.Argument(metavar="[URL ...]", help="Addresses in any spelling.")] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="All articles of this source.")] = None,
    site: Annotated[str | None, typer.Option("--site", metavar="HOST", help="All articles of this host.")] = None,
    match: Annotated[
        str | None,
        typer.Option("--match", metavar="PATTERN", help="Articles whose address matches, as in include and exclude."),
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List what has been forgotten: when, and why.")] = False,
    find_mentions: Annotated[
        bool,
        typer.Option(
            "--find-mentions", help="List the raw pages of other addresses that still hold a forgotten address."
        ),
    ] = False,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be erased, and change nothing.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Your note, stored with the hash of the address.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Forget addresses, alone on the database.

    Exits 1 where archived bytes are not where the index says.
    """
    chosen = _Choice(tuple(urls or ()), source, site, match)
    chosen.check(is_list=show_list or find_mentions)
    settings = find_config(config)
    where = database_url(db, settings)
    database = open_database(where, create=False)
    if show_list:
        _list_forgotten(database, as_json=as_json)
        return
    place = kept_place(settings, where)
    place_of = functools.partial(address_place, rules=settings.parameter_rules)
    if find_mentions:
        _list_mentions(database, place, place_of, as_json=as_json)
        return
    try:
        with crawl_lock(database):
            wanted = chosen.addresses(database)
            if not dry_run:
                _scrub_log(database, wanted, place_of)
            if not dry_run:
                _bring_back(database, place, wanted, place_of)
            erasures = [_forget(database, place, url, place_of, reason, dry_run=dry_run) for url in wanted]
        if database.is_sqlite and not dry_run:
            with database.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                if raw is not None:
                    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log holds what was written before
    finally:
        database.close()
    unsent = "" if dry_run else _send_again(place)
    if unsent:
        sys.stderr.write(f"kiji: {unsent}\n")
    for erasure in erasures:
        for line in erasure["not_overwritten"]:
            sys.stderr.write(f"kiji forget: {erasure['url']}: archived bytes remain: {line}\n")
    if as_json:
        sys.stdout.write(json.dumps(erasures, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(_lines(erasure, dry_run=dry_run) for erasure in erasures))
    if unsent or any(erasure["not_overwritten"] for erasure in erasures):
        raise typer.Exit(1)


@dataclasses.dataclass(frozen=True, slots=True)
class _Choice:
    """What is to be forgotten: addresses, or the articles of a source, a host or a pattern."""

    urls: tuple[str, ...]
    source: str | None
    site: str | None
    match: str | None

    def check(self, *, is_list: bool) -> None:
        """Raise ConfigError for no choice, and for what is no address, host or pattern."""
        problems = [f"{url!r} is no http(s) address" for url in self.urls if clean_url(url) is None]
        if not (self.urls or self.source or self.site or self.match or is_list):
            problems.append("kiji forget: nothing is chosen; give addresses, --source, --site, --match or --list")
        try:
            if self.match:
                check_pattern(self.match)
        except ValueError as error:
            problems.append(f"--match {self.match}: {error}")
        if problems:
            raise ConfigError(problems)

    def addresses(self, database: Database) -> list[str]:
        """Return the addresses, those of stored articles included."""
        found: list[str] = []
        if self.source or self.site or self.match:
            with database.reading() as connection:
                found = find_article_addresses(connection, source=self.source, host=self.site, pattern=self.match)
        return list(dict.fromkeys([*self.urls, *found]))


def _list_forgotten(database: Database, *, as_json: bool) -> None:
    with contextlib.closing(database), database.reading() as connection:
        entries = read_forgotten(connection)
    if as_json:
        sys.stdout.write(json.dumps([json_row(entry) for entry in entries], ensure_ascii=False) + "\n")
        return
    for entry in entries:
        sys.stdout.write(
            sanitize_line(f"{iso_utc(entry['forgotten_at'])}  {entry['key_hash']}  {entry['reason']}") + "\n"
        )
    sys.stdout.write(f"{len(entries)} addresses are never fetched again; only their hashes are stored\n")


def _list_mentions(database: Database, place: ArchivePlace, place_of: Callable[[str], Place], *, as_json: bool) -> None:
    """Print the raw pages that hold a forgotten address; exit 1 where there are any."""
    from pipelines.warc.mentions import find_mentions

    with contextlib.closing(database), database.reading() as connection:
        hashes = {entry["key_hash"] for entry in read_forgotten(connection)}
    number = 0
    for mention in find_mentions(place, lambda url: key_hash(place_of(url).key) in hashes) if hashes else ():
        number += 1
        line = f"{mention.file}  record {mention.record}  {mention.page}  {mention.address}"
        sys.stdout.write((json.dumps(dataclasses.asdict(mention)) if as_json else sanitize_line(line)) + "\n")
    if not as_json:
        sys.stdout.write(f"{number} mentions of {len(hashes)} forgotten addresses in {place}\n")
    if number:
        raise typer.Exit(1)


def _scrub_log(database: Database, urls: list[str], place_of: Callable[[str], Place]) -> None:
    """Remove the addresses from the texts of runs and fetches, in one pass over both tables."""
    with database.writing() as session:
        keys = {key for url in urls for key in plan_erasure(session, place_of(url)).keys}
        scrub_addresses(session, keys, place_of)


def _forget(
    database: Database, place: ArchivePlace, url: str, place_of: Callable[[str], Place], reason: str, *, dry_run: bool
) -> dict[str, Any]:
    """Erase one address: first its rows, then its bytes, then commit.

    What the database refuses costs no byte, and a kill leaves the rows that say where they lie.
    """
    missing: list[WarcLocation] = []
    with database.writing() as session:
        erasure: ErasurePlan = plan_erasure(session, place_of(url))
        counts = count_erasure(session, erasure)
        if not dry_run:
            locations = find_locations(session, erasure.addresses)
            erase(session, erasure, utc_now(), reason)
            session.flush()
            missing = _blank(place, locations)
    return {
        "url": url,
        "forgotten": not dry_run,
        "addresses": list(erasure.urls),
        "counts": counts,
        "not_overwritten": [
            f"{page.file} is not in {place}, or shorter: {page.length} bytes from {page.offset} on" for page in missing
        ],
    }


def _bring_back(database: Database, place: ArchivePlace, urls: Sequence[str], place_of: Callable[[str], Place]) -> None:
    """Fetch the files of these addresses from the object store, before a transaction would wait for that."""
    if place.store is None:
        return
    files: set[str] = set()
    with database.writing() as session:
        for url in urls:
            addresses = plan_erasure(session, place_of(url)).addresses
            files |= {location.file for location in find_locations(session, addresses)}
    try:
        with place.held():
            for name in sorted(files):
                bring_back(place, name, utc_now())
    except OSError as error:
        msg = f"nothing was erased: the object store does not give the files: {error}"
        raise DatabaseError(msg) from None


def _send_again(place: ArchivePlace) -> str:
    """Send overwritten files to the object store; say what still holds the bytes, "" if nothing does."""
    try:
        send_waiting(place, utc_now())
    except OSError as error:
        return f"the object store still holds the bytes until the next crawl has sent the overwritten files: {error}"
    return ""


def _blank(place: ArchivePlace, pages: list[WarcLocation]) -> list[WarcLocation]:
    try:
        return blank_pages(place, pages, utc_now())
    except OSError as error:
        msg = f"nothing was erased: the raw archive {place} cannot be written: {error.strerror or error}"
        raise DatabaseError(msg) from None


def _lines(erasure: dict[str, Any], *, dry_run: bool) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in erasure["counts"].items() if number)
    verb = "would be erased" if dry_run else "erased"
    lines = [f"{erasure['url']}: {counts or 'nothing was stored of it'}" + (f" {verb}" if counts else "")]
    lines += [f"  {address}" for address in erasure["addresses"]]
    if not dry_run:
        lines.append("  never fetched again")
    return "\n".join(lines) + "\n"
