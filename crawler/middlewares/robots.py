"""Obey robots.txt (RFC 9309), including Crawl-delay."""

import asyncio
import dataclasses
import datetime
import logging
import math
import re
import time
from collections.abc import Iterable
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.hosts import host_and_port
from crawler.middlewares.database_calls import call_database
from crawler.middlewares.error_words import words_of_error
from crawler.middlewares.exceptions import HostRests, RobotsRefused, RobotsUnreachable
from crawler.middlewares.robots_cache import (
    FRESH,
    TRY_AGAIN,
    Use,
    stored_answer,
    stored_failure,
    use_in_trouble,
    use_of,
)
from crawler.middlewares.source_requests import OPTIONS
from crawler.request_options import RequestOptions
from crawler.user_agent import robots_token
from pipelines.metadata.tdm_reservations import read_robots_reservations, read_tdmrep_reservations
from storage.frontier.host_state import KnownRobots, read_robots, store_reservations, store_robots
from storage.reading import Reservation
from storage.visit import STATUSES, Lease

logger = logging.getLogger(__name__)

#: RFC 9309, 2.5, has crawlers read at least 500 KiB; more is not parsed on the reactor.
MAX_BYTES = 500 * 1024

#: The line that names a group's crawler, as generously as Protego reads it.
_AGENT_LINE = re.compile(r"\s*user[-\s]?\s*agent[\s:]+", re.IGNORECASE)
ROBOTS_TXT = "robots_txt"
"""The key of a request's ``meta`` with its origin's robots.txt, for what a rendered page asks for itself."""

_OTHERS = "(others)"  # no product token has brackets
#: RFC 9309, 2.2.1, has letters, "-" and "_" only; there are crawlers with digits in their names.
_PRODUCT = re.compile(r"[a-z0-9_-]+", re.IGNORECASE)


def own_groups(text: str, token: str) -> str:
    """Rewrite a robots.txt so that its groups name us, ``*`` or "(others)".

    RFC 9309, 2.2.1: a group is ours if it names our product token, in any case, with or without a version or an
    asterisk. Protego copies each rule of a group for each of its agents: 500 KiB of both would take it hours.
    """
    lines = []
    for line in text.splitlines():
        head = _AGENT_LINE.match(line)
        name = line[head.end() :].partition("#")[0].strip() if head else ""
        lines.append(f"User-agent: {_agent_meant(name, token)}" if head else line)
    return "\n".join(lines)


def _agent_meant(name: str, token: str) -> str:
    if name and not name.strip("*"):
        return "*"
    return token if _product_of(name) == _product_of(token) else _OTHERS


