"""Load the tables of rules: the packaged ones, and an operator's own merged over them.

Each table is a TOML file of this package. An operator's folder may hold files of the same names. In it, a list adds
its new entries after the packaged ones, a table is merged key by key, and any other value takes the packaged one's
place. :func:`set_overlay` names that folder, in each process, before the first page is read.
"""

import functools
import importlib.resources
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")

_overlay: Path | None = None
_caches: "list[functools._lru_cache_wrapper[Any]]" = []


def rule_cache(size: int | None = None) -> "Callable[[Callable[..., _T]], functools._lru_cache_wrapper[_T]]":
    """Cache what a function makes of the rules, until :func:`set_overlay` changes them.

    ``size`` is the number of results to keep at most; None keeps all.
    """

    def cached(function: Callable[..., _T]) -> "functools._lru_cache_wrapper[_T]":
        cache = functools.lru_cache(size)(function)
        _caches.append(cache)
        return cache

    return cached


def set_overlay(folder: Path | None) -> None:
    """Read the rules from now on with those of ``folder`` merged over them; None for the packaged ones alone.

    Clears every :func:`rule_cache`, so a process that was forked with compiled rules compiles them again.
    """
    global _overlay
    if folder == _overlay:
        return
    _overlay = folder
    for cache in _caches:
        cache.cache_clear()


@rule_cache()
def load_rules(name: str) -> Mapping[str, Any]:
    """Read the table ``name`` (the file's name without ``.toml``). Callers must not change it.

    Raises :class:`FileNotFoundError` where no such table is packaged, and :class:`tomllib.TOMLDecodeError` or
    :class:`UnicodeDecodeError` where a file cannot be read as TOML.
    """
    table = tomllib.loads(read_rule_file(f"{name}.toml"))
    own = _overlay / f"{name}.toml" if _overlay else None
    if own is not None and own.is_file():
        table = _merge(table, tomllib.loads(own.read_text(encoding="utf-8")))
    return table


@rule_cache()
def load_words(name: str) -> frozenset[str]:
    """Read the word list ``name`` (the file's name without ``.txt``), without its lines of comment."""
    lines = read_rule_file(f"{name}.txt").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def read_rule_file(name: str) -> str:
    """Read the text of a packaged file of rules, by its full name."""
    return importlib.resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _merge(packaged: Any, own: Any) -> Any:
    if isinstance(packaged, dict) and isinstance(own, dict):
        return packaged | {key: _merge(packaged.get(key), value) for key, value in own.items()}
    if isinstance(packaged, list) and isinstance(own, list):
        return [*packaged, *(entry for entry in own if entry not in packaged)]
    return own
