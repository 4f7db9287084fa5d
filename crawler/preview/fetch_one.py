"""Fetch a few addresses without a database, for ``kiji inspect``."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.ad_hoc import ad_hoc_source, source_at
from crawler.config.models import Config, Source
from crawler.middlewares.outcomes import verdict_of_error, verdict_of_status
from crawler.middlewares.source_requests import OPTIONS
from crawler.preview.page_reader import PageReader
from crawler.request_options import RequestOptions, listing_size, request_options
from crawler.settings import settings_from
from crawler.spiders.related import raw_page_of
from pipelines.raw_page import RawPage


@dataclasses.dataclass(frozen=True, slots=True)
class FetchFailure:
    """The reason why an address gave no page."""

    reason: str


def fetch_pages(urls: Sequence[str], config: Config, source: Source | None = None) -> dict[str, RawPage | FetchFailure]:
    """Fetch each address once, as a crawl of ``source`` does, or an ad hoc crawl.

    Blocks; needs the main thread of a process without a reactor.
    """
    pages: dict[str, RawPage | FetchFailure] = {}
    sources = {url: ad_hoc_source(url, config) if source is None else source_at(url, source) for url in urls}
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(settings_from(config, list(sources.values())), priority="cmdline")
    settings.setdict({"ITEM_PIPELINES": {}}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    options = {url: request_options(one if source is None else source) for url, one in sources.items()}
    with contextlib.ExitStack() as resources:
        is_rendered = any(one.render for one in sources.values())
        reader = resources.enter_context(PageReader(config, list(sources.values()))) if is_rendered else None
        process.crawl(_Fetcher, sources=sources, options=options, pages=pages, reader=reader)
        process.start()
    return pages


class _Fetcher(Spider):
    """Requests each address and keeps the answer."""

    name = "inspect"

    def __init__(
        self,
        sources: Mapping[str, Source],
        options: Mapping[str, RequestOptions | None],
        pages: dict[str, RawPage | FetchFailure],
        reader: PageReader | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._sources, self._options = sources, options
        self._pages, self._reader = pages, reader

    async def start(self) -> AsyncIterator[Request]:
        for url in self._sources:
            meta = {
                "asked": url,
                "may_leave_host": True,
                OPTIONS: self._options[url],
                "download_maxsize": listing_size(self.settings),
            }
            yield Request(url, self.parse, errback=self.handle_error, dont_filter=True, meta=meta)

    async def parse(self, response: Response, **_: Any) -> None:
        verdict, reason = verdict_of_status(response.status)
        asked = response.meta["asked"]
        source = self._sources[asked]
        if verdict:
            self._pages[asked] = FetchFailure(reason)
        elif self._reader is None or not source.render:
            self._pages[asked] = raw_page_of(response, asked, source.name)
        else:
            _reading, page, problem = await self._reader.read(
                response, asked, source, self._options[asked], is_listing=False
            )
            self._pages[asked] = FetchFailure(problem) if problem else page

    def handle_error(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        _, reason = verdict_of_error(failure.value or RuntimeError("an error without a name"))
        self._pages[request.meta["asked"]] = FetchFailure(reason)
