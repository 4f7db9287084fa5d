"""One variant of the crawl benchmark, in a process of its own; prints its figures as JSON.

Arguments: ``VARIANT BASE PAGES``, and for ``paced`` how many pages a second it is to ask for.
"""

import asyncio
import dataclasses
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from typing import Any

VARIANTS = ("bare", "inline", "kiji", "paced")
DATABASE = "kiji.db"
_TICK = 0.05
"""Seconds between looks at the loop: a look costs some 0.1 ms, and is counted among what is compared."""


@dataclasses.dataclass
class Figures:
    """One variant's figures: seconds, CPU seconds of the main process, loop lag in milliseconds."""

    pages: int = 0
    first: float = 0.0
    last: float = 0.0
    cpu_first: float = 0.0
    cpu_last: float = 0.0
    lags: list[float] = dataclasses.field(default_factory=list)

    def page(self) -> None:
        """Count a page; the first one starts clock and lag probe, so that start-up does not count."""
        now, cpu = time.perf_counter(), time.process_time()
        if not self.pages:
            self.first, self.cpu_first = now, cpu
            asyncio.ensure_future(self._probe())  # noqa: RUF006 - it ends with the loop
        self.pages += 1
        self.last, self.cpu_last = now, cpu

    async def _probe(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK)
            self.lags.append((time.perf_counter() - before - _TICK) * 1000)

    def summary(self) -> dict[str, float]:
        """What is compared."""
        lags = sorted(self.lags) or [0.0]
        return {
            "pages": self.pages,
            "pages_per_second": (self.pages - 1) / (self.last - self.first),
            "main_cpu_ms_per_page": (self.cpu_last - self.cpu_first) / (self.pages - 1) * 1000,
            "lag_p50_ms": statistics.median(lags),
            "lag_p99_ms": lags[int(len(lags) * 0.99)],
        }


def run_scrapy(base: str, pages: int, *, inline: bool = False, pace: float = 0.0) -> Figures:
    """Fetch every page with Scrapy alone; ``pace`` is pages a second, 0 for as fast as it can."""
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.http import Response
    from scrapy.settings import Settings

    from crawler.spiders.related import raw_page_of
    from pipelines.read_page import read_page
    from tests.support.generated_site import path_of

    figures = Figures()

    class Fetcher(Spider):
        name = "bare"

        async def start(self) -> AsyncIterator[Request]:
            began = time.perf_counter()
            for number in range(pages):
                if pace:
                    await asyncio.sleep(began + number / pace - time.perf_counter())
                yield Request(base + path_of(number), meta={"delay": 0.0})

        def parse(self, response: Response, **_: Any) -> None:
            if inline:
                read_page(raw_page_of(response, response.url))
            figures.page()

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    private = [base.removeprefix("http://")]
    settings.setdict({"ITEM_PIPELINES": {}, "KIJI_PRIVATE_HOSTS": private, "DOWNLOAD_DELAY": 0}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl(Fetcher)
    process.start()
    return figures


def run_kiji(base: str) -> Figures:
    """Crawl the site's sitemap with Kiji."""
    from crawler.config.models import Config, Source
    from crawler.crawl import crawl
    from crawler.plan import plan_crawl

    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        source = Source(
            name="generated", start=(f"{base}/sitemap.xml",), depth=0, max_pages=10**6, delay=0.0,
            allow_private_addresses=True,
        )  # fmt: skip
        plan = plan_crawl(
            Config.model_validate({"source": (source,)}),
            f"sqlite:///{folder}/{DATABASE}",
            [],
            refresh=False,
            command="benchmark",
        )
        report = crawl(plan, lambda _: figures.page())
    if report.exit_code or report.record["failed"]:
        raise SystemExit(f"the crawl failed: {report.record}")
    return figures


def main() -> None:
    """Run one variant."""
    match sys.argv[1:]:
        case ["kiji", base, _]:
            figures = run_kiji(base)
        case ["paced", base, pages, pace]:
            figures = run_scrapy(base, int(pages), pace=float(pace))
        case [variant, base, pages]:
            figures = run_scrapy(base, int(pages), inline=variant == "inline")
        case _:
            raise SystemExit(__doc__)
    print(json.dumps(figures.summary()))


if __name__ == "__main__":
    main()
