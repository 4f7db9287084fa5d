"""Scrapy alone: every page is fetched and forgotten."""

import json
import sys
from pathlib import Path

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response


class News(Spider):
    """Every address of the list."""

    name = "news"
    start_urls = json.loads(Path(sys.argv[1]).read_text())

    def parse(self, response: Response) -> None:
        """Forget it."""


process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False})
process.crawl(News)
process.start()
