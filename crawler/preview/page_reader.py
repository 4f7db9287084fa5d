"""Read fetched pages for previews as a crawl does, rendered where their source wants that."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Self

from scrapy.http import Response

from crawler.config.models import Config, Source
from crawler.rendering.order import render_order
from crawler.request_options import RequestOptions
from crawler.spiders.related import raw_page_of
from pipelines.raw_page import RawPage
from pipelines.render_order import Renderer, lacks_text, read_rendered
from pipelines.workers.pool import READ_PAGE, ReadingPool
from storage.reading import Reading


class PageReader:
    """Reads pages of ``sources`` in workers, by the function that ``read`` names. Use it as a context."""

    def __init__(self, config: Config, sources: Sequence[Source], read: str = READ_PAGE) -> None:
        self._resources = contextlib.ExitStack()
        pool = ReadingPool(timezone=config.crawl.timezone, rules=config.parameter_rules, read=read)
        self._pool = self._resources.enter_context(pool)
        self._render: Renderer | None = None
        if any(source.render for source in sources):
            from crawler.rendering.renderer import PageRenderer  # with what most sources do not need

            self._render = self._resources.enter_context(PageRenderer(config.browser)).render

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    async def read(
        self, response: Response, asked: str, source: Source, options: RequestOptions | None, *, is_listing: bool
    ) -> tuple[Reading, RawPage, str]:
        """Read an answer: the reading, the page that was read, and why it could not be rendered, "" if it could."""

        async def read(raw: RawPage) -> tuple[Reading, bool]:
            reading = await asyncio.wrap_future(self._pool.submit(raw))
            return reading, lacks_text(reading, raw)

        order = render_order(source, options, response, is_listing=is_listing)
        raw = raw_page_of(response, asked, source.name)
        (reading, _), raw, problem = await read_rendered(raw, order, self._render, read, lambda page: page[1])
        return reading, raw, problem
