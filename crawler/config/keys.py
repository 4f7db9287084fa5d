"""Describe the keys of the config, as its models declare them.

A key is declared once, in ``crawler.config.models``: ``Field(description=…)`` says what it is, its type what it allows.
Error messages, the config that ``kiji init`` writes and the table in ``docs/configuration.md`` are made from that.
"""

import dataclasses
import datetime
import functools
import itertools
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TypeGuard, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from crawler.config.quantities import format_duration


@dataclasses.dataclass(frozen=True, slots=True)
class Allowed:
    """Metadata of a type: the allowed values, in words for the operator."""

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """A key of a table of the file.

    If it has a ``table``, it is the name of one or several tables.

    ``default`` and ``example`` are TOML; ``default`` is "" where there is none.
    ``is_secret``: its values may hold a password, and are not repeated in messages.
    """

    name: str
    description: str
    allowed: str
    default: str
    example: str
    is_required: bool
    is_secret: bool
    table: type[BaseModel] | None
    is_list: bool


@functools.cache
def keys_of(model: type[BaseModel]) -> Mapping[str, Key]:
    """Return the keys of a table by name, in order."""
    keys = (_key(field.alias or name, field) for name, field in model.model_fields.items())
    return {key.name: key for key in keys}


def _key(name: str, field: FieldInfo) -> Key:
    table = next((each for each in _types(field.annotation) if _is_table(each)), None)
    default = "" if table else toml_value(field.get_default(call_default_factory=True))
    return Key(
        name=name,
        description=field.description or "",
        allowed=_allowed(name, field),
        default=default,
        example=toml_value(field.examples[0]) if field.examples else default,
        is_required=field.is_required(),
        is_secret=not field.repr or (table is not None and any(key.is_secret for key in keys_of(table).values())),
        table=table,
        is_list=get_origin(field.annotation) is tuple,
    )


def _is_table(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _types(annotation: object) -> Iterator[object]:
    """Yield a type and its parts, outer types first, and metadata before its type."""
    yield annotation
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        parts = (*parts[1:], parts[0])
    yield from itertools.chain.from_iterable(map(_types, parts))


def _allowed(name: str, field: FieldInfo) -> str:
    for each in itertools.chain(field.metadata, _types(field.annotation)):
        if isinstance(each, Allowed):
            return each.text
        if each is bool:
            return "true or false"
        if get_origin(each) is Literal:
            *values, last = (toml_value(value) for value in get_args(each))
            return f"{', '.join(values)} or {last}"
        if _is_table(each):
            is_list = get_origin(field.annotation) is tuple
            return f"tables, one for each {name}: [[{name}]]" if is_list else f"a table: [{name}]"
    return ""


def toml_value(value: object) -> str:
    """Format a default or an example as TOML; "" for no value."""
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, datetime.timedelta):
        return toml_value(format_duration(value))
    if value == {}:
        return "{}"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {toml_value(each)}' for name, each in value.items())} }}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml_value, value))}]"
    import tomlkit  # of use where a config is written, or wrong

    return tomlkit.item(value).as_string()
