"""``kiji snapshot`` and ``kiji serve``: the archive for analysts, as a file and as pages."""

import datetime
import importlib.metadata
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crawler.cli.options import ConfigOption, DatabaseOption, example
from crawler.plan import database_url, find_config
from storage.database import open_database
from storage.errors import DatabaseError
from storage.snapshot.making import Origin, make_snapshot

OutputOption = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="Replaced at once when it is whole.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "snapshot",
        help=example(
            "Write the archive into one flat, indexed, read-only SQLite file, with local times beside UTC.",
            "kiji snapshot -o news.sqlite",
            "kiji snapshot -o news.sqlite --db postgresql://reader@db.example/kiji",
        ),
    )(snapshot_command)
    app.command(
        "serve",
        help=example(
            "Show the archive as pages: search, articles, stories, sources, SQL. Serves a snapshot, made anew first.",
            "kiji serve",
            "kiji serve --snapshot news.sqlite --port 8765",
        ),
    )(serve_command)


def origin(zone: str) -> Origin:
    """What a snapshot made now says of itself."""
    return Origin(importlib.metadata.version("kiji"), zone, datetime.datetime.now(datetime.UTC))


def snapshot_command(output: OutputOption, config: ConfigOption = None, db: DatabaseOption = None) -> None:
    """Make a snapshot, whatever a crawl writes meanwhile."""
    from rich.progress import Progress  # needed by this command alone

    settings = find_config(config)
    database = open_database(database_url(db, settings), create=False)
    console = Console(stderr=True)
    began = datetime.datetime.now(datetime.UTC)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=None)
        counts = make_snapshot(
            database,
            output,
            origin(settings.crawl.timezone),
            lambda table, rows: bar.update(task, advance=rows, description=table),
        )
    database.close()
    seconds = (datetime.datetime.now(datetime.UTC) - began).total_seconds()
    told = ", ".join(f"{number} {table.replace('_', ' ')}" for table, number in counts.items())
    sys.stdout.write(f"{output}: {told}; {output.stat().st_size / 1e6:.1f} MB in {seconds:.1f} s\n")


def serve_command(
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", metavar="FILE", help="Serve this snapshot as it is; make none.")
    ] = None,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; anything but loopback lets others read.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes any that is free.")] = 8700,
    config: ConfigOption = None,
    db: DatabaseOption = None,
) -> None:
    """Serve until Ctrl-C."""
    try:
        from storage.pages.serving import serve  # Datasette, an extra
    except ModuleNotFoundError as error:
        msg = f"kiji serve needs {error.name}: pip install 'kiji[pages]'"
        raise DatabaseError(msg) from error
    if snapshot is not None:
        serve(snapshot, host, port)
        return
    settings = find_config(config)
    with tempfile.TemporaryDirectory(prefix="kiji-") as folder:
        path = Path(folder) / "kiji.sqlite"
        database = open_database(database_url(db, settings), create=False)
        make_snapshot(database, path, origin(settings.crawl.timezone))
        database.close()
        serve(path, host, port)
