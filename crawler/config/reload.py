"""A config's file as a process that lives long reads it."""

from pathlib import Path

from crawler.config.load import load_config
from crawler.config.models import Config


class ConfigFile:
    """A config's file, of which the config is made anew only when it has changed: with many sources that takes long.

    Any thread may read it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._read: tuple[object, Config] | None = None

    def config(self) -> Config:
        """The config as the file has it now. Raises ConfigError as :func:`load_config` does."""
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
            found = self._path.stat()
        except (OSError, ValueError):  # which loading it tells in full
            return object()
        return found.st_mtime_ns, found.st_size, found.st_ino
