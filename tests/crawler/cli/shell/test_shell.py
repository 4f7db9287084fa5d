"""Completion in a real bash, and the manual page in a real groff."""

import shutil
import subprocess

import pytest

from crawler.cli.commands import COMMANDS
from crawler.cli.shell.command_tree import every, read_commands
from crawler.cli.shell.completion import bash_script, fish_script
from crawler.cli.shell.manual import manual_page


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("cra", "crawl"),
        ("db up", "upgrade"),
        ("crawl --ref", "--refresh"),
        ("db prune --fet", "--fetches"),
        ("crawl name --js", "--json"),
        ("nonsense --js", ""),
    ],
)
def test_bash_completes_commands_and_options(typed: str, completed: str) -> None:
    words = ["kiji", *typed.split()]
    script = f"{bash_script(read_commands())}\nCOMP_WORDS=({' '.join(words)}) COMP_CWORD={len(words) - 1}\n_kiji\n"
    done = subprocess.run(
        ["bash", "-c", f'{script} echo "${{COMPREPLY[*]}}"'], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == completed


def test_every_command_and_option_is_in_the_scripts_and_the_manual() -> None:
    commands = read_commands()
    assert [command.words for command in commands] == list(COMMANDS)
    scripts = bash_script(commands, for_zsh=True), fish_script(commands), manual_page(commands, "0.1.0")
    for command in every(commands):
        for option in command.options[:-1]:
            name = next(name for name in option.names if name.startswith("--"))
            assert name in scripts[0]
            assert f"-l {name[2:]}" in scripts[1]
            assert name.replace("-", "\\-") in scripts[2]


def test_the_manual_has_no_mistake_for_groff() -> None:
    if not shutil.which("groff"):
        pytest.skip("the manual page is not tried: there is no groff")
    page = manual_page(read_commands(), "0.1.0")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-z"], input=page, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
