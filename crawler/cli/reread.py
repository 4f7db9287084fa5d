"""Read the raw archive again with today's pipelines: ``kiji reread``."""

import datetime
import json
import sys
import time
import zoneinfo
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.cli.streams import drop_output
from crawler.config.errors import ConfigError
from crawler.config.quantities import DURATIONS, parse_duration
from crawler.console import logs
from crawler.plan import database_url, find_config
from crawler.sanitize import sanitize_line

if TYPE_CHECKING:
    from crawler.imports.reread import RereadReport
    from storage.writer.reread_records import RereadResult

HELP = example(
    purpose("reread"),
    "kiji reread --dry-run",
    "kiji reread --source mirai --since 2026-10-01",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reread", help=HELP)(reread_command)


def reread_command(
    config: ConfigOption = None,
    db: DatabaseOption = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="NAME", help="Only these sources. Can be repeated.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Only pages fetched since this date, time or age (30d)."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no list of changes and no summary.")] = False,
) -> int:
    """Read again; return the exit code."""
    from crawler.imports.reread import (  # the pipelines take a second, which other commands need not wait
        RereadPlan,
        reread,
    )

    drop_output()
    settings = find_config(config)
    chosen = tuple(dict.fromkeys(source or ()))
    words = ["kiji reread", *(f"--source {name}" for name in chosen), *([f"--since {since}"] if since else [])]
    plan = RereadPlan(
        settings, database_url(db, settings), chosen, _moment(since, settings.crawl.timezone), dry_run, " ".join(words)
    )
    console = Console(stderr=as_json, quiet=quiet)
    began = time.monotonic()
    report = reread(plan, lambda page: _print_page(page, console))
    _sum_up(report, console, time.monotonic() - began, is_dry=dry_run)
    if as_json:
        counts = {"pages": report.pages, "changed": report.changed, "failed": report.failed, "dry_run": dry_run}
        sys.stdout.write(json.dumps(report.record | counts, ensure_ascii=False) + "\n")
    return report.exit_code


def _moment(since: str | None, timezone: str) -> datetime.datetime | None:
    """Read a date or time (in the config's zone if it names none), or a length of time before now."""
    if since is None:
        return None
    try:
        return datetime.datetime.now(datetime.UTC) - parse_duration(since)
    except ValueError:
        pass
    try:
        moment = datetime.datetime.fromisoformat(since)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zoneinfo.ZoneInfo(timezone))
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        msg = f"--since: {since!r} is no time; allowed: a date such as 2026-10-01, a time, or {DURATIONS}"
        raise ConfigError([msg]) from None


def _print_page(page: "RereadResult", console: Console) -> None:
    """Print one line for a page that changes or could not be read."""
    if page.changes or page.outcome == "failed":
        changes = ", ".join(page.changes) if page.changes else page.reason
        line = f"{page.record.source}: {page.record.url}: {changes}"
        console.print(Text(sanitize_line(line)), soft_wrap=True)


def _sum_up(report: "RereadReport", console: Console, seconds: float, *, is_dry: bool) -> None:
    if report.trouble:
        logs.write_line(report.trouble)
    verb = "would change" if is_dry else "changed"
    rate = f", {report.pages / seconds:.1f} pages/s" if seconds else ""
    run = f"run {report.record['id']} {report.record['status']}: " if report.record else ""
    line = f"{run}{report.pages} pages read again: {report.changed} {verb}, {report.failed} could not be read{rate}"
    console.print(Text(line), soft_wrap=True)
