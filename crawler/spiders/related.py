"""Request leased addresses, and pass the answers on. Nothing is parsed here."""

import asyncio
import dataclasses
import datetime
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.console.log_records import sanitize_logs
from crawler.middlewares.conditional_requests import validators_of
from crawler.middlewares.exceptions import HostRests, NotAsked
from crawler.middlewares.outcomes import known_status, verdict_of_error, verdict_of_status
from crawler.middlewares.pace import pace_of
from crawler.middlewares.source_requests import OPTIONS
from crawler.plan import CrawlPlan, database_url, find_config, plan_crawl
from crawler.rendering.order import render_order
from crawler.request_options import listing_size, request_options
from crawler.settings import settings_from
from pipelines.raw_page import RawPage
from pipelines.render_order import RenderOrder
from pipelines.run_context import open_run_of
from pipelines.scrapy_pipelines import FetchedPage
from pipelines.workers.pool import ReadingPool
from storage.errors import DatabaseError
from storage.visit import Lease, Result, Visit
from storage.writer.process import WriterProcess

WINDOW, AHEAD = 64, 2.0
"""Limits of one host's addresses in flight, from lease to commit: their number, and seconds at the host's delay. Its
slot then never waits for the frontier. More would take the places of other hosts."""

FIRST_WINDOW = 4
"""Addresses in flight of a host whose Crawl-delay is not known yet."""

IN_FLIGHT = 256
"""Addresses in flight in all: a page is held in memory from its answer to its commit."""

HEADERS_KEPT = ("content-type", "content-language", "etag", "last-modified", "tdm-reservation", "tdm-policy")

_FOR_GOOD = (301, 308)

Listener = Callable[[Result], None]


def raw_page_of(response: Response, asked: str, source: str = "") -> RawPage:
    """Make a RawPage of an answer, with the headers that are read later. ``source`` is the asking source's name."""
    headers = [(name, response.headers.get(name)) for name in HEADERS_KEPT]
    headers += [("x-robots-tag", value) for value in response.headers.getlist("x-robots-tag")]  # each header counts
    headers.append(("link", b", ".join(response.headers.getlist("link"))))
    decoded = tuple((name, value.decode("latin-1")) for name, value in headers if value)
    now = datetime.datetime.now(datetime.UTC)
    return RawPage(asked, response.url, response.body, response.status, now, decoded, source=source)


def window_of(delay: float | None) -> int:
    """Return how many addresses of a host may be in flight.

    ``delay`` is in seconds, None if unknown.
    """
    if delay is None:
        return FIRST_WINDOW
    return min(WINDOW, 2 + math.ceil(AHEAD / delay)) if delay > 0 else WINDOW


def has_moved(response: Response) -> bool:
    """Return whether the page moved for good (RFC 9110, 15.4.2 and 15.4.9)."""
    reasons = response.meta.get("redirect_reasons") or []
    return bool(reasons) and all(reason in _FOR_GOOD for reason in reasons)


