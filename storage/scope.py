"""Define the scope of a source: its addresses, depth and budget."""

import dataclasses
import json
from collections.abc import Callable
from typing import Literal

from storage.schedule import PollSchedule
from storage.text_rules import Place

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
    ``is_trap`` tells addresses that a site makes without end.
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

    def covers(self, place: Place) -> bool:
        """Tell whether an address belongs to the source and is no crawler trap."""
        return self._reaches(place) and not self.is_trap(place.url)

    def _reaches(self, place: Place) -> bool:
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
        return json.dumps([self.follow, self.depth, sorted(self.hosts), sorted(self.domains)])
