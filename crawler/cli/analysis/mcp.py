"""Answer assistants by the Model Context Protocol: ``kiji mcp``."""

import contextlib
from typing import Annotated

import typer

from crawler.cli.commands import purpose
from crawler.cli.options import ConfigOption, DatabaseOption, example
from crawler.plan import database_url, find_config
from storage.database.open import open_database
from storage.distribution import install_extra, kiji_version
from storage.errors import DatabaseError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "mcp",
        help=example(f"{purpose('mcp')} Speaks on stdin and stdout.", "kiji mcp", "kiji mcp --http 8750"),
    )(mcp_command)


def mcp_command(
    http: Annotated[
        int | None,
        typer.Option("--http", metavar="PORT", min=1, max=65_535, help="Serve http://127.0.0.1:PORT/mcp instead."),
    ] = None,
    config: ConfigOption = None,
    db: DatabaseOption = None,
) -> None:
    """Serve until the client leaves."""
    try:
        from storage.assistant.server import build_server, run_server  # the SDK, an extra
        from storage.assistant.tools import Tools
    except ModuleNotFoundError as error:
        msg = f"kiji mcp needs {error.name}: {install_extra('mcp')}"
        raise DatabaseError(msg) from error
    settings = find_config(config)
    database = open_database(database_url(db, settings), create=False)
    with contextlib.closing(database):
        server = build_server(Tools(database, settings.crawl.timezone), kiji_version())
        run_server(server, "stdio" if http is None else "http", http or 0)
