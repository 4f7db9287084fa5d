"""Send the cookies of a redirect back along that request's further redirects."""

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from crawler.hosts import is_within
from pipelines.addresses.normalize import registered_domain

_MOST_COOKIES = 50  # of one request; RFC 6265, 6.1, has browsers keep at least 50 of a domain
_LONGEST = 4096  # bytes of one cookie, as there
JAR = "redirect_cookies"
"""The key of a request's ``meta`` with the cookies set on the way to it."""


def send_cookies(request: Request, response: Response, followed: Request) -> None:
    """Give the request that follows a redirect the cookies that were set on the way.

    The jar is in the request's ``meta`` and ends with it. A cookie is sent only to the hosts, paths and schemes for
    which it was set (RFC 6265), and none is kept for a public suffix.
    """
    jar: CookieJar | None = request.meta.get(JAR)
    if jar is None and "Set-Cookie" not in response.headers:
        return
    jar = jar or CookieJar()
    domain = registered_domain(request.url)
    for cookie in jar.make_cookies(response, request):
        is_its_own = not cookie.domain_specified or is_within(cookie.domain.lstrip("."), [domain])
        if is_its_own and len(jar) < _MOST_COOKIES and len(cookie.name) + len(cookie.value or "") <= _LONGEST:
            jar.set_cookie_if_ok(cookie, request)
    followed.meta[JAR] = jar
    followed.headers.pop("Cookie", None)
    if urlsplit(followed.url).hostname:
        jar.add_cookie_header(followed)


def has_new_cookies(response: Response) -> bool:
    """Return whether the answer sets cookies, so that the same address may answer otherwise."""
    return "Set-Cookie" in response.headers
