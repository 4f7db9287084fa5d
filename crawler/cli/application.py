"""Run one command, and report a user's mistake in one line with an exit code."""

import gc
import importlib
import os
import sys
from collections.abc import Iterable

import typer

from crawler.cli.commands import COMMANDS
from crawler.cli.streams import OutputFailed, ReaderGone, drop_output, lost_output
from crawler.config.errors import ConfigError
from crawler.console import logs
from storage.errors import DatabaseBusy, DatabaseError
from storage.plugins import load_plugins

USAGE, BUSY, INTERRUPTED = 2, 3, 130
"""Exit codes: wrong usage, config or database; another crawl holds the database; SIGINT."""


def build_app(modules: Iterable[str]) -> typer.Typer:
    """Return the application with the commands of these modules of ``crawler.cli``."""
    app = typer.Typer(
        name="kiji",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_be_a_group)
    for module in modules:
        importlib.import_module(f"crawler.cli.{module}").register(app)
    return app


def _be_a_group() -> None:
    """Keep the command's name on the command line, also where there is only one command."""


def run_command(arguments: list[str]) -> int:
    """Run the command that the first argument names; return the exit code."""
    try:
        logs.configure()
        _check_encoding(arguments)
        gc.disable()  # what is imported stays: looking for garbage in it takes a twentieth of a start
        app = _app_for(arguments[0])
        gc.freeze()
        gc.enable()
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


def _app_for(command: str) -> typer.Typer:
    """Return the application with one built-in command's module, or else with all commands and those of packages."""
    if command in COMMANDS:
        return build_app([COMMANDS[command][0]])
    app = build_app(dict.fromkeys(module for module, _ in COMMANDS.values()))
    _add_plugins(app)
    return app


def purposes_of_added_commands() -> dict[str, str]:
    """Return the first paragraph of the help of each command that a package adds, by name."""
    app = build_app(())
    _add_plugins(app)
    commands = getattr(typer.main.get_command(app), "commands", {})
    return {name: (command.help or "").partition("\n\n")[0] for name, command in commands.items()}


def _add_plugins(app: typer.Typer) -> None:
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
