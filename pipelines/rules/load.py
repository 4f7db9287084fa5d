"""Load the tables of rules, with an operator's own rules merged over them.

Each table is a TOML file of this package. An operator's folder may hold files of the same names. A list in it adds its
new entries after the packaged ones, a table is merged key by key, and any other value replaces the packaged one.
:func:`set_overlay` names that folder, in each process, before the first page is read.
"""

import functools
import hashlib
import importlib.resources
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")

OPEN_TABLES = frozenset(
    {
        *("date_words.zones", "date_words.zone_names", "date_words.eras", "boilerplate_elements.classes"),
        *("time_zones.countries", "time_zones.languages"),
        *("story_names.countries", "story_names.pairs", "story_names.institutions", "story_names.people"),
        *("story_names.places", "story_topics.topics", "entity_lists.places", "entity_lists.organisations"),
    }
)
"""Tables in which an operator may have keys that the packaged ones do not: a further zone, person, topic."""

_KINDS: Mapping[type, str] = {dict: "a table", list: "a list", str: "text", int: "a whole number", float: "a number"}

_overlay: Path | None = None
_caches: "list[functools._lru_cache_wrapper[Any]]" = []


def rule_cache(size: int | None = None) -> "Callable[[Callable[..., _T]], functools._lru_cache_wrapper[_T]]":
    """Cache a function of the rules until :func:`set_overlay` changes them.

    ``size`` is the number of results to keep at most; None keeps all.
    """

    def cached(function: Callable[..., _T]) -> "functools._lru_cache_wrapper[_T]":
        cache = functools.lru_cache(size)(function)
        _caches.append(cache)
        return cache

    return cached


def set_overlay(folder: Path | None) -> None:
    """Merge the rules of ``folder`` over the packaged ones from now on.

    None is for the packaged rules alone. Clears every :func:`rule_cache`, so a process that was forked with compiled
    rules compiles them again.
    """
    global _overlay
    if folder == _overlay:
        return
    _overlay = folder
    for cache in _caches:
        cache.cache_clear()


@rule_cache()
def load_rules(name: str) -> Mapping[str, Any]:
    """Return the table ``name`` (the file's name without ``.toml``).

    Callers must not change it. Raises :class:`FileNotFoundError` where no such table is packaged, and
    :class:`tomllib.TOMLDecodeError` or :class:`UnicodeDecodeError` where a file is no TOML.
    """
    table = tomllib.loads(read_rule_file(f"{name}.toml"))
    own = _overlay / f"{name}.toml" if _overlay else None
    if own is not None and own.is_file():
        table = _merge(table, tomllib.loads(own.read_text(encoding="utf-8")))
    return table


def overlay_digest() -> str:
    """Give 8 hexadecimal digits for what the operator's folder holds; "" where there is none."""
    files = sorted(_overlay.glob("*.toml")) if _overlay else []
    content = b"".join(file.name.encode() + b"\0" + file.read_bytes() for file in files)
    return hashlib.sha256(content).hexdigest()[:8] if files else ""


def overlay_problems(folder: Path) -> list[str]:
    """Check an operator's folder of rules; give one line for each mistake, with its file and key.

    Every file is to have a packaged table's name, every key a packaged key's name and kind of value. Hidden files and
    README.md are left alone.
    """
    if not folder.is_dir():
        return [f"{folder}: no such folder"]
    tables = {path.name for path in importlib.resources.files(__package__).iterdir() if path.name.endswith(".toml")}
    problems = []
    for file in sorted(folder.iterdir()):
        if file.name in tables:
            problems += _file_problems(file)
        elif not file.name.startswith(".") and file.name != "README.md":
            problems.append(f"{file}: no table of rules has this name; allowed: {', '.join(sorted(tables))}")
    return problems


def _file_problems(file: Path) -> list[str]:
    try:
        own = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return [f"{file}: cannot be read as TOML: {error}"]
    packaged = tomllib.loads(read_rule_file(file.name))
    return [f"{file}: {problem}" for problem in _problems(file.stem, packaged, own)]


def _problems(key: str, packaged: Any, own: Any) -> Iterator[str]:
    if type(packaged) is not type(own):
        yield f"{key}: {_KINDS.get(type(packaged), type(packaged).__name__)} is expected"
    elif isinstance(own, dict):
        sample = next(iter(packaged.values()), None) if key in OPEN_TABLES else None
        for name, value in own.items():
            if name in packaged or sample is not None:
                yield from _problems(f"{key}.{name}", packaged.get(name, sample), value)
            else:
                yield f"{key}.{name}: unknown key; allowed here: {', '.join(packaged)}"
    elif isinstance(own, list):
        for number, entry in enumerate(own, 1):
            if packaged:
                yield from _problems(f"{key}[{number}]", packaged[0], entry)
            if key.endswith(".patterns"):
                yield from _pattern_problems(f"{key}[{number}]", entry)


def _pattern_problems(key: str, pattern: object) -> Iterator[str]:
    try:
        re.compile(str(pattern))
    except re.error as error:
        yield f"{key}: no regular expression: {error}"


@rule_cache()
def load_words(name: str) -> frozenset[str]:
    """Return the words of the list ``name`` (the file's name without ``.txt``).

    Lines of comment are left out.
    """
    lines = read_rule_file(f"{name}.txt").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def read_rule_file(name: str) -> str:
    """Return the text of a packaged file of rules, by its full name."""
    return importlib.resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _merge(packaged: Any, own: Any) -> Any:
    if isinstance(packaged, dict) and isinstance(own, dict):
        return packaged | {key: _merge(packaged.get(key), value) for key, value in own.items()}
    if isinstance(packaged, list) and isinstance(own, list):
        return [*packaged, *(entry for entry in own if entry not in packaged)]
    return own
