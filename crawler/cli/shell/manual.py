"""Write the manual page of the command, in roff's man macros (groff_man(7))."""

from collections.abc import Iterable, Sequence

from crawler.cli.commands import EXAMPLES, SUMMARY
from crawler.cli.shell.command_tree import Command, Option, every

ENVIRONMENT = {
    "KIJI_CONFIG": "The config file.",
    "KIJI_DB": "The database, as an SQLAlchemy URL.",
    "KIJI_DB_FILE": "A file that holds the database's URL.",
}
EXITS = {
    "0": "Done, and every source gave what it should.",
    "1": "Done, but at least one source failed or gave nothing.",
    "2": "Wrong usage or config, or no database: nothing was fetched.",
    "3": "Another crawl holds the database.",
    "130, 143": "Stopped by a signal; what was fetched is stored.",
}


def manual_page(commands: Sequence[Command], version: str) -> str:
    """Write the page."""
    lines = [
        f'.TH KIJI 1 "" "kiji {version}" "User Commands"',
        ".SH NAME",
        "kiji \\- crawl news in Japanese and English",
        ".SH SYNOPSIS",
        ".B kiji",
        ".I COMMAND",
        "[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]",
        ".SH DESCRIPTION",
        _escaped(SUMMARY),
        ".SH COMMANDS",
    ]
    for command in every(list(commands)):
        lines.append(f'.SS "{_escaped(f"kiji {command.words} {command.arguments}".strip())}"')
        lines += [line for paragraph in command.help.split("\n\n") for line in _paragraph(paragraph)]
        lines += [line for option in command.options[:-1] for line in _option(option)]
    lines += [".SH ENVIRONMENT", *_terms(ENVIRONMENT.items()), ".SH EXIT STATUS", *_terms(EXITS.items())]
    lines += [".SH EXAMPLES", *(line for example in EXAMPLES for line in (".PP", ".EX", _escaped(example), ".EE"))]
    return "\n".join(lines) + "\n"


def _paragraph(text: str) -> list[str]:
    text = text.strip("\n")
    if text.startswith("\b"):  # lines that are kept as they are
        return [".PP", ".EX", *map(_escaped, text.strip("\b\n").splitlines()), ".EE"]
    return [".PP", _escaped(" ".join(text.split()))] if text.strip() else []


def _option(option: Option) -> list[str]:
    names = ", ".join(f"\\fB{_escaped(name)}\\fR" for name in option.names)
    return [".TP", names + (" \\fIVALUE\\fR" if option.takes_value else ""), _escaped(" ".join(option.help.split()))]


def _terms(terms: Iterable[tuple[str, str]]) -> list[str]:
    return [line for name, text in terms for line in (".TP", f"\\fB{name}\\fR", _escaped(text))]


def _escaped(text: str) -> str:
    """Return text in which roff finds no request, escape or hyphen of its own."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    text = "".join(each if each.isascii() else f"\\[u{ord(each):04X}]" for each in text)
    return f"\\&{text}" if text[:1] in (".", "'") else text
