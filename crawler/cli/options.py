"""Declare the options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

HIGHEST = 2**63 - 1
"""The highest number that a database counts to."""

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="The config file. Default: KIJI_CONFIG, else kiji.toml in this folder."
    ),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="URL", help="The database. Default: KIJI_DB, else the config's, else sqlite:///kiji.db."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print only JSON on stdout.")]
LogFormatOption = Annotated[
    str | None,
    typer.Option(
        "--log-format", metavar="FORMAT", help="Format of log lines on stderr: text or json. Default: KIJI_LOG_FORMAT."
    ),
]


def example(summary: str, *lines: str) -> str:
    """Return a command's help: its purpose and an example of its call."""
    return "\n".join([summary, "", "\b", "Example:", *(f"  {line}" for line in lines)])
