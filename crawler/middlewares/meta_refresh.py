"""Follow pages that are only a meta refresh, like redirects."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.middlewares.redirects import Redirects
from crawler.middlewares.request_cookies import has_new_cookies
from pipelines.addresses.normalize import address_key

_LONGEST_PAGE = 8 * 1024  # bytes; a page that is only a refresh is short, and is parsed on the reactor
_MOST_WORDS = 300  # characters of visible text: "You are being redirected. Click here if nothing happens."
_LONGEST_WAIT = 5  # seconds
#: HTML Standard, 4.2.5.3, "shared declarative refresh steps".
_REFRESH = re.compile(r"\s*(\d+)(?:\.[\d.]*)?\s*[;,\s]\s*(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|(\S.*))", re.IGNORECASE)
_UNSEEN = frozenset({"noscript", "script", "style", "template", "title"})


class MetaRefreshes(Redirects):
    """Downloader middleware that takes a page that is only a meta refresh for a redirect (302) to its target.

    It stands where answers are decompressed. All that guards a redirect guards this one: the source's hosts, the number
    of redirects, and what looks at each request (robots.txt, locks, the address guard). A page that leads to itself is
    returned, unless it sets cookies.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override] # the parent's ``spider`` is deprecated
        """Follow the refresh, or raise RedirectRefused or TooManyRedirects; return any other page."""
        target = "" if request.meta.get("dont_obey_robotstxt") else refresh_target(response)
        if not target or (address_key(target) == address_key(request.url) and not has_new_cookies(response)):
            return response
        cookies = response.headers.getlist("Set-Cookie")
        headers = {"Location": target, "Set-Cookie": cookies} if cookies else {"Location": target}
        return super().process_response(request, Response(response.url, 302, headers, request=request))


def refresh_target(response: Response) -> str:
    """Return the absolute target of a page that is only a meta refresh; "" for any other page."""
    body = response.body
    if not isinstance(response, HtmlResponse) or response.status != 200 or len(body) > _LONGEST_PAGE:
        return ""
    if b"refresh" not in body.lower():
        return ""
    page = _RefreshPage()
    page.feed(response.text)
    page.close()
    if not page.target or page.characters > _MOST_WORDS:
        return ""
    try:
        return urljoin(urljoin(response.url, page.base), page.target)
    except ValueError:
        return ""


class _RefreshPage(HTMLParser):
    """``characters`` is the length of the visible text, ``target`` where the first refresh leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.base, self.target, self.characters = "", "", 0
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read ``meta`` and ``base``, except in ``noscript`` and the like."""
        values = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "base" and not self._unseen:
            self.base = self.base or values.get("href", "").strip()
        elif tag == "meta" and not self._unseen and values.get("http-equiv", "").strip().lower() == "refresh":
            match = _REFRESH.match(values.get("content", ""))
            if match and not self.target and int(match[1][:6]) <= _LONGEST_WAIT:
                self.target = (match[2] or match[3] or match[4] or "").strip()

    def handle_endtag(self, tag: str) -> None:
        """End what is not shown."""
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]

    def handle_data(self, data: str) -> None:
        """Count what is shown."""
        if not self._unseen:
            self.characters += len("".join(data.split()))
