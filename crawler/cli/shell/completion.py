"""Write completion scripts for shells: they hold every command and option, so that nothing is started at a TAB."""

from collections.abc import Sequence

from crawler.cli.shell.command_tree import Command, every

_BASH = """\
# Completes the command kiji in bash{also}.
_kiji() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" words
  case "${{COMP_WORDS[*]:1:COMP_CWORD-1}} " in
{cases}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ $word == -* || ${{#COMPREPLY[@]}} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$word"))
}}
complete -o filenames -F _kiji kiji
"""


def bash_script(commands: Sequence[Command], *, for_zsh: bool = False) -> str:
    """Write the script for bash, or for zsh, which takes it by its own ``bashcompinit``."""
    first = " ".join(command.words for command in commands)
    cases = [f'    " ") words="{first} --help --version" ;;']
    for command in sorted(every(list(commands)), key=lambda command: -command.words.count(" ")):  # longer ones first
        words = [part.words.rpartition(" ")[2] for part in command.parts]
        words += [name for option in command.options for name in option.names]
        cases.append(f'    "{command.words} "*) words="{" ".join(words)}" ;;')
    script = _BASH.format(cases="\n".join(cases), also=" and zsh" if for_zsh else "")
    return f"autoload -U +X bashcompinit && bashcompinit\n{script}" if for_zsh else script


def fish_script(commands: Sequence[Command]) -> str:
    """Write the script for fish."""
    lines = ["# Completes the command kiji in fish."]
    for command in commands:
        lines.append(f"complete -c kiji -f -n __fish_use_subcommand -a {command.words} -d {_quoted(command.purpose)}")
        names = " ".join(part.words.rpartition(" ")[2] for part in command.parts)
        for part in command.parts:
            condition = f"__fish_seen_subcommand_from {command.words}; and not __fish_seen_subcommand_from {names}"
            word = part.words.rpartition(" ")[2]
            lines.append(f"complete -c kiji -f -n '{condition}' -a {word} -d {_quoted(part.purpose)}")
    for command in every(list(commands)):
        condition = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.words.split())
        for option in command.options:
            flags = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            value = " -r" if option.takes_value else ""
            lines.append(f"complete -c kiji -n '{condition}' {flags}{value} -d {_quoted(option.help)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    line = " ".join(text.split()).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{line}'"
