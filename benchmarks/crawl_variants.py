"""One variant of the crawl benchmark, in a process of its own: ``VARIANT BASE PAGES``; prints its figures as JSON."""

import asyncio
import contextlib
import dataclasses
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil

VARIANTS = ("bare", "inline", "kiji")
_TICK = 0.01


@dataclasses.dataclass
class Figures:
    """One variant's figures: seconds, CPU seconds of the main process and of the writer's, loop lag in milliseconds."""

    pages: int = 0
    first: float = 0.0
    last: float = 0.0
    cpu_first: float = 0.0
    cpu_last: float = 0.0
    lags: list[float] = dataclasses.field(default_factory=list)
    writer_cpu: float = 0.0

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
            "writer_cpu_ms_per_page": self.writer_cpu / self.pages * 1000,
            "lag_p50_ms": statistics.median(lags),
            "lag_p99_ms": lags[int(len(lags) * 0.99)],
        }


def run_scrapy(base: str, pages: int, *, inline: bool) -> Figures:
    """Fetch every page with Scrapy alone."""
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.http import Response
    from scrapy.settings import Settings

    from benchmarks.generated_site import path_of
    from crawler.spiders.related import raw_page_of
    from pipelines.page import read_page

    figures = Figures()

    class Fetcher(Spider):
        name = "bare"

        async def start(self) -> AsyncIterator[Request]:
            for number in range(pages):
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


def watch_writer(figures: Figures, database: Path) -> None:
    """Note the CPU seconds of the process that writes to the database, as long as this one lives."""
    this, writer = psutil.Process(), None
    while True:
        with contextlib.suppress(psutil.Error):
            if writer is None:
                writer = next(filter(lambda child: _has_open(child, database), this.children(recursive=True)), None)
            else:
                figures.writer_cpu = sum(writer.cpu_times()[:2])
        time.sleep(0.5)


def _has_open(process: psutil.Process, path: Path) -> bool:
    return any(file.path == str(path) for file in process.open_files())


def run_kiji(base: str) -> Figures:
    """Crawl the site's sitemap with Kiji."""
    from crawler.config import Config, Source
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
            f"sqlite:///{folder}/kiji.db",
            [],
            refresh=False,
            command="benchmark",
        )
        threading.Thread(target=watch_writer, args=(figures, Path(folder) / "kiji.db"), daemon=True).start()
        report = crawl(plan, lambda _: figures.page())
    if report.exit_code or report.record["failed"]:
        raise SystemExit(f"the crawl failed: {report.record}")
    return figures


def main() -> None:
    """Run one variant."""
    variant, base, pages = sys.argv[1:]
    figures = run_kiji(base) if variant == "kiji" else run_scrapy(base, int(pages), inline=variant == "inline")
    print(json.dumps(figures.summary()))


if __name__ == "__main__":
    main()
