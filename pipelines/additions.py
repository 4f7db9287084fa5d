"""Hold an operator's additions to the reading of pages: own rules, and extractors for single sites.

The command's process sets them when it has read the config. The pool hands them to its workers.
"""

import dataclasses
import functools
import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.raw_page import RawPage
from pipelines.rules.load import set_overlay
from storage.reading import Reading

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SiteExtractor = Callable[[RawPage, "HtmlElement", Reading], Reading]
"""Takes the page, its whole tree and the general reading; gives the reading that is stored."""


@dataclasses.dataclass(frozen=True, slots=True)
class Additions:
    """``rules`` is a folder of tables; ``extractors`` are functions (``module:function``) by the hosts they read.

    A host speaks for its subdomains, too.
    """

    rules: Path | None = None
    extractors: Mapping[str, str] = dataclasses.field(default_factory=dict)


_current = Additions()


def set_additions(additions: Additions) -> None:
    """Read with these from now on, in this process and in the workers that it starts."""
    global _current
    _current = additions
    set_overlay(additions.rules)


def current_additions() -> Additions:
    """Give those of this process."""
    return _current


def extractor_at(url: str) -> str:
    """Name the extractor of an address's host, "" where there is none."""
    if not _current.extractors:
        return ""
    labels = (urlsplit(url).hostname or "").split(".")
    hosts = (".".join(labels[first:]) for first in range(len(labels)))
    return next((_current.extractors[host] for host in hosts if host in _current.extractors), "")


@functools.cache
def load_extractor(name: str) -> tuple[SiteExtractor, str]:
    """Import ``module:function``; give it with its version: the module's ``__version__``, else its source's digest.

    Raises whatever importing it raises, and TypeError where it cannot be called.
    """
    function = pkgutil.resolve_name(name)
    if not callable(function):
        raise TypeError(f"{name} cannot be called")
    module = importlib.import_module(name.partition(":")[0])
    version = getattr(module, "__version__", "")
    return function, str(version or hashlib.sha256(Path(module.__file__ or "").read_bytes()).hexdigest()[:8])
