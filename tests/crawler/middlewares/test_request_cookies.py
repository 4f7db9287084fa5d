"""A cookie that a site sets on the way is sent back on that way, and nowhere else."""

from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler

from tests.support.guarded_crawls import Crawl, crawl
from tests.support.guarded_site import Answer, Site, page, redirect

COOKIE = "c=1; Path=/"


def gated(otherwise: Answer, sent: list[tuple[str, str]]) -> Answer:
    """A page for those who send the cookie; ``sent`` gets the path and the cookies of each request."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        cookies = handler.headers.get("Cookie") or ""
        sent.append((handler.path, cookies))
        (page() if "c=1" in cookies else otherwise)(handler)

    return answer


def setting(target: str, cookie: str = COOKIE) -> Answer:
    return page(b"", 302, {"Location": target, "Set-Cookie": cookie})


def crawl_site(site: Site, *wanted: str | tuple[str, Mapping[str, object]]) -> Crawl:
    hosts = [f"{host}:{site.port}" for host in ("localhost", "127.0.0.1")]
    return crawl(wanted, {"KIJI_PRIVATE_HOSTS": hosts, "CONCURRENT_REQUESTS": 1})


def test_a_cookie_set_on_the_way_opens_the_page() -> None:
    sent: list[tuple[str, str]] = []
    with Site() as site:
        refresh = page(b'<meta http-equiv=refresh content="0;url=/refresh">', headers={"Set-Cookie": COOKIE})
        site.answers = {
            "/back": gated(setting("/back?set=1"), sent),
            "/back?set=1": redirect("/back"),
            "/same": gated(setting("/same"), sent),
            "/gate": setting("/step"),
            "/step": setting("/inner", "other=2; Path=/"),
            "/inner": gated(redirect("/gate"), sent),
            "/refresh": gated(refresh, sent),
        }
        urls = [site.url(path) for path in ("/back", "/same", "/gate", "/refresh")]
        result = crawl_site(site, *urls)
        assert [result.of(url).status for url in urls] == [200] * 4
    assert ("/inner", "c=1; other=2") in sent


def test_a_cookie_ends_with_its_request_and_stays_where_it_was_set_for() -> None:
    sent: list[tuple[str, str]] = []
    with Site() as site:
        closed = page(b"closed")
        elsewhere = site.url("/elsewhere", host="127.0.0.1")
        site.answers = {
            "/set": setting("/first"),
            "/first": gated(closed, sent),
            "/second": gated(closed, sent),
            "/leave": setting(elsewhere),
            "/elsewhere": gated(closed, sent),
            "/deep": setting("/outside", "c=1; Path=/deep"),
            "/outside": gated(closed, sent),
            "/secure": setting("/plain", "c=1; Path=/; Secure"),
            "/plain": gated(closed, sent),
            "/foreign": setting("/own", "c=1; Path=/; Domain=example.com"),
            "/own": gated(closed, sent),
        }
        paths = ("/set", "/second", "/deep", "/secure", "/foreign")
        crawl_site(site, *map(site.url, paths), (site.url("/leave"), {"may_leave_host": True}))
    expected = dict.fromkeys(("/second", "/elsewhere", "/outside", "/plain", "/own"), "") | {"/first": "c=1"}
    assert dict(sent) == expected
