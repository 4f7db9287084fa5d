"""Keep one queue a host, at the largest delay that anybody asks for."""

import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Self

from scrapy import Request, signals
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.asyncio import call_later
from twisted.internet.defer import Deferred

from crawler.middlewares.exceptions import NotAsked
from crawler.middlewares.host_delays import JITTER, HostDelays


class BoundedDownloader(Downloader):
    """Scrapy's downloader with a strict limit on concurrency and a faster stop.

    Scrapy 2.19 counts a transfer when its task first runs. A loop that starts tasks then starts the whole queue
    (observed: 8 in flight with a limit of 4). Here a transfer is counted when its task is made.

    A closing spider waits for requests in flight, and Scrapy counts those that wait for their host's delay. Here they
    end with :class:`NotAsked` in their turn, so closing takes no longer than one delay.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._held: dict[str, float] = {}

    def hold(self, slot: str, until: float) -> None:
        """Send no request of a slot before ``until`` (``time.monotonic``)."""
        self._held[slot] = until

    def delay_of(self, slot: str) -> float | None:
        """Return the seconds between two requests of a slot.

        Returns None before its first request.
        """
        known = self.per_slot_settings.get(slot)
        return None if known is None else float(known["delay"])

    def give_back(self, slot: str, error: Exception) -> None:
        """End the queued requests of a host with this error."""
        if slot in self.slots:
            self._end_queue(self.slots[slot], error)

    def _process_queue(self, slot: Slot) -> None:
        engine = self.crawler.engine
        if engine is not None and engine._slot is not None and engine._slot.closing is not None:
            self._end_queue(slot, NotAsked())
            return
        left = self._left_to_hold(slot)
        if left <= 0:
            super()._process_queue(slot)
        elif slot.latercall is None:
            slot.latercall = call_later(left, self._latercall, slot)

    def _left_to_hold(self, slot: Slot) -> float:
        if not slot.queue or not self._held:
            return 0.0
        name = slot.queue[0][0].meta.get(self.DOWNLOAD_SLOT, "")
        left = self._held.get(name, 0.0) - time.monotonic()
        if left <= 0:
            self._held.pop(name, None)
        return left

    @staticmethod
    def _end_queue(slot: Slot, error: Exception) -> None:
        while slot.queue:
            _, waiting = slot.queue.popleft()
            waiting.errback(error)

    def _wait_for_download(
        self, slot: Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[object, object, None]:
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)


class HostPace:
    """Downloader middleware that sets the delay and concurrency of each host's slot.

    A host's delay is the largest of its sources' delays (``request.meta["delay"]``, seconds) and its Crawl-delay
    (``request.meta["crawl_delay"]``). ``host_delays`` has delays of the config by slot, ``default_delay`` is for other
    hosts. The delay begins when a request is sent, and again when the headers of its answer arrive. So the gap in the
    server's log is no smaller, however long the connection took. With a delay one request is in flight, without a delay
    ``concurrency``.
    """

    def __init__(
        self,
        downloader: Callable[[], Downloader],
        default_delay: float,
        concurrency: int,
        host_delays: Mapping[str, float] | None = None,
    ) -> None:
        self._downloader = downloader
        self._concurrency = concurrency
        self._delays = HostDelays(default_delay, host_delays)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the settings of delays and concurrency."""

        def downloader() -> Downloader:
            if crawler.engine is None:
                raise RuntimeError("a request is made before the engine runs")
            return crawler.engine.downloader

        settings = crawler.settings
        politeness = cls(
            downloader,
            settings.getfloat("DOWNLOAD_DELAY"),
            settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
            settings.getdict("KIJI_HOST_DELAYS"),
        )
        crawler.signals.connect(politeness.headers_received, signal=signals.headers_received)
        return politeness

    def process_request(self, request: Request) -> None:
        """Put the request into its host's slot.

        Raises :class:`RobotsRefused` for an endless Crawl-delay.
        """
        self._set(*self._delays.take_request(request))

    def headers_received(self, request: Request) -> None:
        """Begin the delay now, when the server has certainly received the request."""
        slot = self._downloader().slots.get(request.meta.get("download_slot", ""))
        if slot is not None:  # even without a delay: this may be a robots.txt with a Crawl-delay
            slot.lastseen = time.monotonic()

    def _set(self, slot: str, delay: float) -> None:
        """Enter the pace where slots are made from, and in the one that exists.

        Scrapy draws from delay * (1 ± jitter): so centred that the least is our delay.
        """
        centre, spread = delay * (1 + JITTER / 2), JITTER / (2 + JITTER)
        concurrency = 1 if delay else self._concurrency
        downloader = self._downloader()
        downloader.per_slot_settings[slot] = {"delay": centre, "jitter": spread, "concurrency": concurrency}
        existing = downloader.slots.get(slot)
        if existing is not None:
            existing.delay, existing.jitter, existing.concurrency = centre, spread, concurrency
