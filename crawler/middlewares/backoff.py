"""Back off from hosts that answer 429 or 503, in this run and the next ones."""

import dataclasses
import datetime
import email.utils
import logging
import random
import time
from collections.abc import Callable
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.hosts import slot_of
from crawler.middlewares.database_calls import call_database
from crawler.middlewares.exceptions import HostRests
from crawler.middlewares.pace import Pace, pace_of
from storage.frontier.host_state import Rest, read_rest, store_rest

logger = logging.getLogger(__name__)

STATUSES = frozenset({429, 503})
"""RFC 6585, 4 and RFC 9110, 15.6.4: both are about the server's load, and may carry Retry-After."""

JITTER = 0.25
"""Adds up to this share to each wait, so that the sources of many operators do not come back all at once."""

LONGEST_REST = datetime.timedelta(days=1)
"""The longest Retry-After that is obeyed. After it the host is asked once, and may repeat its answer."""

STRIKES = 5
"""Refusals in a row after which a host that gives no Retry-After is left alone."""

FIRST_REST = datetime.timedelta(minutes=15)
"""After that, doubled by every further refusal, up to ``LONGEST_REST``."""


def retry_after(value: str, now: datetime.datetime) -> float | None:
    """Parse a Retry-After into seconds (RFC 9110, 10.2.3: seconds or a date).

    Returns None if it is invalid.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return max((moment - now).total_seconds(), 0.0)


@dataclasses.dataclass(slots=True)
class _Host:
    """A host's refusals in a row, and until when it is held (``time.monotonic``) or left alone."""

    strikes: int = 0
    held_until: float = 0.0
    rest: Rest | None = None


class Backoff:
    """Downloader middleware that waits after refusals.

    It waits ``first_wait`` seconds after the first refusal, and twice as long after each further one in a row. For
    waits up to ``longest_hold`` seconds the host's queue is held within the run. For a longer wait, or after STRIKES
    refusals, the host rests: its addresses go back to the frontier with :class:`HostRests`, and no run asks it until
    then.
    """

    def __init__(
        self,
        crawler: Crawler,
        pace: Callable[[], Pace],
        *,
        first_wait: float,
        longest_hold: float,
        retries: int,
    ) -> None:
        self._crawler = crawler
        self._pace = pace
        self._first_wait = first_wait
        self._longest_hold = longest_hold
        self._retries = retries
        self._hosts: dict[str, _Host] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ``KIJI_BACKOFF_SECONDS``, ``KIJI_LONGEST_HOLD`` and ``RETRY_TIMES``."""
        settings = crawler.settings
        backoff = cls(
            crawler,
            lambda: pace_of(crawler),
            first_wait=settings.getfloat("KIJI_BACKOFF_SECONDS"),
            longest_hold=settings.getfloat("KIJI_LONGEST_HOLD"),
            retries=settings.getint("RETRY_TIMES"),
        )
        crawler.signals.connect(backoff.response_downloaded, signal=signals.response_downloaded)
        return backoff

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Hold the host's queue at once, before :meth:`process_response` is called."""
        if response.status in STATUSES:
            self._pace().hold(slot_of(request.url), time.monotonic() + self._first_wait)

    async def process_request(self, request: Request) -> None:
        """Raise :class:`HostRests` if the host rests."""
        slot = slot_of(request.url)
        host = self._hosts.get(slot)
        if host is None:
            rest = await call_database(self._crawler, read_rest, None, slot)
            host = self._hosts.setdefault(slot, _Host(strikes=rest.strikes if rest else 0, rest=rest))
        if host.rest is not None and host.rest.until > datetime.datetime.now(datetime.UTC):
            raise HostRests(host.rest.reason, host.rest.until)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Hold the host and retry, or let it rest. A good answer resets the count."""
        slot = slot_of(request.url)
        host = self._hosts.setdefault(slot, _Host())
        if response.status not in STATUSES:
            if response.status < 500 and (host.strikes or host.rest) and not _is_held(host):
                if host.rest is not None:
                    await call_database(self._crawler, store_rest, None, slot, None)
                self._hosts[slot] = _Host()
            return response
        now = time.monotonic()
        if now >= host.held_until:  # else it was in flight when the host was held
            host.strikes += 1
        asked = retry_after(
            (response.headers.get("Retry-After") or b"").decode("latin-1"), datetime.datetime.now(datetime.UTC)
        )
        wait = self._first_wait * 2.0 ** (min(host.strikes, 20) - 1) if asked is None else asked
        wait *= 1 + random.uniform(0, JITTER)  # noqa: S311 - spread, not secrecy
        tries = request.meta.get("retry_times", 0)
        if wait <= self._longest_hold and host.strikes < STRIKES:
            host.held_until = max(host.held_until, now + wait)
            self._pace().hold(slot, host.held_until)
            return response if tries >= self._retries else _again(request, tries)
        until = await self._let_rest(slot, host, response.status, wait if asked is not None else None)
        request.meta["rest_until"] = until  # response.meta is set only after all middlewares
        return response

    async def _let_rest(self, slot: str, host: _Host, status: int, asked: float | None) -> datetime.datetime:
        if asked is None:
            rest = min(FIRST_REST * 2 ** min(max(host.strikes - STRIKES, 0), 10), LONGEST_REST)
            why = f"HTTP {status} {host.strikes} times in a row"
        else:
            rest = min(datetime.timedelta(seconds=asked), LONGEST_REST)
            why = f"HTTP {status}, with Retry-After"
        now = datetime.datetime.now(datetime.UTC)
        if host.rest is not None and host.rest.until > now + rest:
            return host.rest.until
        host.rest = Rest(now + rest, host.strikes, why)
        logger.warning("%s is left alone for %d s: %s", slot, rest.total_seconds(), why)
        await call_database(self._crawler, store_rest, None, slot, host.rest)
        self._pace().give_back(slot, HostRests(why, host.rest.until))
        return host.rest.until


def _is_held(host: _Host) -> bool:
    """Return whether an answer that comes now was requested before the host refused."""
    rests = host.rest is not None and host.rest.until > datetime.datetime.now(datetime.UTC)
    return rests or time.monotonic() < host.held_until


def _again(request: Request, tries: int) -> Request:
    again = request.copy()
    again.meta["retry_times"] = tries + 1
    again.dont_filter = True
    again.priority = request.priority + 10
    return again
