"""Run the command ``kiji``.

Report a user's mistake in one line with an exit code.
"""

import os
import sys
from collections.abc import Callable

import typer

from crawler.cli import (
    articles,
    crawl,
    database,
    demo,
    erasure,
    export,
    health,
    imports,
    inspection,
    publication,
    reread,
    runs,
    search,
    setup,
    sources,
    stories,
    workers,
)
from crawler.cli.options import example
from crawler.cli.streams import OutputFailed, ReaderGone, drop_output, lost_output, watch_streams
from crawler.config.errors import ConfigError
from crawler.console import logs
from storage.errors import DatabaseBusy, DatabaseError
from storage.plugins import load_plugins

USAGE, BUSY, INTERRUPTED = 2, 3, 130
"""Exit codes: wrong usage, config or database; another crawl holds the database; SIGINT."""

app = typer.Typer(
    name="kiji",
    help=example(
        "Crawl news in Japanese and English: follow related articles, store the text of articles only.",
        "kiji demo",
        "kiji crawl https://news.example/ja/n/7000",
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
BUILT_IN: tuple[Callable[[typer.Typer], None], ...] = (
    setup.register,
    sources.register,
    crawl.register,
    health.register,
    imports.register,
    inspection.register,
    reread.register,
    runs.register,
    articles.register,
    erasure.register,
    stories.register,
    search.register,
    export.register,
    database.register,
    publication.register,
    demo.register,
    workers.register,
)
"""Each adds commands to the app; entry points of the group kiji.commands are functions of the same kind."""

for _register in BUILT_IN:
    _register(app)
BUILT_IN_NAMES = frozenset(
    [command.name or "" for command in app.registered_commands] + [group.name or "" for group in app.registered_groups]
)


def run(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    watch_streams()
    try:
        logs.configure()
        given = sys.argv[1:] if arguments is None else arguments
        _check_encoding(given)
        if not BUILT_IN_NAMES.intersection(given[:1]):
            _add_plugins()
        code = app(arguments, prog_name="kiji", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except typer.TyperException as error:
        return _wrong_usage(error)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except ConfigError as error:
        return _say(str(error), USAGE)
    except DatabaseBusy as error:
        return _say(str(error), BUSY)
    except DatabaseError as error:
        return _say(str(error), USAGE)
    except ReaderGone:
        drop_output()
        return 0
    except OutputFailed as error:
        drop_output()
        return _say(str(error), USAGE)
    if lost := lost_output():
        logs.write_line(lost)
    return code if isinstance(code, int) else 0


def _add_plugins() -> None:
    """Add the commands of installed packages. Not called for built-in commands, since it takes time."""
    for name, register in load_plugins("kiji.commands").items():
        before = list(app.registered_commands), list(app.registered_groups)
        try:
            register(app)
        except Exception as error:  # noqa: BLE001 - a plugin's mistake costs its own commands
            app.registered_commands, app.registered_groups = before
            logs.write_line(f"plugin {name} of kiji.commands left out: {type(error).__name__}: {error}")


def _check_encoding(arguments: list[str]) -> None:
    """Refuse arguments that are not UTF-8, except names of existing files. Raises ConfigError."""
    for argument in arguments:
        readable = argument.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        value = argument.partition("=")[2] if argument.startswith("--") else argument
        if readable != argument and not os.path.lexists(value):
            raise ConfigError([f'"{readable}": not UTF-8, and no file has this name'])


def _wrong_usage(error: typer.TyperException) -> int:
    """Print the mistake in the command line, or the help if the line is empty."""
    message = error.format_message()
    if "\n" in message:
        sys.stderr.write(f"{message}\n")
        return USAGE
    context: typer.Context | None = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "kiji"
    return _say(f"{message.rstrip('.')}; see {command} --help", USAGE)


def _say(message: str, code: int) -> int:
    for line in message.splitlines():
        logs.write_line(line)
    return code
