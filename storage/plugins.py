"""Load what installed packages add: entry points of Kiji's groups."""

import importlib.metadata
import logging
from typing import Any, Literal

logger = logging.getLogger(__name__)

Group = Literal["kiji.exporters", "kiji.commands", "kiji.after_crawl"]


def load_plugins(group: Group) -> dict[str, Any]:
    """Load the entry points of a group by name; log those that fail."""
    plugins = {}
    for entry in importlib.metadata.entry_points(group=group):
        try:
            plugins[entry.name] = entry.load()
        except Exception as error:  # noqa: BLE001 - whatever a package raises that is imported
            logger.warning("plugin %s (%s) left out: %s: %s", entry.name, entry.value, type(error).__name__, error)
    return plugins
