"""A download handler whose connections do not pass Twisted's resolver, as those of another Scrapy might not."""

import asyncio
import http.client
import ipaddress
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import HtmlResponse, Response


class UnguardedHandler(BaseDownloadHandler):
    """Fetch with the standard library; tell the address that answered."""

    lazy = False
    address: ipaddress.IPv4Address | None = ipaddress.IPv4Address("127.0.0.1")

    async def download_request(self, request: Request) -> Response:
        status, body = await asyncio.to_thread(_fetch, request.url)
        return HtmlResponse(request.url, status, body=body, request=request, ip_address=self.address)

    async def close(self) -> None:
        pass


class SilentHandler(UnguardedHandler):
    """Fetch likewise, and tell no address."""

    address = None


def _fetch(url: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
