"""Pages a second, CPU of the main process and loop lag: Kiji, bare Scrapy, and Scrapy with extraction inline.

    python -m benchmarks.throughput --pages 2000

Each variant runs in a process of its own against the same generated site, one after the other in one run, with the
same Scrapy settings. Bare Scrapy fetches and forgets; inline extraction calls the same ``read_page`` in the spider's
callback, and forgets too. Kiji fetches, reads in workers and stores in SQLite. Figures are ratios of one run.
"""

import argparse
import asyncio
import dataclasses
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
VARIANTS = ("bare", "inline", "kiji")
_TICK = 0.01


@dataclasses.dataclass
class Figures:
    """One variant's figures: seconds, CPU seconds of the main process a page, loop lag in milliseconds."""

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
        report = crawl(plan, lambda _: figures.page())
    if report.exit_code or report.record["failed"]:
        raise SystemExit(f"the crawl failed: {report.record}")
    return figures


def measure(variant: str, pages: int) -> dict[str, float]:
    """Run one variant in a process of its own, against a fresh server."""
    site = [sys.executable, "-m", "benchmarks.generated_site", "--pages", str(pages)]
    with subprocess.Popen(site, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdout is None or server.stdin is None:
            raise SystemExit("the generated site has no pipes")
        base = server.stdout.readline().strip()
        child = [sys.executable, "-m", "benchmarks.throughput", "--variant", variant, "--base", base]
        done = subprocess.run([*child, "--pages", str(pages)], cwd=ROOT, capture_output=True, text=True, check=False)
        server.stdin.close()
        server.kill()
    if done.returncode:
        raise SystemExit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Measure all variants and print a table with ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--variant", choices=VARIANTS, help=argparse.SUPPRESS)
    parser.add_argument("--base", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.variant:
        inline = options.variant == "inline"
        kiji = options.variant == "kiji"
        figures = run_kiji(options.base) if kiji else run_scrapy(options.base, options.pages, inline=inline)
        print(json.dumps(figures.summary()))
        return
    results = {variant: measure(variant, options.pages) for variant in VARIANTS}
    print(f"{'':<22}" + "".join(f"{variant:>10}" for variant in VARIANTS))
    for name in results["kiji"]:
        print(f"{name:<22}" + "".join(f"{results[variant][name]:>10.2f}" for variant in VARIANTS))
    cpu = results["kiji"]["main_cpu_ms_per_page"] / results["inline"]["main_cpu_ms_per_page"]
    rate = results["kiji"]["pages_per_second"]
    print(f"main-process CPU a page against inline: {cpu:.2f}")
    for other in ("bare", "inline"):
        print(f"pages a second against {other}: {rate / results[other]['pages_per_second']:.2f}")


if __name__ == "__main__":
    main()
