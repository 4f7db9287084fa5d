"""Import raw pages or extracted articles from files: ``kiji import``."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, JsonOption, example
from crawler.cli.streams import drop_output
from crawler.crawl_report import summary_line
from crawler.plan import database_url, find_config

if TYPE_CHECKING:
    from crawler.imports.run import ImportReport

HELP = example(
    purpose("import"),
    "kiji import CC-NEWS-20261001000000-00001.warc.gz",
    "kiji import news-please-repo/data/*.json --timezone UTC",
    "kiji import --source agency articles.jsonl --db sqlite:///kiji.db",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", help=HELP)(import_command)


def import_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE ...", help="WARC, JSONL or JSON files.")],
    config: ConfigOption = None,
    db: DatabaseOption = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source", metavar="NAME", help="The source of all records. Default: each record's own, else its host."
        ),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=KEY",
            help="The key that holds a field in JSON, such as text=content. A dot leads into an object. Repeat it for"
            " more fields. news-please's and Fundus's keys are known.",
        ),
    ] = None,
    timezone: Annotated[
        str,
        typer.Option("--timezone", metavar="ZONE", help="The zone of times that name none. Default: [crawl] timezone."),
    ] = "",
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no progress and no summary.")] = False,
) -> int:
    """Import; return the exit code."""
    from crawler.imports.progress import (
        ImportDisplay,  # the pipelines take a second, which other commands need not wait
    )
    from crawler.imports.run import import_files, plan_import

    drop_output()
    settings = find_config(config)
    command = " ".join(["kiji import", *map(str, files), *([f"--source {source}"] if source else [])])
    plan = plan_import(
        settings,
        database_url(db, settings),
        files,
        source=source,
        command=command,
        mapping=mapping or (),
        timezone=timezone,
    )
    console = Console(stderr=as_json, quiet=quiet)
    with ImportDisplay(console, Console(stderr=True)) as display:
        report = import_files(plan, display)
    _print_summary(report, console)
    if plan.has_json:
        zone = plan.effective_timezone
        console.print(f"times without a zone were read as {zone} (--timezone for another)", highlight=False)
    if as_json:
        sys.stdout.write(json.dumps(report.record, ensure_ascii=False) + "\n")
    return report.exit_code


def _print_summary(report: "ImportReport", console: Console) -> None:
    """Print a summary, and every file that gave nothing."""
    if report.trouble:
        sys.stderr.write(f"kiji: {report.trouble}\n")
    console.print(summary_line(report.record), soft_wrap=True, highlight=False, markup=False)
    for file in report.files:
        if file.ended and not file.articles:
            sys.stderr.write(f"kiji: {file.path.name} gave no article: see kiji runs show {report.record.get('id')}\n")
