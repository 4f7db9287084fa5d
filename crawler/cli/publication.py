"""Publish for analysts: ``kiji snapshot``, ``kiji serve`` and ``kiji report``."""

import contextlib
import datetime
import functools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crawler.archive_place import kept_place
from crawler.cli.commands import purpose
from crawler.cli.filters import SinceOption, since
from crawler.cli.options import ConfigOption, DatabaseOption, example
from crawler.cli.output import OutputOption, check_output, counted, size_of, tell_output
from crawler.config.errors import ConfigError
from crawler.config.models import Config
from crawler.monitoring.alerts import Message, send
from crawler.plan import archive_folder, config_file, database_url, find_config
from storage.atomic_file import replace_file
from storage.database.open import open_database
from storage.distribution import install_extra, kiji_version
from storage.errors import DatabaseError
from storage.monitoring.metrics import HeldAnswer, read_metrics
from storage.snapshot.local_time import LocalClock
from storage.snapshot.sqlite_file import Origin, make_snapshot

SHORTEST_PASSWORD = 8

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Addresses to listen on that only this machine reaches."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "snapshot",
        help=example(
            purpose("snapshot"),
            "kiji snapshot -o news.sqlite",
            "kiji snapshot -o news.sqlite --db postgresql://reader@db.example/kiji",
        ),
    )(snapshot_command)
    app.command(
        "serve",
        help=example(
            f"{purpose('serve')} Makes a new snapshot first.",
            "kiji serve",
            "kiji serve --snapshot news.sqlite --port 8765",
        ),
    )(serve_command)
    app.command(
        "metrics",
        help=example(
            purpose("metrics"),
            "kiji metrics -o /var/lib/node_exporter/textfile/kiji.prom",
            "kiji serve --metrics       serves them at /metrics",
        ),
    )(metrics_command)
    app.command(
        "report",
        help=example(
            purpose("report"),
            "kiji report -o report.html",
            "kiji report -o report.html --since 12h --lang ja",
            "kiji report -o report.html --send",
        ),
    )(report_command)


def origin(zone: str) -> Origin:
    """Return the metadata of a snapshot made now."""
    return Origin(kiji_version(), zone, datetime.datetime.now(datetime.UTC))


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """Show the copied rows of each table on a terminal."""
    from rich.progress import Progress  # needed while a snapshot is made

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda table, rows: bar.update(task, advance=rows, description=table)


def snapshot_command(output: OutputOption, config: ConfigOption = None, db: DatabaseOption = None) -> None:
    """Make a snapshot, whatever a crawl writes meanwhile."""
    settings = find_config(config)
    url = database_url(db, settings)
    check_output(output, config, url)
    database = open_database(url, create=False)
    began = datetime.datetime.now(datetime.UTC)
    with _progress() as advance:
        counts = make_snapshot(database, output, origin(settings.crawl.timezone), advance)
    database.close()
    seconds = (datetime.datetime.now(datetime.UTC) - began).total_seconds()
    summary = ", ".join(f"{number} {table.replace('_', ' ')}" for table, number in counts.items())
    tell_output(output, f"{summary}; {size_of(output):.1f} MB in {seconds:.1f} s")


def serve_command(
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", metavar="FILE", help="Serve this snapshot, and make none.")
    ] = None,
    host: Annotated[
        str, typer.Option("--host", help="The address to listen on. Any but loopback lets others read.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes any free port.")] = 8700,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Also serve /metrics of the archive itself, for Prometheus.")
    ] = False,
    every: Annotated[
        int,
        typer.Option("--every", min=0, max=86_400, metavar="SECONDS", help="Look for changes; 0 never does."),
    ] = 60,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", metavar="FILE", help="Ask every reader for the password in this file."),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Let nobody save watches and collections from the pages.")
    ] = False,
    config: ConfigOption = None,
    db: DatabaseOption = None,
) -> None:
    """Serve until Ctrl-C."""
    try:
        from storage.web.archive_writer import ArchiveWriter
        from storage.web.server import Renewal, serve, update_snapshot  # Datasette, an extra
        from storage.web.serving import Serving
    except ModuleNotFoundError as error:
        msg = f"kiji serve needs {error.name}: {install_extra('pages')}"
        raise DatabaseError(msg) from error
    settings = find_config(config)
    url = database_url(db, settings)
    from crawler.archived_pages import read_captures, read_wacz  # with lxml, needed by this command alone
    from crawler.websub.served import hub_callback, subscription_chore  # with Datasette

    password = _password(password_file)
    writes = may_save(host, password, snapshot=snapshot, read_only=read_only)
    opened = functools.partial(open_database, url, create=False)
    hubs = hub_callback(settings, url) if snapshot is None else None
    place = kept_place(settings, url) if snapshot is None else None
    serving = Serving(
        metrics=HeldAnswer(functools.partial(_metrics, settings, url)) if metrics else None,
        captures=functools.partial(read_captures, url, place) if place is not None else None,
        wacz=functools.partial(read_wacz, url, place) if place is not None else None,
        writer=ArchiveWriter(opened, settings.crawl.timezone) if writes else None,
        password=password,
        hubs=hubs,
        every_minute=subscription_chore(config_file(config), url) if hubs is not None else None,
    )
    if snapshot is not None:
        serve(snapshot, host, port, _tell_address, serving)
        return

    def update() -> Path:
        with contextlib.closing(open_database(url, create=False)) as database:
            return update_snapshot(database, origin(settings.crawl.timezone))

    with contextlib.closing(open_database(url, create=False)) as database, _progress() as advance:
        first = update_snapshot(database, origin(settings.crawl.timezone), advance)
    serve(first, host, port, _tell_address, serving, Renewal(update, every) if every else None)


