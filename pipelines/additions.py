"""Hold an operator's choices for the reading of pages.

These are own rules, extractors and rules for single sites, and which lists are stored.
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
from storage.reading import STORED_LISTS, Reading, StorableList

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SiteExtractor = Callable[[RawPage, "HtmlElement", Reading], Reading]
"""Takes the page, its whole tree and the general reading; gives the reading that is stored."""


@dataclasses.dataclass(frozen=True, slots=True)
class SiteRules:
    """What the operator says about the pages of one source; "" and () where nothing is said.

    ``timezone`` is an IANA name, ``language`` an ISO 639-1 code. The others are CSS selectors or XPaths.
    """

    source: str
    timezone: str = ""
    language: str = ""
    select: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    title: str = ""
    date: str = ""
    author: str = ""
    next_page: str = ""

    @property
    def version(self) -> str:
        """Return the rules as text: it changes when one of them does."""
        return repr(dataclasses.astuple(self)[1:])


@dataclasses.dataclass(frozen=True, slots=True)
class Additions:
    """``rules`` is a folder of tables; ``extractors`` are functions (``module:function``) by the hosts they read.

    ``sites`` are rules by the name of their source, None for a source without any; ``site_hosts`` are names of sources
    by host. A host speaks for its subdomains, too. ``stored_lists`` are the kinds of link lists
    that are stored of articles. ``stories`` is false if no article is prepared for grouping.
    """

    rules: Path | None = None
    extractors: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sites: Mapping[str, SiteRules | None] = dataclasses.field(default_factory=dict)
    site_hosts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    stored_lists: tuple[StorableList, ...] = STORED_LISTS
    stories: bool = True


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
    return _at_host(_current.extractors, url)


def site_rules_of(raw: RawPage) -> SiteRules | None:
    """Return the rules of a page's source; without a configured one, those of its host; None where there are none."""
    if not _current.sites:
        return None
    if raw.source in _current.sites:
        return _current.sites[raw.source]
    return _current.sites.get(_at_host(_current.site_hosts, raw.final_url))


def _at_host(names: Mapping[str, str], url: str) -> str:
    if not names:
        return ""
    labels = (urlsplit(url).hostname or "").split(".")
    hosts = (".".join(labels[first:]) for first in range(len(labels)))
    return next((names[host] for host in hosts if host in names), "")


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
