"""Try sources out: fetch and read some of their pages, store nothing."""

import dataclasses
import email.utils
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.config.models import Config, Source
from crawler.console import logs
from crawler.middlewares.outcomes import verdict_of_error, verdict_of_status
from crawler.middlewares.source_requests import OPTIONS
from crawler.preview.page_reader import PageReader
from crawler.request_options import listing_size, request_options
from crawler.settings import settings_from
from crawler.spiders.related import has_moved
from pipelines.addresses.place import place
from storage.reading import Reading


@dataclasses.dataclass(frozen=True, slots=True)
class TrialPage:
    """One page of a trial: its reading, or the reason why there is none.

    ``moved_to`` is the address to which it moved for good. ``skew`` is how many seconds the server's clock is ahead of
    ours, None if it sends no date.
    """

    source: str
    url: str
    is_start: bool
    reading: Reading | None = None
    reason: str = ""
    skew: float | None = None
    moved_to: str = ""


def try_sources(sources: Sequence[Source], config: Config, pages: int) -> list[TrialPage]:
    """Fetch all start pages, and up to ``pages`` listed pages of each source.

    All rules of a crawl hold, robots.txt and delays included. Blocks; needs the main thread of a process without a
    reactor.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(settings_from(config, sources), priority="cmdline")
    settings.setdict({"ITEM_PIPELINES": {}, "LOG_INSTALL_ROOT_HANDLER": not logs.is_json()}, priority="cmdline")
    trial_pages: list[TrialPage] = []
    with PageReader(config, sources) as reader:
        process = AsyncCrawlerProcess(settings)
        process.crawl(_Trial, sources=sources, pages=pages, trial_pages=trial_pages, reader=reader)
        process.start()
    return trial_pages


class _Trial(Spider):
    """Requests start pages, then listed pages up to each source's share."""

    name = "trial"

    def __init__(
        self, sources: Sequence[Source], pages: int, trial_pages: list[TrialPage], reader: PageReader, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._sources = sources
        self._trial_pages = trial_pages
        self._reader = reader
        self._left = {source.name: pages for source in sources}
        self._asked: set[str] = set()
        self._options = {source.name: request_options(source) for source in sources}

    async def start(self) -> AsyncIterator[Request]:
        for source in self._sources:
            for url in source.start:
                yield self._request(source, url, is_start=True)

    def _request(self, source: Source, url: str, *, is_start: bool) -> Request:
        self._asked.add(place(url, source.parameter_rules).key)
        hosts = (*source.start_hosts, *source.hosts)
        meta = {
            "source": source,
            "asked": url,
            "is_start": is_start,
            "delay": source.effective_delay,
            "private_hosts": source.private_hosts,
            "may_leave_host": True,
            "allowed_hosts": hosts,
            OPTIONS: self._options[source.name],
            **({"download_maxsize": listing_size(self.settings)} if is_start else {}),
        }
        return Request(url, self.parse, errback=self.handle_error, dont_filter=True, meta=meta)

    async def parse(self, response: Response, **_: Any) -> AsyncIterator[Request]:
        source, asked, is_start = (response.meta[name] for name in ("source", "asked", "is_start"))
        verdict, reason = verdict_of_status(response.status)
        skew = _skew(response)
        if verdict is not None:
            self._trial_pages.append(TrialPage(source.name, asked, is_start, reason=reason, skew=skew))
            return
        options = self._options[source.name]
        reading, _raw, problem = await self._reader.read(response, asked, source, options, is_listing=is_start)
        if problem:
            self._trial_pages.append(TrialPage(source.name, asked, is_start, reason=problem, skew=skew))
            return
        moved_to = response.url if has_moved(response) else ""
        self._trial_pages.append(TrialPage(source.name, asked, is_start, reading, skew=skew, moved_to=moved_to))
        urls = [entry.url for entry in reading.entries if not entry.is_listing] if is_start else []
        urls += [card.url for card in reading.related] if is_start and reading.is_article else []
        for url in urls:
            if self._left[source.name] > 0 and place(url, source.parameter_rules).key not in self._asked:
                self._left[source.name] -= 1
                yield self._request(source, url, is_start=False)

    def handle_error(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        _, reason = verdict_of_error(failure.value or RuntimeError("an error without a name"))
        meta = request.meta
        self._trial_pages.append(TrialPage(meta["source"].name, meta["asked"], meta["is_start"], reason=reason))


def _skew(response: Response) -> float | None:
    date = response.headers.get("date")
    try:
        moment = email.utils.parsedate_to_datetime(date.decode("latin-1")) if date else None
    except ValueError:
        return None
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
