"""Redirects out of what a crawl beside others holds: each registered domain is asked by one crawl at a time."""

import asyncio
import datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.middlewares.exceptions import HostRests
from pipelines.addresses.normalize import registered_domain
from pipelines.run_context import run_of

HELD_ELSEWHERE = datetime.timedelta(minutes=1)
"""How long an address waits whose redirect leads to what another crawl asks just now: as long as until the planner's
next look, after which its own source is crawled again."""


class DomainLocks:
    """Downloader middleware: holds a domain before the first request to it, for the rest of the crawl.

    Start pages and what feeds list may lead anywhere. A robots.txt that does is one answer, and asked for no page.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy does."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise :class:`HostRests` where another crawl holds the domain."""
        run = run_of(self._crawler)
        if run is None or run.domains is None or request.meta.get("dont_obey_robotstxt"):
            return
        domain = registered_domain(request.url)
        if domain in run.domains or await asyncio.to_thread(run.lock.hold, domain):
            return
        until = datetime.datetime.now(datetime.UTC) + HELD_ELSEWHERE
        raise HostRests(f"redirect to {domain}, which another crawl holds", until)
