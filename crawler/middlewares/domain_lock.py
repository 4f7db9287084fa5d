"""Lock the registered domains that redirects lead to."""

import asyncio
import datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.middlewares.exceptions import HostRests
from pipelines.addresses.normalize import registered_domain
from pipelines.run_context import run_of

HELD_ELSEWHERE = datetime.timedelta(minutes=1)
"""How long an address waits if its redirect leads to a domain that another crawl holds. It is the interval of the
workers' planner, after which its source is crawled again."""


class DomainLocks:
    """Downloader middleware that locks a domain before the first request to it.

    Start pages and entries of feeds may redirect anywhere. A robots.txt needs no lock: it is one answer, and no page.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy does."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise :class:`HostRests` if another crawl holds the domain."""
        run = run_of(self._crawler)
        if run is None or run.domains is None or request.meta.get("dont_obey_robotstxt"):
            return
        domain = registered_domain(request.url)
        if domain in run.domains or await asyncio.to_thread(run.lock.hold, domain):
            return
        until = datetime.datetime.now(datetime.UTC) + HELD_ELSEWHERE
        raise HostRests(f"redirect to {domain}, which another crawl holds", until)
