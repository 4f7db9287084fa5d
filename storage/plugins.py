"""Load what installed packages add: entry points of Kiji's groups."""

import sys
from os import listdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    Group = Literal["kiji.exporters", "kiji.commands", "kiji.after_crawl"]


def load_plugins(group: "Group") -> "dict[str, Any]":
    """Load the entry points of a group by name; log those that fail."""
    import importlib.metadata
    import logging

    plugins = {}
    for entry in importlib.metadata.entry_points(group=group):
        try:
            plugins[entry.name] = entry.load()
        except Exception as error:  # noqa: BLE001 - whatever a package raises that is imported
            logging.getLogger(__name__).warning(
                "plugin %s (%s) left out: %s: %s", entry.name, entry.value, type(error).__name__, error
            )
    return plugins


def has_plugins(group: "Group") -> bool:
    """Return whether an installed package may have entry points of a group, without importing anything.

    True also where a place of packages is no folder, such as a zip file: ``importlib.metadata`` knows then.
    """
    for place in dict.fromkeys(sys.path):
        try:
            names = listdir(place or ".")  # noqa: PTH208 - pathlib takes as long as the rest
        except FileNotFoundError:
            continue
        except OSError:
            return True
        if any(
            _declares(f"{place or '.'}/{name}/entry_points.txt", group) for name in names if name.endswith(_METADATA)
        ):
            return True
    return False


_METADATA = (".dist-info", ".egg-info")


def _declares(path: str, group: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib takes as long as the rest
            return f"[{group}]" in file.read()
    except OSError:
        return False
