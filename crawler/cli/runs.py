"""Show runs and the outcome of each address: ``kiji runs``."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from crawler.cli.commands import purpose
from crawler.cli.options import HIGHEST, ConfigOption, DatabaseOption, JsonOption, example
from crawler.config.models import Config
from crawler.crawl_report import summary_line
from crawler.plan import database_url, find_config, unfollowed_sources
from crawler.sanitize import sanitize_line
from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseError
from storage.monitoring.led_nowhere import find_led_nowhere
from storage.writer.runs import fetches_of, recent_runs, run_record, source_accounts

COLUMNS = {
    "id": "run",
    "started_at": "started",
    "finished_at": "finished",
    "status": "status",
    "requests": "requests",
    "articles_new": "new",
    "articles_updated": "updated",
    "articles_unchanged": "unchanged",
    "copies": "copies",
    "not_articles": "no article",
    "refused": "refused",
    "failed": "failed",
}


NO_ARTICLE = {"not_article": "no article", "refused": "refused", "failed": "failed"}
SHOWN_URLS = 3

ROOMY = 500
"""Characters: wider than any table of runs."""


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        invoke_without_command=True,
        help=example(purpose("runs"), "kiji runs", "kiji runs show 3"),
    )
    group.callback()(list_runs)
    group.command(
        "show", help=example("Show one run: its sources, and why pages gave no article.", "kiji runs show 3")
    )(show_run)
    app.add_typer(group, name="runs")


def _open(config: Config, db: DatabaseOption) -> Database:
    return open_database(database_url(db, config), create=False)


def list_runs(
    context: typer.Context,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=HIGHEST, help="Number of runs, newest first.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the newest runs."""
    if context.invoked_subcommand is not None:
        return
    database = _open(find_config(config), db)
    with database.reading() as connection:
        records = recent_runs(connection, limit)
    if as_json:
        sys.stdout.write(json.dumps(records, ensure_ascii=False) + "\n")
    elif not records:
        sys.stdout.write("no run yet: kiji crawl starts one\n")
    else:
        _print_table(records)


def _print_table(records: list[dict[str, Any]]) -> None:
    """Print one line a run, never cut: a narrow terminal wraps it."""
    table = Table(box=None, pad_edge=False)
    for title in COLUMNS.values():
        table.add_column(title, no_wrap=True)
    for record in records:
        table.add_row(*(str("" if record[name] is None else record[name]) for name in COLUMNS))
    needed = Console(width=ROOMY).measure(table).maximum
    Console(width=max(needed, Console().width)).print(table)


def _reasons(fetches: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write why pages gave no article, the same reasons together: the most frequent first, with a few addresses."""
    urls: dict[tuple[str, str], list[str]] = {}
    for fetch in fetches:
        if fetch["outcome"] in NO_ARTICLE:
            urls.setdefault((fetch["outcome"], fetch["reason"]), []).append(fetch["url"])
    lines = []
    for (outcome, reason), met in sorted(urls.items(), key=lambda group: -len(group[1])):
        named = ", ".join(met[:SHOWN_URLS]) + (", …" if len(met) > SHOWN_URLS else "")
        told = f": {met[0]}: {reason}" if len(met) == 1 else f" ({len(met)} pages): {reason}: {named}"
        lines.append(f"  {NO_ARTICLE[outcome]}{told}")
    return lines


def show_run(
    run_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=HIGHEST, help="An id from kiji runs.")],
    config: ConfigOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one run whole."""
    settings = find_config(config)
    database = _open(settings, db)
    with database.reading() as connection:
        record = run_record(connection, run_id)
        if record is None:
            msg = f"no run {run_id} in {database.url}; kiji runs lists them"
            raise DatabaseError(msg)
        accounts = source_accounts(connection, run_id, [])
        fetches = fetches_of(connection, run_id)
        nowhere = find_led_nowhere(connection, run_id, unfollowed_sources(settings.sources))
    if as_json:
        sources = {account.source: account.counts for account in accounts}
        record |= {"sources": sources, "led_nowhere": {hint.source: str(hint) for hint in nowhere}, "fetches": fetches}
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        return
    lines = [summary_line(record), f"  {record['command']}: {record['started_at']} to {record['finished_at']}"]
    for account in accounts:
        counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(account.counts.items()))
        lines.append(f"  {account.source}: {account.fetched} fetched: {counts}")
    lines += [f"  {hint.source} is led nowhere: {hint}" for hint in nowhere]
    lines += _reasons(fetches)
    sys.stdout.write("\n".join(map(sanitize_line, lines)) + "\n")
