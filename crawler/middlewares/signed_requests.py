"""Sign every request, if the config has a key for it."""

import datetime
import logging
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.config.tables import Signatures
from crawler.request_signatures import RequestSigner, SignatureProblem

logger = logging.getLogger(__name__)


class SignedRequests:
    """Downloader middleware that signs requests, robots.txt and redirects included, each for its own host."""

    def __init__(self, signer: RequestSigner) -> None:
        self._signer = signer

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ``KIJI_SIGNATURES``. Without a key, or with one that is of no use, nothing is signed."""
        settings = crawler.settings.getdict("KIJI_SIGNATURES")
        if not settings.get("key"):
            raise NotConfigured
        try:
            return cls(RequestSigner(Signatures.model_validate(settings)))
        except SignatureProblem as problem:
            logger.warning("Requests are not signed: %s", problem)
            raise NotConfigured from problem

    def process_request(self, request: Request) -> None:
        """Set the headers anew: they are for this address and this minute."""
        now = datetime.datetime.now(datetime.UTC)
        for name, value in self._signer.headers(request.method, request.url, now).items():
            request.headers[name] = value
