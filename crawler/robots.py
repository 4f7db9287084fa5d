"""robots.txt, obeyed as RFC 9309 has it, its Crawl-delay included."""

import asyncio
import dataclasses
import logging
import math
import re
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.identity import robots_token
from crawler.refusals import RobotsRefused, RobotsUnreachable

logger = logging.getLogger(__name__)

#: RFC 9309, 2.5, has crawlers read at least 500 KiB; more is not parsed on the reactor.
MAX_BYTES = 500 * 1024

#: The line by which a group says whom it is for, as generously as Protego reads it.
_AGENT_LINE = re.compile(r"\s*user[-\s]?\s*agent[\s:]+", re.IGNORECASE)


def for_us(text: str, token: str) -> str:
    """A robots.txt in which all agents but us and ``*`` have one name.

    Protego writes every rule of a group down for every agent of the group: 500 KiB of both would take it hours.
    """
    us = token.lower()
    lines = []
    for line in text.splitlines():
        head = _AGENT_LINE.match(line)
        if head:
            name = line[head.end() :].partition("#")[0].strip().lower()
            ours = name == "*" or (name.replace("*", "") or us) in us
            lines.append(f"User-agent: {name}" if ours else "User-agent: others")
        else:
            lines.append(line)
    return "\n".join(lines)


@dataclasses.dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says to us, or why it could not be asked.

    ``protego`` None: nothing; ``closed``: why all of it is forbidden; ``unreachable``: what went wrong.
    """

    protego: Protego | None = None
    closed: str = ""
    unreachable: str = ""

    @classmethod
    def of(cls, status: int, body: bytes, token: str) -> Self:
        """The rules that an answer gives.

        RFC 9309, 2.3.1.3: a 4xx forbids nothing; 2.3.1.4: a 5xx forbids all. 429 counts as the latter, as Google's
        crawlers have it (developers.google.com/search/docs/crawling-indexing/robots/robots_txt): a server that asks
        for rest gets it.
        """
        if status >= 500 or status == 429:
            return cls(closed=f"robots.txt cannot be read now (HTTP {status}), which forbids the site")
        if not 200 <= status < 300:
            return cls()
        return cls(protego=Protego.parse(for_us(body[:MAX_BYTES].decode("utf-8-sig", "ignore"), token)))

    def why_forbidden(self, url: str, token: str) -> str | None:
        """One line, or None where the address may be fetched."""
        if self.closed:
            return self.closed
        if self.protego is not None and not self.protego.can_fetch(url, token):
            return "robots.txt forbids it"
        return None

    def crawl_delay(self, token: str) -> float:
        """Seconds; 0.0 where none is given. Infinity stays, what is no number or negative counts as none."""
        said = self.protego.crawl_delay(token) if self.protego is not None else None
        delay = float(said) if said is not None else 0.0
        return 0.0 if math.isnan(delay) else max(delay, 0.0)


class Robots:
    """Downloader middleware: asks each origin for its robots.txt once a crawl, and refuses what it forbids.

    The Crawl-delay goes on in ``request.meta["crawl_delay"]``. Where robots.txt cannot be fetched at all, the
    page is not asked for either (RFC 9309, 2.3.1.4: unreachable forbids), and fails for that.
    ``dont_obey_robotstxt`` in the
    meta lets a request pass; it is for robots.txt itself.
    """

    def __init__(self, crawler: Crawler, token: str) -> None:
        self._crawler = crawler
        self._token = token
        self._asked: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With ``ROBOTSTXT_USER_AGENT``, else the product token of ``USER_AGENT``."""
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler, settings.get("ROBOTSTXT_USER_AGENT") or robots_token(settings["USER_AGENT"]))

    async def process_request(self, request: Request) -> None:
        """Raise :class:`RobotsRefused` or :class:`RobotsUnreachable`."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._asked:
            self._asked[origin] = asyncio.ensure_future(self._fetch(origin, request))
        rules = await asyncio.shield(self._asked[origin])
        if rules.unreachable:
            raise RobotsUnreachable(rules.unreachable)
        request.meta["crawl_delay"] = rules.crawl_delay(self._token)
        reason = rules.why_forbidden(request.url, self._token)
        if reason:
            raise RobotsRefused(reason)

    async def _fetch(self, origin: str, request: Request) -> Rules:
        robots = Request(
            f"{origin}/robots.txt",
            callback=NO_CALLBACK,
            priority=1000,
            # RFC 9309, 2.3.1.2: redirects are followed, to other hosts too.
            meta={"dont_obey_robotstxt": True, "may_leave_host": True, "delay": request.meta.get("delay")},
        )
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError("robots.txt is asked for before the engine runs")
        try:
            response: Response = await engine.download_async(robots)
        except IgnoreRequest as error:
            # Refused by our own guard, or redirected round and round (which RFC 9309 counts as a 4xx): the page's own
            # request will show which.
            logger.info("%s/robots.txt: %s", origin, error)
            return Rules()
        except Exception as error:  # noqa: BLE001 - whatever it was is told to every request that waits for it
            return Rules(unreachable=f"robots.txt cannot be fetched: {type(error).__name__}: {error}"[:300])
        return Rules.of(response.status, response.body, self._token)
