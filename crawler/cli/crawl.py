"""Crawl due sources, sources by name, or addresses: ``kiji crawl``."""

import json
import sys
from typing import Annotated

import typer

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, LogFormatOption, example
from crawler.cli.streams import drop_output
from crawler.config.models import Config
from crawler.console import logs
from crawler.crawl_report import CrawlReport, summary_line
from crawler.idle_crawl import crawl_nothing
from crawler.monitoring.after_crawl import ping_failure
from crawler.plan import CrawlPlan, database_url, find_config, plan_crawl
from storage.errors import DatabaseBusy, DatabaseError

HELP = example(
    purpose("crawl"),
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
    command = " ".join(["kiji crawl", *targets, *(["--refresh"] if refresh else [])])
    plan = plan_crawl(
        settings,
        database_url(db, settings),
        targets,
        refresh=refresh,
        command=command,
        max_minutes=max_minutes,
    )
    is_quiet = quiet or (as_json and logs.is_json())
    report = crawl_nothing(plan) or _crawl_due(plan, on_stderr=as_json, is_quiet=is_quiet)
    _print_summary(report, on_stderr=as_json, is_quiet=is_quiet)
    if as_json:
        sys.stdout.write(json.dumps(report.record, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return report.exit_code


def _crawl_due(plan: CrawlPlan, *, on_stderr: bool, is_quiet: bool) -> CrawlReport:
    """Start the processes that read pages, then Scrapy: what a crawl with nothing due need not wait for."""
    from pipelines.workers.fork_server import preload_workers

    preload_workers()
    from rich.console import Console

    from crawler.console.progress import CrawlDisplay
    from crawler.crawl import crawl

    console = Console(stderr=on_stderr, quiet=is_quiet)
    with CrawlDisplay(console, live=console.is_terminal) as display:
        return crawl(plan, lambda result: display.update(result.lease.source, result.outcome))


def _print_summary(report: CrawlReport, *, on_stderr: bool, is_quiet: bool) -> None:
    """Print a summary, and every source that gave nothing, unless the run was cut off."""
    record = report.record
    if report.trouble:
        logs.write_line(report.trouble)
    stream = sys.stderr if on_stderr else sys.stdout
    if stream is not None and not is_quiet:
        stream.write(f"{summary_line(record)}\n")
        stream.flush()
    for account in report.accounts:
        if not (account.gave or report.signal or report.trouble):
            logs.write_line(f"source {account.source} gave nothing: see kiji runs show {record.get('id')}")
    for hint in () if is_quiet or report.signal or report.trouble else report.led_nowhere:
        logs.write_line(f"source {hint.source} is led nowhere: {hint}")
