"""``kiji forget``: addresses leave the archive for good."""

import json
import sys
from typing import Annotated, Any

import typer

from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.config_errors import ConfigError
from crawler.plan import database_url, find_config
from pipelines.addresses import clean_url
from pipelines.judgement import place
from storage.archive import utc_now
from storage.database import Database, open_database
from storage.forgetting import Doomed, count_doomed, find_doomed, forget
from storage.lock import crawl_lock


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "forget",
        help=example(
            "Forget addresses: what was stored of them leaves, copies and archived bytes included, and they are never"
            " asked for again.",
            "kiji forget https://news.example/ja/n/7000 --dry-run",
            'kiji forget https://news.example/ja/n/7000 --reason "letter of 5 October"',
        ),
    )(forget_command)


def forget_command(
    urls: Annotated[list[str], typer.Argument(metavar="URL ...", help="Addresses, however they are spelt.")],
    config: ConfigOption = None,
    db: DatabaseOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would leave, and change nothing.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="A note for yourself, kept with the address's hash.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Forget addresses, alone on the database."""
    for url in urls:
        if clean_url(url) is None:
            msg = f"{url!r} is no http(s) address"
            raise ConfigError([msg])
    database = open_database(database_url(db, find_config(config)), create=False)
    try:
        with crawl_lock(database):
            told = [_forget(database, url, reason, dry_run=dry_run) for url in urls]
        if database.is_sqlite and not dry_run:
            with database.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                if raw is not None:
                    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log holds what was written before
    finally:
        database.close()
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    for found in told:
        sys.stdout.write(_lines(found, dry_run=dry_run))


def _forget(database: Database, url: str, reason: str, *, dry_run: bool) -> dict[str, Any]:
    with database.writing() as session:
        doomed: Doomed = find_doomed(session, place(url))
        counts = count_doomed(session, doomed)
        if not dry_run:
            forget(session, doomed, utc_now(), reason)
    return {"url": url, "forgotten": not dry_run, "addresses": list(doomed.urls), "counts": counts}


def _lines(found: dict[str, Any], *, dry_run: bool) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in found["counts"].items() if number)
    verb = "would leave" if dry_run else "left"
    lines = [f"{found['url']}: {counts or 'nothing was stored of it'}" + (f" {verb}" if counts else "")]
    lines += [f"  {address}" for address in found["addresses"]]
    if not dry_run:
        lines.append("  never asked for again")
    return "\n".join(lines) + "\n"
