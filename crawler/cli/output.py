"""Check and report the files that commands write."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.config.errors import ConfigError
from crawler.plan import config_file
from storage.database.engine import parse_url

OutputOption = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="The file. It is replaced when the new one is complete.")
]


def check_output(output: Path, config: Path | None, url: str) -> None:
    """Refuse to write over the config or a file of the SQLite database.

    Raises ConfigError.
    """
    if not output.name:
        raise ConfigError([f'-o "{output}": names no file'])
    used = [("config", config_file(config)), *(("database", path) for path in _database_files(url))]
    for what, path in used:
        if path is not None and _is_same(output, path):
            raise ConfigError([f"-o {output}: is the {what} that this command reads; give another name"])


def tell_output(output: Path, summary: str) -> None:
    """Print what was written, on stdout unless the file may be stdout."""
    stream = sys.stdout if output.is_file() else sys.stderr
    stream.write(f"{output}: {summary}\n")


def size_of(output: Path) -> float:
    """Return a file's size in megabytes."""
    return output.stat().st_size / 1e6


def _database_files(url: str) -> list[Path]:
    parsed = parse_url(url)
    if parsed.drivername != "sqlite":
        return []
    return [Path(f"{parsed.database}{suffix}") for suffix in ("", "-wal", "-shm", "-journal", ".lock")]


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one is missing, or is a broken link
        return one.resolve() == other.resolve()


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: ``1 article``, ``2 articles``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
