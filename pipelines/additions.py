"""Hold an operator's additions to the reading of pages: own rules, and extractors for single sites.

The command's process puts them in force when it has read the config. The pool hands them to its workers.
"""

import dataclasses
import functools
import hashlib
import importlib
import inspect
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


_in_force = Additions()


def put_additions_in_force(additions: Additions) -> None:
    """Let them hold for all that this process reads from now on."""
    global _in_force
    _in_force = additions
    set_overlay(additions.rules)


def additions_in_force() -> Additions:
    """Give what holds in this process."""
    return _in_force


def extractor_at(url: str) -> str:
    """Name the extractor of an address's host, "" where there is none."""
    if not _in_force.extractors:
        return ""
    labels = (urlsplit(url).hostname or "").split(".")
    hosts = (".".join(labels[first:]) for first in range(len(labels)))
    return next((_in_force.extractors[host] for host in hosts if host in _in_force.extractors), "")


@functools.cache
def load_extractor(name: str) -> tuple[SiteExtractor, str]:
    """Import ``module:function``; give it with its version: the module's ``__version__``, else its source's digest.

    Raises whatever importing it raises, and TypeError where it cannot be called.
    """
    function = pkgutil.resolve_name(name)
    if not callable(function):
        raise TypeError(f"{name} cannot be called")
    module = importlib.import_module(name.partition(":")[0])
    source = inspect.getsource(module).encode()
    return function, str(getattr(module, "__version__", "") or hashlib.sha256(source).hexdigest()[:8])
