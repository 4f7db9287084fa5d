"""Edit the operator's config; comments, order and layout are kept."""

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from crawler.config.errors import ConfigError
from crawler.config.load import config_of
from crawler.config.reference import config_template
from crawler.user_agent import PRODUCT

_CRLF = re.compile("\r?\n")


def new_config(database: str, contact: str) -> str:
    """Write a config with comments and no source.

    ``contact`` is an address that says where to complain.
    """
    agent = f"{PRODUCT}/1.0 (+{contact})" if contact else f"{PRODUCT}/1.0 (+mailto:you@example.com)"
    return config_template({("database", "url"): _quoted(database), ("crawl", "user_agent"): _quoted(agent)})


def add_source(path: Path, values: Mapping[str, Any]) -> None:
    """Append a ``[[source]]``.

    Raises ConfigError if the file would not be a valid config.
    """
    add_sources(path, [values])


def add_sources(path: Path, sources: Sequence[Mapping[str, Any]]) -> None:
    """Append several, or none of them.

    Raises ConfigError if the file would not be a valid config.
    """
    document = _read(path)
    present = document.get("source")
    if present is None:
        document.append("source", tomlkit.aot())
        present = document["source"]
    if not isinstance(present, AoT):
        raise ConfigError([f"{path}: source: [[source]] tables are expected; this one cannot be added to"])
    for values in sources:
        table = tomlkit.table()
        for name, value in values.items():
            table.add(name, list(value) if isinstance(value, tuple) else value)
        present.append(table)
    _write(path, document)


def set_enabled(path: Path, name: str, *, enabled: bool) -> None:
    """Enable or disable a source. Raises ConfigError if there is none of that name."""
    document = _read(path)
    for table in document.get("source", []):
        if isinstance(table, Table) and table.get("name") == name:
            if enabled:
                table.pop("enabled", None)
            else:
                table["enabled"] = False
            _write(path, document)
            return
    raise ConfigError([f"{path}: no source is named {name!r}"])


def _read(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror or error}; kiji init makes one"]) from None
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: not valid TOML: {error}"]) from None


def _write(path: Path, document: tomlkit.TOMLDocument) -> None:
    """Replace the file after checking its new content; links, owner, mode and line ends are kept."""
    text = _CRLF.sub("\r\n", tomlkit.dumps(document)) if _has_crlf(path) else tomlkit.dumps(document)
    config_of(text, str(path))
    target = path.resolve()
    part = target.with_name(f"{target.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        present = target.stat()
        part.chmod(present.st_mode & 0o777)  # it may hold passwords
        if os.geteuid() == 0:  # others cannot give a file away
            os.chown(part, present.st_uid, present.st_gid)
        os.replace(part, target)  # noqa: PTH105 - what Path.replace calls
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise ConfigError([f"{path}: cannot be written: {error.strerror or error}"]) from None


def _has_crlf(path: Path) -> bool:
    return b"\r\n" in path.read_bytes()


def _quoted(value: str) -> str:
    return tomlkit.string(value).as_string()
