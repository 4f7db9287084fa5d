"""Write the keys of the config, for ``kiji init`` and for the documentation.

``python -m crawler.config.reference docs/configuration.md`` renews the table there: ``make dictionary`` calls it.
"""

import sys
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from crawler.config.crawl_table import OWN
from crawler.config.keys import Key, keys_of
from crawler.config.models import Config
from storage.distribution import kiji_version

BEGIN, END = "<!-- Made from crawler/config/models.py by `make dictionary`. -->", "<!-- The end of what is made. -->"

_COMMENT, _WIDTH = 34, 115
"""The columns in which comments begin and end."""

_HEAD = """\
# The config of Kiji. Relative paths start at the folder that kiji runs in. Lines that begin with "#" are comments.
# They show the defaults, or an example if there is no default. docs/configuration.md says more.
"""


def config_template(values: Mapping[tuple[str, str], str]) -> str:
    """Write a config with comments for all keys.

    ``values`` has given ones as TOML, by table and key.
    """
    lines = [_HEAD]
    for table in keys_of(Config).values():
        is_given = any(name == table.name for name, _ in values)
        lines += _commented(_header(table) if is_given else f"# {_header(table)}", table.description)
        for key in _keys(table):
            value = values.get((table.name, key.name))
            line = f"# {key.name} = {key.example}" if value is None else f"{key.name} = {value}"
            lines += _commented(line, key.description)
        lines.append("")
    return "\n".join(lines)


def _keys(table: Key) -> Iterable[Key]:
    """Return the keys of a table; none if their names are free."""
    return keys_of(table.table).values() if table.table else ()


def _header(table: Key) -> str:
    return f"[[{table.name}]]" if table.is_list else f"[{table.name}]"


def _commented(line: str, comment: str) -> list[str]:
    """Add a comment beside the line, or below it if the line is long."""
    comments = textwrap.wrap(comment, _WIDTH - _COMMENT) or [""]
    lines = [line, *["#"] * len(comments)] if len(line) >= _COMMENT else [line, *["#"] * (len(comments) - 1)]
    comments = ["", *comments] if len(line) >= _COMMENT else comments
    return [f"{left:<{_COMMENT}}# {right}" if right else left for left, right in zip(lines, comments, strict=True)]


def as_markdown() -> str:
    """Write the table of all keys for ``docs/configuration.md``."""
    lines = [BEGIN, "", "| key | default | what it is | allowed |", "|---|---|---|---|"]
    for table in keys_of(Config).values():
        header = _header(table)
        lines += [_row(f"{header} {key.name}", key) for key in _keys(table)] or [_row(header, table)]
    return "\n".join([*lines, "", END])


def _row(name: str, key: Key) -> str:
    default = f"`{key.default.replace(kiji_version(), 'VERSION')}`" if key.default else ""
    cells = (
        f"`{name}`",
        "`[crawl]`'s" if key.description == OWN else default,
        key.description,
        key.allowed,
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


if __name__ == "__main__":
    document = Path(sys.argv[1])
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    document.write_text(before + as_markdown() + rest.partition(END)[2], encoding="utf-8")
