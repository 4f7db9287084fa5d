"""Make the order by which a source's page is rendered."""

from collections.abc import Sequence

from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from crawler.config.models import Source
from crawler.hosts import hostname_of
from crawler.middlewares.request_cookies import JAR
from crawler.middlewares.robots import ROBOTS_TXT
from crawler.request_options import RequestOptions
from pipelines.render_order import BrowserCookie, RenderOrder


def render_order(
    source: Source,
    options: RequestOptions | None,
    response: Response,
    *,
    is_listing: bool,
    hosts: Sequence[str] = (),
) -> RenderOrder | None:
    """Return how the page that answered is rendered; None for a source that renders none.

    ``hosts`` are those to which its scripts may lead, beside its own; all if it is empty.
    """
    if not source.render:
        return None
    own = hostname_of(response.url)
    return RenderOrder(
        is_auto=source.render == "auto",
        is_listing=is_listing,
        user_agent=source.effective_user_agent,
        language=source.language or "ja",
        timezone=source.effective_timezone,
        hosts=(own, *hosts) if hosts else (),
        private_hosts=source.private_hosts,
        cookies=(*_set_on_the_way(response), *_cookies(options, own)),
        proxy=options.proxy if options is not None else "",
        robots=response.meta.get(ROBOTS_TXT, ""),
        robots_token=options.robots_token if options is not None else source.robots_token,
    )


def _cookies(options: RequestOptions | None, own: str) -> list[BrowserCookie]:
    """Return the source's cookies for its own hosts. Headers stay with the page's own request."""
    if options is None:
        return []
    return [
        BrowserCookie(
            cookie.name,
            cookie.value,
            _domain(domain, own),
            cookie.path,
            cookie.is_secure or not options.allows_http,
        )
        for cookie in options.cookies
        for domain in ([cookie.domain] if cookie.domain else options.hosts)
        if domain in options.hosts or any(domain.endswith(f".{host}") for host in options.hosts)
    ]


def _domain(host: str, own: str) -> str:
    """Return a cookie's domain: with a dot it is sent to subdomains too, which a literal address has none of."""
    is_literal = host.replace(".", "").isdigit() or ":" in host
    return host if is_literal or (host == own and "." not in host) else f".{host}"


def _set_on_the_way(response: Response) -> list[BrowserCookie]:
    """Return what the answer and the redirects before it set."""
    jar: CookieJar | None = response.meta.get(JAR)
    if jar is None and "Set-Cookie" not in response.headers:
        return []
    jar = jar or CookieJar()
    if response.request is not None:
        jar.extract_cookies(response, response.request)
    return [
        BrowserCookie(each.name, each.value or "", each.domain, each.path or "/", bool(each.secure)) for each in jar
    ]
