"""Read the commands with their options, as they are registered."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import typer

from crawler.cli.application import build_app
from crawler.cli.commands import COMMANDS


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """An option: its names, whether a value follows, and its help."""

    names: tuple[str, ...]
    takes_value: bool
    help: str


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """A command: its words, such as ``db upgrade``, its help, arguments and options; ``parts`` of a group."""

    words: str
    help: str
    arguments: str = ""
    options: tuple[Option, ...] = ()
    parts: tuple["Command", ...] = ()

    @property
    def purpose(self) -> str:
        """Return the first sentence of the help."""
        return self.help.partition(". ")[0].partition("\n")[0].rstrip(".")


def read_commands() -> list[Command]:
    """Return all built-in commands, in the order of the help."""
    group: Any = typer.main.get_command(build_app(dict.fromkeys(module for module, _ in COMMANDS.values())))
    return [_read(name, group.commands[name]) for name in COMMANDS if name in group.commands]


def every(commands: list[Command]) -> Iterator[Command]:
    """Yield commands and their parts."""
    for command in commands:
        yield command
        yield from command.parts


def _read(words: str, command: Any) -> Command:
    options, arguments = [], []
    for each in command.params:
        if each.param_type_name == "argument":
            arguments.append(each.metavar or each.name.upper())
        elif not each.hidden:
            names = (*each.opts, *each.secondary_opts)
            options.append(Option(names, not each.is_flag, each.help or ""))
    options.append(Option(("-h", "--help"), takes_value=False, help="Show the help."))
    parts = tuple(_read(f"{words} {name}", part) for name, part in getattr(command, "commands", {}).items())
    return Command(words, command.help or "", " ".join(arguments), tuple(options), parts)
