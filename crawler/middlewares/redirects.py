"""Follow few redirects, by http(s) only, within the source's hosts."""

from collections.abc import Iterable
from typing import Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.hosts import DEFAULT_PORTS, hostname_of, is_within
from crawler.middlewares.conditional_requests import VALIDATORS, validators_of
from crawler.middlewares.exceptions import RedirectRefused, TooManyRedirects
from crawler.middlewares.request_cookies import send_cookies
from crawler.sanitize import sanitize_line
from pipelines.addresses.normalize import address_key
from storage.visit import Lease

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Redirects(RedirectMiddleware):
    """Scrapy's redirect middleware, restricted to the source's hosts.

    A request with ``may_leave_host`` in its ``meta`` (start pages, entries of configured feeds) may be redirected
    anywhere. Any other may go to its own host, to ``allowed_hosts`` and to their subdomains. A redirect from https to
    http is followed: news pages are public. ``meta["redirect_urls"]`` has the addresses on the way. A redirect without
    a target is returned as an answer. Cookies that are set on the way are sent along it. Validators
    (``meta["lease"]``) are sent only to the page that gave them: another page with the same validators would answer
    304.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Skip the parent's search for a Referer middleware: we send none."""
        redirects = cls(crawler.settings)
        redirects.crawler = crawler
        return redirects

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override] # the parent's ``spider`` is deprecated
        """Follow the redirect, or raise RedirectRefused or TooManyRedirects."""
        try:
            followed = super().process_response(request, response)
        except IgnoreRequest as error:
            limit = self.max_redirect_times
            raise TooManyRedirects(f"more than {limit} redirects, the last to {_target(request, response)}") from error
        except ValueError as error:
            raise RedirectRefused(f"redirect to what is no web address: {_target(request, response)}") from error
        if isinstance(followed, Request):
            _refuse_to_leave(request, followed.url)
            _show_validators(followed)
            send_cookies(request, response, followed)
        elif _is_unfollowed(request, response):
            raise RedirectRefused(f"redirect to {_target(request, response)}: only http and https are followed")
        return followed


def _refuse_to_leave(request: Request, target: str) -> None:
    meta = request.meta
    if meta.get("may_leave_host"):
        return
    first, host = hostname_of(request.url), hostname_of(target)
    allowed: Iterable[str] = meta.get("allowed_hosts") or ()
    if host != first and not is_within(host, allowed):
        raise RedirectRefused(f"redirect to {_shown(target)}: {_shown(host)} is not a host of this source")


def _show_validators(followed: Request) -> None:
    lease: Lease | None = followed.meta.get("lease")
    if lease is None:
        return
    gave_them = {address_key(url) for url in (lease.url, lease.leads_to) if url}
    shown = validators_of(lease) if address_key(followed.url) in gave_them else {}
    for name in VALIDATORS:
        followed.headers.pop(name, None)
    followed.headers.update(shown)


def _is_unfollowed(request: Request, response: Response) -> bool:
    if response.status not in _REDIRECTS or "Location" not in response.headers:
        return False
    scheme = urlsplit(_target(request, response)).scheme.lower()
    return scheme not in DEFAULT_PORTS and not request.meta.get("dont_redirect")


def _target(request: Request, response: Response) -> str:
    """Return the target of the redirect: absolute, shortened, safe for a log line."""
    location = (response.headers.get("Location") or b"").decode("utf-8", "replace").strip()
    try:
        return _shown(urljoin(request.url, location))
    except ValueError:
        return _shown(location)


def _shown(text: str) -> str:
    return sanitize_line(text[:200])
