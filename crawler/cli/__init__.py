"""Run the command ``kiji``.

What needs no command's module, such as ``kiji --help``, is printed here, and imports next to nothing.
"""

import os
import sys

from crawler.cli.commands import COMMANDS, format_help
from crawler.cli.streams import OutputFailed, ReaderGone, drop_output, watch_streams

USAGE = 2
"""The exit code of wrong usage, and of a config or database that cannot be used."""

_WIDEST = 100
"""Characters of a line of help: longer lines are hard to read."""


def run(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    watch_streams()
    if not given or given[0] in ("-h", "--help", "--version"):
        return _print_about(given)
    from crawler.cli.application import run_command

    return run_command(given)


def _print_about(given: list[str]) -> int:
    """Print the version or the help: on stderr, as a mistake, if no argument is given."""
    from storage.plugins import has_plugins

    try:
        if given[:1] == ["--version"]:
            from storage.distribution import kiji_version

            text = f"kiji {kiji_version()}\n"
        else:
            added = {}
            if has_plugins("kiji.commands"):
                from crawler.cli.application import purposes_of_added_commands

                added = purposes_of_added_commands()
            text = format_help(_terminal_width(), added)
        stream = sys.stdout if given else sys.stderr
        if stream is not None:
            stream.write(text)
            stream.flush()
    except ReaderGone:
        drop_output()
    except OutputFailed as error:
        drop_output()
        sys.stderr.write(f"kiji: {error}\n")
        return USAGE
    except KeyboardInterrupt:
        return 130
    return 0 if given else USAGE


def _terminal_width() -> int:
    """Return the width of the terminal, which COLUMNS overrides: 80 if there is none, at most ``_WIDEST``."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return min(int(columns), _WIDEST)
    try:
        return min(os.get_terminal_size(1).columns or 80, _WIDEST)
    except OSError:
        return 80


__all__ = ["COMMANDS", "run"]
