"""Define the scope of a source: its addresses, depth and budget."""

import dataclasses
import json
from collections.abc import Callable
from typing import Literal

from storage.schedule import PollSchedule
from storage.text_rules import Place
from storage.wanted import blocked_word, matches_any

Follow = Literal["related", "site", "none"]


_USUAL = PollSchedule()


def _never(url: str) -> bool:  # noqa: ARG001 - the signature of ``is_trap``
    return False


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """What one source covers, how deep and how much.

    ``hosts`` and ``domains`` (registered domains, those learnt from its feeds and sitemaps included) are what
    belongs to the source; a host covers its subdomains where it is a name without port. ``entry_depth`` is the
    depth of what a start page lists: 0, but 1 for an address crawled ad hoc. ``max_pages`` is a run's budget.
    ``is_trap`` tells addresses that a site makes without end. ``include`` and ``exclude`` are patterns of addresses,
    ``block`` and ``keep`` words of titles (:mod:`storage.wanted`).
    """

    name: str
    starts: tuple[Place, ...]
    hosts: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    follow: Follow = "related"
    depth: int = 3
    max_pages: int = 2000
    entry_depth: int = 0
    rhythm: PollSchedule = _USUAL
    is_trap: Callable[[str], bool] = _never
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    def covers(self, place: Place, *, is_listing: bool = False) -> bool:
        """Tell whether an address belongs to the source, is wanted, and is no crawler trap."""
        return self.reaches(place) and self.wants(place.url, is_listing=is_listing) and not self.is_trap(place.url)

    def wants(self, url: str, *, is_listing: bool = False) -> bool:
        """Tell whether the patterns let an address pass; ``include`` is not for listings."""
        if self.exclude and matches_any(url, self.exclude):
            return False
        return is_listing or not self.include or matches_any(url, self.include)

    def why_unwanted(self, title: str) -> str:
        """Say why an article of this title is not wanted, "" where it is."""
        if self.block and (word := blocked_word(title, self.block)):
            return f'the title has "{word}", which block names'
        if self.keep and not blocked_word(title, self.keep):
            return "the title has no word that keep names"
        return ""

    def reaches(self, place: Place) -> bool:
        """Tell whether an address belongs to the source."""
        if place.domain in self.domains or place.host in self.hosts:
            return True
        return any(place.host.endswith("." + host) for host in self.hosts)

    def with_domain(self, domain: str) -> "Scope":
        """Add a registered domain to the scope."""
        return dataclasses.replace(self, domains=self.domains | {domain})

    def fingerprint(self) -> str:
        """Write what decides which links are followed.

        When it changes, stored edges are claimed anew.
        """
        wanted = [self.include, self.exclude, self.block]
        rules = [self.follow, self.depth, sorted(self.hosts), sorted(self.domains), *(wanted if any(wanted) else [])]
        return json.dumps(rules)
