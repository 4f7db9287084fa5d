"""Print completion scripts and the manual page: ``kiji completion``, ``kiji manual``."""

import enum
import sys
from typing import Annotated

import typer

from crawler.cli.commands import purpose
from crawler.cli.options import example
from storage.distribution import kiji_version


class Shell(enum.StrEnum):
    """A shell."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "completion",
        help=example(
            purpose("completion"),
            "kiji completion bash > ~/.local/share/bash-completion/completions/kiji",
            "kiji completion zsh >> ~/.zshrc",
            "kiji completion fish > ~/.config/fish/completions/kiji.fish",
        ),
    )(completion_command)
    app.command(
        "manual",
        help=example(purpose("manual"), "kiji manual | man -l -", "kiji manual > ~/.local/share/man/man1/kiji.1"),
    )(manual_command)


def completion_command(shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.")]) -> None:
    """Print the script."""
    from crawler.cli.shell.command_tree import read_commands
    from crawler.cli.shell.completion import bash_script, fish_script

    commands = read_commands()
    text = fish_script(commands) if shell == Shell.FISH else bash_script(commands, for_zsh=shell == Shell.ZSH)
    sys.stdout.write(text)


def manual_command() -> None:
    """Print the page."""
    from crawler.cli.shell.command_tree import read_commands
    from crawler.cli.shell.manual import manual_page

    sys.stdout.write(manual_page(read_commands(), kiji_version()))
