"""Queries to begin with; they are data beside this file."""

import dataclasses
import functools
import tomllib
from pathlib import Path


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """A question in both languages, and the SQL that answers it from a snapshot."""

    en: str
    ja: str
    sql: str


@functools.cache
def samples() -> list[Sample]:
    """Give them in the order of the file."""
    loaded = tomllib.loads(Path(__file__).with_name("queries.toml").read_text(encoding="utf-8"))
    return [Sample(**entry) for entry in loaded["query"]]
