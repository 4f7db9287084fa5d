"""Export articles, related links, lists, stories or copies: ``kiji export``."""

import contextlib
import datetime
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console

from crawler.cli.commands import purpose
from crawler.cli.filters import LanguageOption, SinceOption, SourceOption, UntilOption, language, since, until
from crawler.cli.options import ConfigOption, DatabaseOption, example
from crawler.cli.output import check_output, size_of, tell_output
from crawler.config.errors import ConfigError
from crawler.plan import database_url, find_config
from storage.column_types import utc_now
from storage.database.open import open_database
from storage.export.excel_file import MAX_CELL, MAX_ROWS
from storage.export.export import FORMATS, Export, ExportResult, export
from storage.export.exporters import exporter_of, exporters
from storage.export.rows import RENDERED, SUBJECTS
from storage.search.finder import Filters
from storage.search.parse import parse_query

HELP = example(
    purpose("export"),
    "kiji export articles -o articles.csv --lang ja --since 2026-10-01",
    "kiji export articles -o tariffs.csv --search '関税 OR tariff*'",
    "kiji export related -o related.parquet",
    "kiji export articles --format jsonl -o - | jq .title",
    "kiji export articles --body html -o articles.jsonl",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", help=HELP)(export_command)


def export_command(
    subject: Annotated[str, typer.Argument(metavar="WHAT", help=f"One of {', '.join(SUBJECTS)}.")],
    output: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The file, or - for stdout. It is replaced when the new one is complete.",
        ),
    ],
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help=f"One of {', '.join(FORMATS)}. Default: by the end of FILE's name."
        ),
    ] = None,
    body: Annotated[
        str | None,
        typer.Option(
            "--body",
            metavar="FORM",
            help=f"Add each article's body with its structure: one of {', '.join(RENDERED)}.",
        ),
    ] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
    lang: LanguageOption = None,
    source: SourceOption = None,
    since_when: SinceOption = None,
    until_when: UntilOption = None,
    search: Annotated[
        str | None,
        typer.Option(
            "--search",
            metavar="QUERY",
            help="Only what belongs to the articles that kiji search QUERY finds, to all.",
        ),
    ] = None,
) -> int:
    """Export; an export without rows is valid."""
    settings = find_config(config)
    timezone, now = settings.crawl.timezone, utc_now()
    filters = Filters(
        language(lang), tuple(source or ()), since(since_when, timezone, now), until(until_when, timezone, now)
    )
    query = None if search is None else parse_query(search, timezone, now)
    wanted = Export(_subject(subject), _format(file_format, output), filters, query, _body(body, subject))
    url = database_url(db, settings)
    target: Path | BinaryIO = sys.stdout.buffer if output == "-" else Path(output)
    if isinstance(target, Path):
        check_output(target, config, url)
    database = open_database(url, create=False)
    began = datetime.datetime.now(datetime.UTC)
    with contextlib.closing(database), _bar(subject) as (start_progress, progress):
        done = export(database, wanted, target, start_progress, progress)
    if isinstance(target, Path):
        seconds = (datetime.datetime.now(datetime.UTC) - began).total_seconds()
        tell_output(target, f"{done.rows} {subject}, {size_of(target):.1f} MB in {seconds:.1f} s")
    _warn(done)
    return 0


def _subject(name: str) -> str:
    if name not in SUBJECTS:
        raise ConfigError([f'nothing is called "{name}"; allowed: {", ".join(SUBJECTS)}'])
    return name


def _body(form: str | None, subject: str) -> str:
    if form is None:
        return ""
    if form not in RENDERED:
        raise ConfigError([f'--body: "{form}" is no form; allowed: {", ".join(RENDERED)}'])
    if subject != "articles":
        raise ConfigError([f"--body: {subject} have none; allowed with articles only"])
    return form


def _format(option: str | None, output: str) -> str:
    given = option or Path(output).suffix.lstrip(".").lower()
    exporter = exporter_of(given)
    if exporter is None:
        where = "--format" if option else f"-o {output}: no --format, and its name"
        raise ConfigError([f'{where}: "{given}" is no format; allowed: {", ".join(exporters())}'])
    if output == "-" and not exporter.is_streamed:
        streamed = (name for name, each in exporters().items() if each.is_streamed)
        raise ConfigError([f"-o -: {given} needs a file; allowed on stdout: {', '.join(streamed)}"])
    return given


@contextlib.contextmanager
def _bar(subject: str) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    from rich.progress import Progress  # needed by some commands alone

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(subject, total=None)
        yield (lambda rows: bar.update(task, total=rows)), (lambda rows: bar.update(task, advance=rows))


def _warn(done: ExportResult) -> None:
    """Warn about rows and texts that Excel's limits cut."""
    if done.excel.cells_cut:
        sys.stderr.write(
            f"kiji: {done.excel.cells_cut} texts were longer than Excel's {MAX_CELL} characters a cell, and were cut; "
            "csv, jsonl and parquet hold them whole\n"
        )
    if done.excel.sheets > 1:
        sys.stderr.write(f"kiji: Excel holds {MAX_ROWS} rows a sheet; the rows are on {done.excel.sheets} sheets\n")
