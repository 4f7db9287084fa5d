"""Describe each mistake in a config in one line.

A line names the file, the key, the given value and the allowed ones.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from crawler.config.keys import Key, keys_of
from crawler.sanitize import escape_line
from storage.credentials import remove_credentials

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")
_SHOWN = 80


class ConfigError(Exception):
    """The config cannot be used.

    ``problems`` has one line for each mistake; ``str()`` joins them.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def shown(value: object) -> str:
    """Format a value for a message: one escaped, short line without passwords."""
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if not isinstance(value, str) else value
    text = remove_credentials(text[:10_000])
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    text = escape_line(text)
    return f'"{text}"' if isinstance(value, str) else text


def problems_of(error: ValidationError, data: Mapping[str, object], file: str, config: type[BaseModel]) -> list[str]:
    """Describe each mistake that pydantic reports, in one line.

    ``config`` is the file's model.
    """
    details = error.errors(include_url=False)
    inner = {detail["loc"][:-1] for detail in details}  # a list whose items are wrong is also reported as too short
    return [
        f"{file}: {_line(detail, data, config)}"
        for detail in details
        if not (detail["type"] == "too_short" and detail["loc"] in inner)
    ]


def _line(detail: ErrorDetails, data: Mapping[str, object], config: type[BaseModel]) -> str:
    table, key = _table_and_key(detail["loc"], config)
    where = _where(detail["loc"], data)
    if key is None:
        return _unknown(where, str(detail["loc"][-1]), keys_of(table))
    if detail["type"] == "missing":
        return f"{where}: missing; it must be given: {key.allowed}"
    given = "this value" if key.is_secret else shown(detail["input"])
    why = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else ""
    return f"{where}: {given} is not allowed{f' ({why})' if why else ''}; allowed: {key.allowed}"


def _unknown(where: str, key: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(key.lower(), known, n=1)
    hint = f'did you mean "{near[0]}"? ' if near else ""
    return f"{where}: unknown key; {hint}allowed here: {', '.join(known)}"


def _table_and_key(location: Sequence[int | str], table: type[BaseModel]) -> tuple[type[BaseModel], Key | None]:
    """Follow a location such as ("source", 1, "start", 0) to the table and its key, None if unknown."""
    key = None
    for name in (part for part in location if isinstance(part, str)):
        if key is not None and key.table is not None:
            table = key.table
        elif key is not None:
            break
        key = keys_of(table).get(name)
    return table, key


def _where(location: tuple[int | str, ...], data: Mapping[str, object]) -> str:
    """Format a key's place for the operator, counted from 1: ``source[2] "mirai".depth``."""
    text = ""
    for position, part in enumerate(location):
        if isinstance(part, int):
            text += f"[{part + 1}]"
            if position == 1 and location[0] == "source":
                text += _name_of_source(data, part)
        else:
            text += ("." if text else "") + (part if _BARE_KEY.match(part) else shown(part))
    return text


def _name_of_source(data: Mapping[str, object], index: int) -> str:
    sources = data.get("source")
    source = sources[index] if isinstance(sources, list) and index < len(sources) else None
    name = source.get("name") if isinstance(source, dict) else None
    return f" {shown(name)}" if isinstance(name, str) else ""
