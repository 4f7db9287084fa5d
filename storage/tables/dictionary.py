"""Read the data dictionary: what every view, table and column holds.

``docs/data-dictionary.md`` is made from it (``make dictionary``), and the column descriptions that Parquet files and
the analysts' pages carry come from here.
"""

import dataclasses
import functools
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from storage.article_fields import FIELDS

SOURCE = Path(__file__).with_name("dictionary.toml")

_HEAD = """# Data dictionary

<!-- Made from storage/tables/dictionary.toml by `make dictionary`: change it there. -->

Analysts read the **views** (plural names). The **tables** (singular names) belong to the crawler and may change with
any version. Both are the same on SQLite and PostgreSQL. Times are UTC: text such as `2025-10-26T01:30:00Z` on SQLite,
`timestamptz` on PostgreSQL. Languages are `ja`, `en`, another ISO 639-1 code, or `und` if the words do not decide it.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Relation:
    """A view or table with the descriptions of its columns, in Markdown.

    ``same_as`` names the view whose columns it shares, "" where it has its own.
    """

    name: str
    kind: Literal["view", "table"]
    about: str
    columns: Mapping[str, str]
    same_as: str = ""


@functools.cache
def relations() -> Mapping[str, Relation]:
    """Read every view and table by name, views first."""
    content = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    views, tables = content["view"], content["table"]
    tables["article"]["columns"] |= dict.fromkeys(FIELDS, "as in `articles`")
    described = [_relation("view", name, entry, views) for name, entry in views.items()]
    described += [_relation("table", name, entry, tables) for name, entry in tables.items()]
    return {relation.name: relation for relation in described}


def _relation(
    kind: Literal["view", "table"], name: str, entry: Mapping[str, Any], others: Mapping[str, Any]
) -> Relation:
    same_as = entry.get("same_as", "")
    columns = others[same_as]["columns"] if same_as else entry["columns"]
    return Relation(name, kind, entry["about"], columns, same_as)


def as_markdown() -> str:
    """Write the data dictionary as ``docs/data-dictionary.md`` holds it."""
    parts = [_HEAD]
    for kind, heading in (("view", "# Views"), ("table", "# Tables")):
        parts.append(f"{heading}\n")
        parts += [_section(relation) for relation in relations().values() if relation.kind == kind]
    return "\n".join(parts)


def _section(relation: Relation) -> str:
    lines = [f"## {relation.name}", "", relation.about, ""]
    if relation.same_as:
        lines += [f"The columns are those of `{relation.same_as}`.", ""]
        return "\n".join(lines)
    lines += ["| column | what it is |", "|---|---|"]
    lines += [f"| `{column}` | {description} |" for column, description in relation.columns.items()]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(as_markdown(), encoding="utf-8")
