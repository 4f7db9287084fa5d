"""Crawl due sources, sources by name, or addresses: ``kiji crawl``."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, LogFormatOption, example
from crawler.cli.streams import drop_output
from crawler.config.models import Config
from crawler.console import logs
from crawler.console.progress import CrawlDisplay
from crawler.monitoring.after_crawl import ping_failure
from crawler.plan import database_url, find_config, plan_crawl
from storage.errors import DatabaseBusy, DatabaseError

if TYPE_CHECKING:
    from crawler.crawl import CrawlReport

HELP = example(
    "Crawl the due addresses, or the named sources, or one address with its related articles.",
    "kiji crawl",
    "kiji crawl mirai --json",
    "kiji crawl https://news.example/ja/n/7000 --db sqlite:///try.db",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("crawl", help=HELP)(crawl_command)


def crawl_command(
    targets: Annotated[list[str] | None, typer.Argument(metavar="[TARGET ...]", help="Source names or URLs.")] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Fetch known articles again, due or not.")] = False,
    max_minutes: Annotated[
        float | None, typer.Option("--max-minutes", min=0.0, help="Fetch nothing new after this number of minutes.")
    ] = None,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no progress and no summary.")] = False,
    log_format: LogFormatOption = None,
) -> int:
    """Crawl; return the exit code."""
    drop_output()
    logs.configure(log_format)
    settings = find_config(config)
    try:
        return _crawl(settings, targets or [], db, refresh, max_minutes, as_json=as_json, quiet=quiet)
    except DatabaseBusy:
        raise  # another crawl is alive, and will ping
    except DatabaseError as error:
        ping_failure(settings, str(error))
        raise


def _crawl(
    settings: Config,
    targets: list[str],
    db: str | None,
    refresh: bool,
    max_minutes: float | None,
    *,
    as_json: bool,
    quiet: bool,
) -> int:
    from crawler.crawl import crawl  # Scrapy takes half a second, which the other commands need not wait

    command = " ".join(["kiji crawl", *targets, *(["--refresh"] if refresh else [])])
    plan = plan_crawl(
        settings,
        database_url(db, settings),
        targets,
        refresh=refresh,
        command=command,
        max_minutes=max_minutes,
    )
    console = Console(stderr=as_json, quiet=quiet or (as_json and logs.is_json()))
    with CrawlDisplay(console, live=console.is_terminal) as display:
        report = crawl(plan, lambda result: display.update(result.lease.source, result.outcome))
    _print_summary(report, console)
    if as_json:
        sys.stdout.write(json.dumps(report.record, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return report.exit_code


def _print_summary(report: "CrawlReport", console: Console) -> None:
    """Print a summary, and every source that gave nothing, unless the run was cut off."""
    record = report.record
    if report.trouble:
        logs.write_line(report.trouble)
    console.print(summary_line(record), soft_wrap=True, highlight=False)
    for account in report.accounts:
        if not (account.gave or report.signal or report.trouble):
            logs.write_line(f"source {account.source} gave nothing: see kiji runs show {record.get('id')}")


def summary_line(record: dict[str, object]) -> str:
    """Return a run's summary in one line."""
    if "id" not in record:
        return "no run: the crawl did not start"
    counts = ("articles_new", "articles_updated", "articles_unchanged", "copies", "not_articles", "refused", "failed")
    numbers = ", ".join(f"{record[name]} {name.removeprefix('articles_').replace('_', ' ')}" for name in counts)
    return f"run {record['id']} {record['status']}: {record['requests']} requests; {numbers}"
