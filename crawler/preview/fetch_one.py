"""Fetch a few addresses without a database, for ``kiji inspect``."""

import dataclasses
from collections.abc import AsyncIterator, Sequence
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.config.models import Config
from crawler.middlewares.outcomes import verdict_of_error, verdict_of_status
from crawler.plan import ad_hoc_source
from crawler.settings import settings_from
from crawler.spiders.related import raw_page_of
from pipelines.raw_page import RawPage


@dataclasses.dataclass(frozen=True, slots=True)
class FetchFailure:
    """The reason why an address gave no page."""

    reason: str


def fetch_pages(urls: Sequence[str], config: Config) -> dict[str, RawPage | FetchFailure]:
    """Fetch each address once.

    Blocks; needs the main thread of a process without a reactor.
    """
    pages: dict[str, RawPage | FetchFailure] = {}
    sources = [ad_hoc_source(url, config) for url in urls]
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(settings_from(config, sources), priority="cmdline")
    settings.setdict({"ITEM_PIPELINES": {}}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl(_Fetcher, urls=urls, pages=pages)
    process.start()
    return pages


class _Fetcher(Spider):
    """Requests each address and keeps the answer."""

    name = "inspect"

    def __init__(self, urls: Sequence[str], pages: dict[str, RawPage | FetchFailure], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._urls = urls
        self._pages = pages

    async def start(self) -> AsyncIterator[Request]:
        for url in self._urls:
            meta = {"asked": url, "may_leave_host": True}
            yield Request(url, self.parse, errback=self.handle_error, dont_filter=True, meta=meta)

    def parse(self, response: Response, **_: Any) -> None:
        verdict, reason = verdict_of_status(response.status)
        asked = response.meta["asked"]
        self._pages[asked] = FetchFailure(reason) if verdict else raw_page_of(response, asked)

    def handle_error(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        _, reason = verdict_of_error(failure.value or RuntimeError("an error without a name"))
        self._pages[request.meta["asked"]] = FetchFailure(reason)