def may_save(host: str, password: str, *, snapshot: Path | None = None, read_only: bool = False) -> bool:
    """Tell whether the pages save: beside an archive, on loopback or with a password."""
    return snapshot is None and not read_only and (host in LOOPBACK or bool(password))


def _password(file: Path | None) -> str:
    """Read the password: the file's first line, or KIJI_SERVE_PASSWORD; "" for none."""
    if file is None:
        return os.environ.get("KIJI_SERVE_PASSWORD", "")
    try:
        password = file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"--password-file {file}: {getattr(error, 'strerror', None) or error}"]) from None
    if len(password) < SHORTEST_PASSWORD:
        raise ConfigError([f"--password-file {file}: its first line needs at least {SHORTEST_PASSWORD} characters"])
    return password


def _metrics(settings: Config, url: str) -> str:
    with contextlib.closing(open_database(url, create=False)) as database:
        return read_metrics(database, archive_folder(settings, url))


def metrics_command(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The file. Default: stdout.")
    ] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
) -> None:
    """Write the figures."""
    settings = find_config(config)
    url = database_url(db, settings)
    if output is None:
        sys.stdout.write(_metrics(settings, url))
        return
    check_output(output, config, url)
    body = _metrics(settings, url)
    try:
        with replace_file(output, 0o644) as part:
            part.write_text(body, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"-o {output}: {error.strerror or error}"]) from None


def _tell_address(url: str) -> None:
    sys.stdout.write(f"{url}\nCtrl-C stops it.\n")
    sys.stdout.flush()


def report_command(
    output: OutputOption,
    since_when: SinceOption = None,
    lang: Annotated[str, typer.Option("--lang", metavar="ja|en|both", help="The language of the labels.")] = "both",
    pages: Annotated[
        str, typer.Option("--pages", metavar="URL", help="Where kiji serve can be reached: links to stories and names.")
    ] = "",
    send_it: Annotated[
        bool, typer.Option("--send", help="Also send it to the addresses of [alerts] urls, with the file attached.")
    ] = False,
    config: ConfigOption = None,
    db: DatabaseOption = None,
) -> int:
    """Write a report on the last day, or since a moment; send it where asked for."""
    from storage.report.figures import read_figures  # with the page's templates, needed by this command alone
    from storage.report.news import brief
    from storage.report.page import default_since, read_news, report_html, write_report
    from storage.report.words import LABELS

    labels = next((label for label in LABELS if label == lang), None)
    if labels is None:
        raise ConfigError([f'--lang: "{lang}" is none of the report\'s labels; allowed: {", ".join(LABELS)}'])
    settings = find_config(config)
    if send_it and not settings.alerts.urls:
        raise ConfigError(["--send: [alerts] urls is empty; it holds the addresses, such as mailto://…"])
    zone, now = settings.crawl.timezone, datetime.datetime.now(datetime.UTC)
    begin = since(since_when, zone, now) or default_since(now)
    url = database_url(db, settings)
    check_output(output, config, url)
    database = open_database(url, create=False)
    with database.reading() as connection:
        figures = read_figures(connection, LocalClock(zone), begin, now)
        news = read_news(connection, begin, now)
    database.close()
    write_report(output, report_html(figures, zone, labels, kiji_version(), news, pages))
    summary = f"{counted(figures.new, 'new article')}, {counted(len(figures.stories), 'story', 'stories')}"
    tell_output(output, summary)
    message = Message(f"Kiji: {summary}", brief(figures.stories) or summary, "info", output)
    problems = send(message, settings.alerts.urls) if send_it else []
    for problem in problems:
        sys.stderr.write(f"kiji: {problem}\n")
    return 1 if problems else 0
