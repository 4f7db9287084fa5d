"""Crawl as the JSON on stdin orders, and print how each request ended.

:func:`tests.support.guarded_crawls.crawl` starts this process.
"""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerProcess, AsyncCrawlerRunner, Crawler
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.reactor import install_reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import react
from twisted.python.failure import Failure

import crawler.settings

ENDINGS: list[dict[str, object]] = []
UNDER_WAY: list[int] = []


class Probe(Spider):
    name = "probe"
    wanted: list[tuple[str, dict[str, object]]]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.downloaded, signal=signals.response_downloaded)
        return spider

    def downloaded(self) -> None:
        assert self.crawler.engine is not None
        slots = self.crawler.engine.downloader.slots.values()
        UNDER_WAY.append(max(len(slot.transferring) for slot in slots))

    async def start(self) -> AsyncIterator[Request]:
        for url, meta in self.wanted:
            yield Request(url, meta={**meta, "asked": url}, callback=self.answered, errback=self.failed)

    def answered(self, response: Response) -> None:
        redirects = response.meta.get("redirect_urls", [])
        ENDINGS.append(
            {
                "url": response.meta["asked"],
                "status": response.status,
                "length": len(response.body),
                "final_url": response.url,
                "redirects": redirects,
            }
        )

    def failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined] # set by Scrapy
        reason = getattr(failure.value, "reason", None) or str(failure.value)
        ENDINGS.append(
            {
                "url": request.meta["asked"],
                "error": type(failure.value).__name__,
                "reason": str(reason),
                "redirects": request.meta.get("redirect_urls", []),
            }
        )


def _project_settings() -> dict[str, Any]:
    """The project's, without its spider and the parts that read pages and keep accounts: they are no subject here."""
    project = {name: value for name, value in vars(crawler.settings).items() if name.isupper()}
    for parts in ("EXTENSIONS", "ITEM_PIPELINES", "SPIDER_MIDDLEWARES"):
        foreign = {n: order for n, order in project.get(parts, {}).items() if n.startswith("scrapy.")}
        project[parts] = foreign
    return {**project, "SPIDER_MODULES": []}


def main() -> None:
    order: dict[str, Any] = json.load(sys.stdin)
    settings = Settings(_project_settings())
    settings.setdict({"LOG_LEVEL": "WARNING", "DOWNLOAD_DELAY": 0, "RETRY_TIMES": 0, **order["settings"]})
    if order["runner"]:
        _run_in_a_running_reactor(settings, order["requests"])
    else:
        process = AsyncCrawlerProcess(settings)
        process.crawl(Probe, wanted=order["requests"])
        process.start()
    # Not getrusage: its peak is inherited from the process that forked this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    most = max(UNDER_WAY, default=0)
    json.dump({"endings": ENDINGS, "peak_mib": peak, "most_under_way": most}, sys.stdout)


def _run_in_a_running_reactor(settings: Settings, wanted: list[tuple[str, dict[str, object]]]) -> None:
    install_reactor(settings["TWISTED_REACTOR"])
    from twisted.internet import reactor

    def run(_: object) -> Deferred[None]:
        return deferred_from_coro(AsyncCrawlerRunner(settings).crawl(Probe, wanted=wanted))

    try:
        react(run, (), reactor)
    except SystemExit as end:  # how react ends, also where all went well
        if end.code:
            raise


if __name__ == "__main__":
    main()
