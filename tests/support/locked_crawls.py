"""Crawls on an archive that another crawl holds, in one process; tells whether private hosts stay granted."""

import asyncio
import sys
from typing import cast

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.config.load import config_of
from crawler.middlewares.ssrf_guard import GuardedResolver
from crawler.plan import plan_crawl
from crawler.spiders.related import RelatedSpider
from storage.database.crawl_lock import crawl_lock
from storage.database.open import open_database

CONFIG = '[[source]]\nname = "intern"\nstart = ["http://127.0.0.1:9/"]\nallow_private_addresses = true\n'


async def _crawl_twice(process: AsyncCrawlerProcess, url: str) -> None:
    for _ in range(2):
        plan = plan_crawl(config_of(CONFIG, "kiji.toml"), url, ["intern"], command="test")
        await process.crawl(process.create_crawler(RelatedSpider), plan=plan)
    from twisted.internet import reactor  # it is chosen by now

    print(cast(GuardedResolver, reactor.nameResolver).allows("127.0.0.1:9"))


def main() -> None:
    """Crawl the database that standard input names."""
    url = sys.stdin.read().strip()
    database = open_database(url)
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    with crawl_lock(database):
        process = AsyncCrawlerProcess(settings)
        crawls = asyncio.get_event_loop().create_task(_crawl_twice(process, url))
        crawls.add_done_callback(process._stop_reactor)
        process.start(stop_after_crawl=False, install_signal_handlers=False)
    database.close()


if __name__ == "__main__":
    main()
