"""Requests that are not made, and why: typed, so that whoever keeps the accounts need not read messages."""

import datetime

from scrapy.exceptions import IgnoreRequest


class Refused(IgnoreRequest):
    """We decline to make this request. ``reason`` is one line for the run's record; the outcome is ``refused``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AddressRefused(Refused):
    """The address guard: the connection would go to an address that is not public, or by a scheme but http(s)."""


class RedirectRefused(Refused):
    """The page redirects to where its source does not reach."""


class RobotsRefused(Refused):
    """robots.txt forbids the address, or asks for a pace at which the page would not be fetched in a run."""


class TooManyRedirects(IgnoreRequest):
    """The page redirects more often than is followed. No refusal of ours: the outcome is ``failed``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be fetched, so its site is not either. No refusal of ours: the outcome is ``failed``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HostRests(IgnoreRequest):
    """The host asked to be left alone, or fails over and over: the address waits in the frontier ``until`` then."""

    def __init__(self, reason: str, until: datetime.datetime) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until


class NotAsked(IgnoreRequest):
    """The crawl was stopped before the request was made: the address keeps its place in the frontier."""
