"""Define the errors of requests that are not made."""

import datetime

from scrapy.exceptions import IgnoreRequest


class Refused(IgnoreRequest):
    """A request that we refuse to make.

    ``reason`` is one line; the outcome is ``refused``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AddressRefused(Refused):
    """The address is not public, or its scheme is not http(s)."""


class RedirectRefused(Refused):
    """The page redirects out of its source's hosts."""


class RobotsRefused(Refused):
    """robots.txt forbids the address, or its Crawl-delay is too long for a run."""


class TooManyRedirects(IgnoreRequest):
    """The page redirects too often. The outcome is ``failed``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be fetched, so its site is not either.

    The outcome is ``failed``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HostRests(IgnoreRequest):
    """The host asked to be left alone, or keeps failing.

    The address waits in the frontier ``until`` then.
    """

    def __init__(self, reason: str, until: datetime.datetime) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until


class NotAsked(IgnoreRequest):
    """The crawl was stopped before the request was made.

    The address stays in the frontier.
    """
