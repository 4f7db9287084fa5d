"""Give sample queries for a snapshot, in both languages."""

import dataclasses
import functools
import tomllib
from pathlib import Path

from storage.queries import sample_queries


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """A question in both languages with its SQL."""

    en: str
    ja: str
    sql: str
    about: str = ""


@functools.cache
def samples() -> list[Sample]:
    """List our own queries first, then those of ``docs/analysts.md``."""
    loaded = tomllib.loads(Path(__file__).with_name("sample_queries.toml").read_text(encoding="utf-8"))
    own = [Sample(**entry) for entry in loaded["query"]]
    titles: dict[str, str] = loaded["titles"]
    return own + [Sample(each.title, titles.get(each.name, ""), each.sql, each.about) for each in sample_queries()]