class RelatedSpider(Spider):
    """Crawls start pages, what they list, and related articles of articles.

    ``listener`` is called with each result. ``shared_pool`` and ``shared_writer`` serve several crawls of one process,
    and are closed by their owner. Without them the run has its own.
    """

    name = "related"

    def __init__(
        self,
        plan: CrawlPlan,
        listener: Listener | None = None,
        shared_pool: ReadingPool | None = None,
        shared_writer: WriterProcess | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.shared_pool, self.shared_writer = shared_pool, shared_writer
        self._listener = listener
        self._delays = {source.name: source.effective_delay for source in plan.sources}
        self._private_hosts = {source.name: source.private_hosts for source in plan.sources}
        self._options = {source.name: options for source in plan.sources if (options := request_options(source))}
        self._rendered = {source.name: source for source in plan.sources if source.render}
        self._in_flight: dict[int, Lease] = {}
        self._in_flight_by_host: Counter[str] = Counter()
        self._has_room = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Use the command line's plan, or make one for ``scrapy crawl related``."""
        sanitize_logs()
        plan = kwargs.pop("plan", None)
        if plan is None:
            config = find_config(None)
            targets = [kwargs.pop("url")] if "url" in kwargs else []
            command = " ".join(["scrapy crawl related", *(f"-a url={target}" for target in targets)])
            plan = plan_crawl(config, database_url(None, config), targets, command=command)
        logging.getLogger("scrapy").setLevel(
            crawler.settings["LOG_LEVEL"]
        )  # records that are not shown are not even made
        crawler.settings.setdict(settings_from(plan.config, plan.sources), priority="spider")
        if plan.max_minutes is not None:
            crawler.settings.set("CLOSESPIDER_TIMEOUT", plan.max_minutes * 60, priority="spider")
        return super().from_crawler(crawler, *args, plan=plan, **kwargs)

    async def start(self) -> AsyncIterator[Request]:
        """Yield requests for leased addresses until nothing is due and nothing in flight."""
        while True:
            self._has_room.clear()  # before leasing, so that no commit in between is missed
            leases = await self._lease()
            for lease in leases:
                self._in_flight[lease.address_id] = lease
                self._in_flight_by_host[lease.host] += 1
            for lease in leases:
                yield self._request(lease)
            if leases and len(self._in_flight) < IN_FLIGHT:
                continue
            if not self._in_flight and not self._has_room.is_set():
                return
            await self._has_room.wait()

    async def _lease(self) -> list[Lease]:
        requests = int(self.crawler.stats.get_value("downloader/request_count", 0)) if self.crawler.stats else 0
        room = IN_FLIGHT - len(self._in_flight)
        if room <= 0:
            return []
        run = open_run_of(self.crawler)
        leases = run.writer.lease(
            {host: self._window(host) - count for host, count in self._in_flight_by_host.items()},
            window=FIRST_WINDOW,
            limit=room,
            requests=requests,
            domains=run.domains,
        )
        try:
            return await asyncio.wrap_future(leases)
        except DatabaseError as error:  # the extension takes the message from the writer
            raise CloseSpider(reason="database") from error

    def _request(self, lease: Lease) -> Request:
        scope = open_run_of(self.crawler).writer.scope(lease.source_id)
        return Request(
            lease.url,
            callback=self.parse,
            errback=self.handle_error,
            headers=validators_of(lease),
            dont_filter=True,
            meta={
                "lease": lease,
                "delay": self._delays.get(lease.source, 0.0),
                "private_hosts": self._private_hosts.get(lease.source, ()),
                "may_leave_host": lease.via in ("start", "entry"),
                "allowed_hosts": tuple(scope.hosts | scope.domains),
                OPTIONS: self._options.get(lease.source),
                **({"download_maxsize": listing_size(self.settings)} if lease.via in ("start", "listing") else {}),
            },
        )

    def parse(self, response: Response, **_: Any) -> Iterator[FetchedPage | Visit]:
        """Pass a page to the workers, or a verdict to storage if the status decides it."""
        lease = response.meta["lease"]
        fetched_at = datetime.datetime.now(datetime.UTC)
        verdict, reason = verdict_of_status(response.status)
        if verdict is not None:
            yield Visit(
                lease,
                response.url,
                fetched_at,
                known_status(response.status),
                verdict=verdict,
                reason=reason,
                etag=(response.headers.get("etag") or b"").decode("latin-1") or None,
                moved=has_moved(response),
                retry_at=response.meta.get("rest_until"),
            )
            return
        raw = raw_page_of(response, lease.url, lease.source)
        raw = dataclasses.replace(
            raw,
            in_feed=lease.in_feed,
            feed_date=lease.feed_date,
            feed_title=lease.feed_title,
            feed_authors=lease.feed_authors,
        )
        yield FetchedPage(lease, raw, has_moved(response), self._order(response, lease))

    def _order(self, response: Response, lease: Lease) -> RenderOrder | None:
        """Return how the page is rendered; None for nearly all sources."""
        source = self._rendered.get(lease.source)
        if source is None:
            return None
        hosts = () if response.meta["may_leave_host"] else response.meta["allowed_hosts"]
        is_listing = lease.via in ("start", "listing")
        return render_order(source, self._options.get(source.name), response, is_listing=is_listing, hosts=hosts)

    async def handle_error(self, failure: Failure) -> AsyncIterator[Visit]:
        """Record a failed request. A request that was never made has no outcome."""
        if isinstance(failure.value, NotAsked):
            return
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        if isinstance(failure.value, HostRests):
            await self._give_back(request.meta["lease"], failure.value.until)
            return
        verdict, reason = verdict_of_error(failure.value or RuntimeError("an error without a name"))
        now = datetime.datetime.now(datetime.UTC)
        yield Visit(request.meta["lease"], request.url, now, verdict=verdict, reason=reason)

    async def _give_back(self, lease: Lease, until: datetime.datetime) -> None:
        """Return an unused lease, because its host must not be asked until then."""
        try:
            await asyncio.wrap_future(open_run_of(self.crawler).writer.give_back(lease, until))
        except DatabaseError as error:
            raise CloseSpider(reason="database") from error
        self._remove_in_flight(lease.address_id)

    def finish(self, result: Result) -> None:
        """Remove an address from those in flight, once its outcome is committed."""
        if self._remove_in_flight(result.lease.address_id) and self._listener is not None:
            self._listener(result)

    def _remove_in_flight(self, address_id: int) -> bool:
        lease = self._in_flight.pop(address_id, None)
        if lease is None:
            return False
        self._in_flight_by_host[lease.host] -= 1
        if self._in_flight_by_host[lease.host] <= 0:
            del self._in_flight_by_host[lease.host]
        if self._in_flight_by_host[lease.host] <= self._window(lease.host) // 2:
            self._has_room.set()
        return True

    def _window(self, host: str) -> int:
        return window_of(pace_of(self.crawler).delay_of(host))

    def in_flight(self) -> list[Lease]:
        """Return the leases of addresses that have no outcome yet."""
        return list(self._in_flight.values())
