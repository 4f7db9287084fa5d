"""Call the database from a middleware, through the run's one writer."""

import asyncio
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from scrapy.crawler import Crawler

from pipelines.run_context import run_of

P = ParamSpec("P")
T = TypeVar("T")


async def call_database(
    crawler: Crawler, work: Callable[Concatenate[Any, P], T], default: T, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Do a small piece of work in a transaction, without blocking the event loop.

    ``work`` takes the session first. A crawl that stores nothing (``kiji inspect``) gets ``default``.
    """
    run = run_of(crawler)
    if run is None:
        return default
    return await asyncio.wrap_future(run.writer.do(work, *args, **kwargs))
