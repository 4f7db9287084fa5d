"""Reload a config file when it changes, for processes that live long."""

from pathlib import Path

from crawler.config.load import load_config
from crawler.config.models import Config


class ConfigFile:
    """A config file that is parsed again only when it has changed.

    Any thread may read it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._read: tuple[object, Config] | None = None

    def config(self) -> Config:
        """Return the current config. Raises ConfigError like :func:`load_config`."""
        stamp = self._stamp()
        known = self._read
        if known is not None and known[0] == stamp:
            return known[1]
        config = load_config(self._path)
        self._read = stamp, config
        return config

    def _stamp(self) -> object:
        if self._path is None:
            return None
        try:
            stat = self._path.stat()
        except (OSError, ValueError):  # loading reports it in full
            return object()
        return stat.st_mtime_ns, stat.st_size, stat.st_ino
