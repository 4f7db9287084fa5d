"""Send what a source's requests carry: user agent, headers, cookies, proxy."""

import datetime

from scrapy import Request
from scrapy.http.cookies import CookieJar

from crawler.middlewares.exceptions import HostRests, Refused
from crawler.middlewares.request_cookies import JAR
from crawler.middlewares.robots_cache import TRY_AGAIN
from crawler.request_options import RequestOptions
from storage.visit import Lease

OPTIONS = "request_options"
"""The key of a request's ``meta`` with its source's :class:`RequestOptions`, None where there are none."""


class SourceRequests:
    """Downloader middleware that sets a source's user agent, headers, cookies and proxy.

    It sees every request on a page's way, redirects and robots.txt included, and sets all of them anew: a header for
    one host is taken away on the way to another.
    """

    def process_request(self, request: Request) -> None:
        """Set them. Raises Refused or HostRests where a value is missing."""
        options: RequestOptions | None = request.meta.get(OPTIONS)
        if options is None:
            return
        if options.problem:
            raise _refusal(request, options.problem)
        request.headers["User-Agent"] = options.user_agent
        for name in options.headers:
            request.headers.pop(name, None)
        if options.may_hold_secrets(request.url):
            request.headers.update(options.headers)
        if options.cookies:
            _set_cookies(request, options)
        if options.proxy:
            request.meta["proxy"] = options.proxy


def _refusal(request: Request, problem: str) -> Refused | HostRests:
    """Refuse a start page; let any other address wait in the frontier until the value is there."""
    lease: Lease | None = request.meta.get("lease")
    if lease is None or lease.via in ("start", "listing"):
        return Refused(problem)
    return HostRests(problem, datetime.datetime.now(datetime.UTC) + TRY_AGAIN)


def _set_cookies(request: Request, options: RequestOptions) -> None:
    request.headers.pop("Cookie", None)
    jar: CookieJar | None = request.meta.get(JAR)
    if jar is not None:
        jar.add_cookie_header(request)
    on_the_way = (request.headers.pop("Cookie", None) or [b""])[0].decode("latin-1")
    if header := options.cookie_header(request.url, on_the_way):
        request.headers["Cookie"] = header.encode("latin-1")