def _product_of(name: str) -> str:
    token = _PRODUCT.match(name.strip("*"))
    return token.group().lower() if token else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one origin's robots.txt for us, or why there are none.

    ``protego`` is None if nothing is forbidden, else made of ``text``. ``closed`` says why the whole site is forbidden
    for now, ``unreachable`` what went wrong, ``rest_until`` how long the host asked to be left alone. All hold until
    ``until``, a time of ``time.monotonic``.
    """

    protego: Protego | None = None
    closed: str = ""
    unreachable: str = ""
    text: str = ""
    rest_until: datetime.datetime | None = None
    until: float = math.inf

    @classmethod
    def of(cls, status: int, body: bytes, token: str) -> Self:
        """Return the rules of an answer.

        RFC 9309, 2.3.1.3: a 4xx forbids nothing; 2.3.1.4: a 5xx forbids all. 429 counts as a 5xx, as with Google's
        crawlers (developers.google.com/search/docs/crawling-indexing/robots/robots_txt): the server asks to be left
        alone.
        """
        if status not in STATUSES or status >= 500 or status == 429:
            return cls(closed=f"robots.txt cannot be read now (HTTP {status}), which forbids the site")
        if not 200 <= status < 300:
            return cls()
        groups = own_groups(body[:MAX_BYTES].decode("utf-8-sig", "ignore"), token)
        return cls(protego=Protego.parse(groups), text=groups)

    def why_forbidden(self, url: str, token: str) -> str | None:
        """Return why an address is forbidden, in one line; None if it is allowed."""
        if self.closed:
            return self.closed
        if self.protego is not None and not self.protego.can_fetch(url, token):
            return "robots.txt forbids it"
        return None

    def crawl_delay(self, token: str) -> float:
        """Return the Crawl-delay in seconds, possibly infinite.

        0.0 if none is given or it is invalid.
        """
        crawl_delay = self.protego.crawl_delay(token) if self.protego is not None else None
        delay = float(crawl_delay) if crawl_delay is not None else 0.0
        return 0.0 if math.isnan(delay) else max(delay, 0.0)


class Robots:
    """Downloader middleware that refuses what an origin's robots.txt forbids.

    The robots.txt is taken from an earlier run or fetched. The Crawl-delay is passed on in
    ``request.meta["crawl_delay"]``. If robots.txt cannot be fetched, the page fails without a request (RFC 9309,
    2.3.1.4). ``dont_obey_robotstxt`` in the meta lets a request pass; it is for robots.txt itself.
    """

    def __init__(self, crawler: Crawler, token: str) -> None:
        self._crawler = crawler
        self._token = token
        self._asked: dict[tuple[str, bool, str], asyncio.Task[Rules]] = {}
        self._side_tasks: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ``ROBOTSTXT_USER_AGENT``, else the product token of ``USER_AGENT``."""
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler, settings.get("ROBOTSTXT_USER_AGENT") or robots_token(settings["USER_AGENT"]))

    async def process_request(self, request: Request) -> None:
        """Raise :class:`RobotsRefused`, :class:`RobotsUnreachable` or :class:`HostRests`."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        rules = await self._rules(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", request)
        now = datetime.datetime.now(datetime.UTC)
        if rules.rest_until is not None and rules.rest_until > now:
            raise HostRests(rules.closed, rules.rest_until)
        if rules.closed and _waits_in_frontier(request):
            raise HostRests(rules.closed, now + TRY_AGAIN)
        if rules.unreachable:
            raise RobotsUnreachable(rules.unreachable)
        token = self._token_of(request)
        request.meta["crawl_delay"], request.meta[ROBOTS_TXT] = rules.crawl_delay(token), rules.text
        reason = rules.why_forbidden(request.url, token)
        if reason:
            raise RobotsRefused(reason)

    async def _rules(self, origin: str, request: Request) -> Rules:
        # Separate keys: the failure of a source that may not reach a private host is not that of those that may.
        private = host_and_port(origin) in (request.meta.get("private_hosts") or ())
        key = origin, private, self._token_of(request)
        task = self._asked.get(key)
        if task is None or (task.done() and task.result().until <= time.monotonic()):
            task = self._asked[key] = asyncio.ensure_future(self._look_up(origin, request))
        return await asyncio.shield(task)

    def _token_of(self, request: Request) -> str:
        """Return the product token of a request's user agent."""
        options: RequestOptions | None = request.meta.get(OPTIONS)
        return self._token if options is None else options.robots_token

    async def _look_up(self, origin: str, request: Request) -> Rules:
        """Return the rules from the database if they are fresh, else fetch and store them."""
        now = datetime.datetime.now(datetime.UTC)
        known = await call_database(self._crawler, read_robots, KnownRobots(), origin)
        use = use_of(known, now)
        if use == "ask":
            return await self._ask(origin, request, known)
        return _rules_of(known, use, self._token_of(request), now)

    async def _ask(self, origin: str, request: Request, known: KnownRobots) -> Rules:
        rules, answer = await self._fetch(origin, request)
        now = datetime.datetime.now(datetime.UTC)
        if answer is not None:
            known = stored_answer(answer.status, _text(answer.body), now)
            await call_database(self._crawler, store_robots, None, origin, known)
            await self._note(origin, request, answer)
            return dataclasses.replace(rules, until=time.monotonic() + FRESH.total_seconds())
        trouble = rules.closed or rules.unreachable
        if not trouble:
            return rules
        known = stored_failure(known, trouble, now)
        await call_database(self._crawler, store_robots, None, origin, known)
        use = use_in_trouble(known, now)
        if use != "closed" and rules.rest_until is None:
            return _rules_of(known, use, self._token_of(request), now)
        holds = TRY_AGAIN if rules.rest_until is None else min(TRY_AGAIN, rules.rest_until - now)
        return dataclasses.replace(rules, until=time.monotonic() + holds.total_seconds())

    async def _fetch(self, origin: str, request: Request) -> tuple[Rules, Response | None]:
        """Fetch robots.txt; return its rules, and the answer if it is worth storing."""
        robots = Request(
            f"{origin}/robots.txt",
            callback=NO_CALLBACK,
            priority=1000,
            # RFC 9309, 2.3.1.2: redirects are followed, to other hosts too.
            meta={"dont_obey_robotstxt": True, "may_leave_host": True, **_inherited_meta(request)},
        )
        try:
            response = await self._download(robots)
        except HostRests as error:
            return Rules(closed=error.reason, rest_until=error.until), None
        except IgnoreRequest as error:
            # Refused by our own guard, or redirected in a circle (which RFC 9309 counts as a 4xx): the page's own
            # request will show which.
            logger.info("%s/robots.txt: %s", origin, error)
            return Rules(), None
        except Exception as error:  # noqa: BLE001 - every waiting request fails with its message
            return Rules(unreachable=f"robots.txt cannot be fetched: {words_of_error(error)}"[:300]), None
        rules = Rules.of(response.status, response.body, self._token_of(request))
        if rules.closed:
            return dataclasses.replace(rules, rest_until=response.meta.get("rest_until")), None
        return rules, response

    async def _download(self, request: Request) -> Response:
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError("robots.txt is asked for before the engine runs")
        return await engine.download_async(request)

    async def _note(self, origin: str, request: Request, answer: Response) -> None:
        """Record mining reservations of robots.txt, and of tdmrep.json for hosts of start pages."""
        lease = request.meta.get("lease")
        if lease is None:
            return
        if 200 <= answer.status < 300:
            await self._reserve(lease, origin, read_robots_reservations(_text(answer.body)))
        if lease.via == "start":
            task = asyncio.ensure_future(self._ask_tdmrep(origin, lease, request))
            self._side_tasks.add(task)
            task.add_done_callback(self._side_tasks.discard)

    async def _reserve(self, lease: Lease, origin: str, reservations: Iterable[Reservation]) -> None:
        host, now = urlsplit(origin).netloc.lower(), datetime.datetime.now(datetime.UTC)
        if reserved := tuple(reservations):
            await call_database(self._crawler, store_reservations, None, lease.source_id, host, reserved, now)

    async def _ask_tdmrep(self, origin: str, lease: Lease, request: Request) -> None:
        asked = Request(f"{origin}/.well-known/tdmrep.json", callback=NO_CALLBACK, meta=_inherited_meta(request))
        try:
            response = await self._download(asked)
        except Exception as error:  # noqa: BLE001 - a file that few have: that it cannot be had is no trouble
            logger.info("%s: %s: %s", asked.url, type(error).__name__, error)
            return
        if 200 <= response.status < 300:
            await self._reserve(lease, origin, read_tdmrep_reservations(response.body[:MAX_BYTES]))


def _waits_in_frontier(request: Request) -> bool:
    """Return whether the address waits in the frontier while its site is closed.

    A start page does not: it is polled again anyway, and its outcome counts for the source.
    """
    lease = request.meta.get("lease")
    return lease is not None and lease.via not in ("start", "listing")


def _inherited_meta(request: Request) -> dict[str, object]:
    """Return the meta of a page's request that also holds for requests made on its behalf."""
    return {name: request.meta.get(name) for name in ("delay", "private_hosts", OPTIONS)}


def _text(body: bytes) -> str:
    return body[:MAX_BYTES].decode("utf-8-sig", "ignore")


def _rules_of(known: KnownRobots, use: Use, token: str, now: datetime.datetime) -> Rules:
    """Return the rules of a stored robots.txt, with the time until which they hold."""
    left = (known.fetched_at + FRESH - now) if known.fetched_at is not None and not known.trouble else TRY_AGAIN
    until = time.monotonic() + max(left, TRY_AGAIN).total_seconds()
    if use == "closed":
        return Rules(closed=known.trouble, until=until)
    if use == "nothing" or known.status is None:
        return Rules(until=until)
    return dataclasses.replace(Rules.of(known.status, known.body.encode(), token), until=until)
