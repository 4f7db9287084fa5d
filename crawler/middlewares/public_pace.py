"""Keep the hosts' delays by Scrapy's public API.

It is used with versions of Scrapy that ``download_slots`` does not know.

The next request to a host waits in a downloader middleware until the one before has ended. Scrapy's own downloader
behind it keeps ``DOWNLOAD_DELAY`` besides, so that a host may be asked more slowly than its config allows, never
faster.
"""

import asyncio
import collections
import dataclasses
import math
import random
import time
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.middlewares.host_delays import JITTER, HostDelays


@dataclasses.dataclass(slots=True, eq=False)
class _Slot:
    """A host's queue. Times are of ``time.monotonic``."""

    delay: float = 0.0
    gap: float = 0.0
    last: float = -math.inf
    held_until: float = -math.inf
    under_way: set[Request] = dataclasses.field(default_factory=set)
    queue: collections.deque[tuple[Request, asyncio.Future[None]]] = dataclasses.field(
        default_factory=collections.deque
    )
    timer: asyncio.TimerHandle | None = None


class PublicPace:
    """Downloader middleware that delays requests; it is next to the downloader.

    With a delay one request to a host is under way, without one ``concurrency``. The delay is counted from the last
    answer's headers, or from the end of a request without an answer.
    """

    def __init__(self, delays: HostDelays, concurrency: int) -> None:
        self._delays = delays
        self._concurrency = concurrency
        self._slots: dict[str, _Slot] = collections.defaultdict(_Slot)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the settings of delays and concurrency."""
        settings = crawler.settings
        delays = HostDelays(settings.getfloat("DOWNLOAD_DELAY"), settings.getdict("KIJI_HOST_DELAYS"))
        pace = cls(delays, settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        crawler.signals.connect(pace.headers_received, signal=signals.headers_received)
        return pace

    def hold(self, slot: str, until: float) -> None:
        """Send no request of a slot before ``until`` (``time.monotonic``)."""
        self._slots[slot].held_until = until

    def delay_of(self, slot: str) -> float | None:
        """Return the seconds between two requests of a slot.

        Returns None before its first request.
        """
        return self._slots[slot].delay if slot in self._slots else None

    def give_back(self, slot: str, error: Exception) -> None:
        """End the queued requests of a host with this error."""
        queue = self._slots[slot].queue
        while queue:
            _, turn = queue.popleft()
            if not turn.done():
                turn.set_exception(error)

    async def process_request(self, request: Request) -> None:
        """Wait for the request's turn.

        Raises :class:`RobotsRefused` for an endless Crawl-delay.
        """
        name, delay = self._delays.take_request(request)
        slot = self._slots[name]
        if delay != slot.delay:
            slot.delay = delay
            slot.gap = _gap(delay)
        turn = asyncio.get_running_loop().create_future()
        slot.queue.append((request, turn))
        self._go_on(slot)
        await turn

    def process_response(self, request: Request, response: Response) -> Response:
        """Let the host's next request go."""
        self._end(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002 - Scrapy's interface
        """Let the next request go after one without an answer.

        The host may have received that only now.
        """
        slot = self._slots.get(request.meta.get("download_slot", ""))
        if slot is not None and request in slot.under_way:
            slot.last = time.monotonic()
        self._end(request)

    def headers_received(self, request: Request) -> None:
        """Begin the delay now, when the server has certainly received the request."""
        slot = self._slots.get(request.meta.get("download_slot", ""))
        if slot is not None:
            slot.last = time.monotonic()

    def _end(self, request: Request) -> None:
        slot = self._slots.get(request.meta.get("download_slot", ""))
        if slot is not None and request in slot.under_way:
            slot.under_way.remove(request)
            self._go_on(slot)

    def _go_on(self, slot: _Slot) -> None:
        """Let queued requests go, or come back when the delay is over."""
        if slot.timer is not None:
            return
        while slot.queue and len(slot.under_way) < (1 if slot.delay else self._concurrency):
            now = time.monotonic()
            left = max(slot.last + slot.gap, slot.held_until) - now
            if left > 0:
                slot.timer = asyncio.get_running_loop().call_later(left, self._come_back, slot)
                return
            request, turn = slot.queue.popleft()
            if turn.done():
                continue
            slot.last, slot.gap = now, _gap(slot.delay)
            slot.under_way.add(request)
            turn.set_result(None)

    def _come_back(self, slot: _Slot) -> None:
        slot.timer = None
        self._go_on(slot)


def _gap(delay: float) -> float:
    return delay * (1 + random.uniform(0, JITTER))  # noqa: S311 - spread, not secrecy
