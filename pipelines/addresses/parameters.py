"""Apply the operator's rules for query parameters of single sites.

A tracker elsewhere may be a site's only name for an article, and a session id may have any name. A worker process sets
the rules of its pool once; other callers pass them as an argument.
"""

import contextlib
import contextvars
import dataclasses
import functools
from collections.abc import Iterable, Iterator

_REMEMBERED = 10_000  # hosts


@dataclasses.dataclass(frozen=True, slots=True)
class SiteParameters:
    """The rules for some hosts and their subdomains (lower case, no ports).

    ``keep`` and ``drop`` are names of parameters in lower case; one that ends in ``*`` is every name that begins so.
    """

    hosts: frozenset[str]
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class ParameterRules:
    """The rules of all sites together.

    The rules of several sites for one host add up, and ``keep`` beats ``drop``.
    """

    def __init__(self, sites: Iterable[SiteParameters]) -> None:
        self._by_host: dict[str, list[SiteParameters]] = {}
        for site in sites:
            for host in site.hosts:
                self._by_host.setdefault(host, []).append(site)

    def drops(self, name: str, host: str) -> bool | None:
        """Tell whether a parameter is dropped at ``host``; None where no rule says so.

        ``name`` is decoded, in any case.
        """
        sites = _at(self, host)
        if not sites:
            return None
        name = name.lower()
        if any(_matches(name, pattern) for site in sites for pattern in site.keep):
            return False
        return True if any(_matches(name, pattern) for site in sites for pattern in site.drop) else None

    def at(self, host: str) -> tuple[SiteParameters, ...]:
        """Return the sites that a host belongs to."""
        labels = host.split(".")
        suffixes = (".".join(labels[first:]) for first in range(len(labels)))
        return tuple(site for suffix in suffixes for site in self._by_host.get(suffix, ()))


@functools.lru_cache(_REMEMBERED)
def _at(rules: ParameterRules, host: str) -> tuple[SiteParameters, ...]:
    return rules.at(host)


def _matches(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


_CURRENT_RULES: contextvars.ContextVar[ParameterRules | None] = contextvars.ContextVar("parameter_rules", default=None)


def current_rules() -> ParameterRules | None:
    """Return the rules set for this thread, or None."""
    return _CURRENT_RULES.get()


def set_current_rules(rules: ParameterRules | None) -> None:
    """Set the rules for all addresses that this thread reads from now on."""
    _CURRENT_RULES.set(rules)


@contextlib.contextmanager
def temporary_rules(rules: ParameterRules | None) -> Iterator[None]:
    """Set the rules within a block."""
    token = _CURRENT_RULES.set(rules)
    try:
        yield
    finally:
        _CURRENT_RULES.reset(token)
