"""What middlewares ask of the archive about hosts; a crawl without one (``kiji inspect``) remembers nothing."""

import asyncio
import datetime
import functools
from collections.abc import Iterable
from typing import TypeVar, cast
from urllib.parse import urlsplit

from scrapy.crawler import Crawler

from storage.frontier.host_state import (
    KnownRobots,
    Rest,
    give_rest,
    keep_robots,
    known_robots,
    note_reservations,
    rest_of,
)
from storage.reading import Reservation
from storage.visit import Lease
from storage.writer.run_writer import Archive
from storage.writer.transactions import Work

T = TypeVar("T")


class HostMemory:
    """Reads and writes through the one writer of the run, without blocking the event loop."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @property
    def _archive(self) -> Archive | None:
        return cast("Archive | None", getattr(self._crawler.spider, "archive", None))

    async def _do(self, work: Work[T], otherwise: T) -> T:
        archive = self._archive
        return otherwise if archive is None else await asyncio.wrap_future(archive.do(work))

    async def robots(self, origin: str) -> KnownRobots:
        """As :func:`storage.frontier.host_state.known_robots`."""
        return await self._do(functools.partial(known_robots, origin=origin), KnownRobots())

    async def keep_robots(self, origin: str, known: KnownRobots) -> None:
        """As :func:`storage.frontier.host_state.keep_robots`."""
        await self._do(functools.partial(keep_robots, origin=origin, known=known), None)

    async def rest(self, host: str) -> Rest | None:
        """As :func:`storage.frontier.host_state.rest_of`."""
        return await self._do(functools.partial(rest_of, host=host), None)

    async def give_rest(self, host: str, rest: Rest | None) -> None:
        """As :func:`storage.frontier.host_state.give_rest`."""
        await self._do(functools.partial(give_rest, host=host, rest=rest), None)

    async def note(self, lease: Lease, origin: str, found: Iterable[Reservation]) -> None:
        """As :func:`storage.frontier.host_state.note_reservations`."""
        reserved = tuple(found)
        if reserved:
            work = functools.partial(
                note_reservations,
                source_id=lease.source_id,
                host=urlsplit(origin).netloc.lower(),
                found=reserved,
                now=datetime.datetime.now(datetime.UTC),
            )
            await self._do(work, None)
