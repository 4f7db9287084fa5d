"""Compute each host's delay, the largest of its sources and robots.txt."""

from collections.abc import Mapping

from scrapy import Request

from crawler.hosts import slot_of
from crawler.middlewares.exceptions import RobotsRefused

JITTER = 0.25
"""Jitter adds up to this share to the delay, and never takes from it."""

MAX_CRAWL_DELAY = 300.0
"""Seconds. A host that asks for a longer Crawl-delay is not crawled, rather than crawled faster than it asks."""


class HostDelays:
    """The delays of hosts, in seconds, by slot (``crawler.hosts``).

    Sources ask by ``request.meta["delay"]``, robots.txt by ``request.meta["crawl_delay"]``. ``known`` delays come from
    the config, and ``default`` is that of a host without one.
    """

    def __init__(self, default: float, known: Mapping[str, float] | None = None) -> None:
        self._default = default
        self._own: dict[str, float] = dict(known or {})
        self._theirs: dict[str, float] = {}

    def take_request(self, request: Request) -> tuple[str, float]:
        """Put a request into its host's slot, and return the slot with its delay.

        Raises :class:`RobotsRefused` for an endless Crawl-delay.
        """
        # A redirected or repeated request still has the slot of the first one.
        slot: str = slot_of(request.url)
        request.meta["download_slot"] = slot
        own, theirs = request.meta.get("delay"), request.meta.get("crawl_delay") or 0.0
        if theirs > MAX_CRAWL_DELAY:
            raise RobotsRefused(
                f"robots.txt asks for {theirs:g} s between requests; above {MAX_CRAWL_DELAY:g} s the host is left alone"
            )
        if own is not None:
            self._own[slot] = max(own, self._own.get(slot, 0.0))
        self._theirs[slot] = max(theirs, self._theirs.get(slot, 0.0))
        return slot, max(self._own.get(slot, self._default), self._theirs[slot])
