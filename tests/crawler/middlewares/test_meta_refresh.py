"""Pages that are only a meta refresh lead on, as guarded as redirects."""

import pytest

from tests.support.guarded_crawls import crawl
from tests.support.guarded_site import Site, page, redirect

REFRESHES = [
    '<html><head><META HTTP-EQUIV="refresh" CONTENT="0; URL=/target"></head><body></body></html>',
    "<meta http-equiv=refresh content=0;url=target>",
    """<meta content="3;URL='/target'" http-equiv="Refresh"><p>You are redirected. <a href="/target">Go</a>""",
    '<head><base href="/a/b/"><meta http-equiv="refresh" content="1, ../../target"></head>',
    "<script>if (1 < 2) {}</script><meta http-equiv='refresh' content='0;url=&#x2F;target'><p>移動します",
]
PAGES = [
    '<noscript><meta http-equiv="refresh" content="0;url=/secret"></noscript>',
    '<!-- <meta http-equiv="refresh" content="0;url=/secret"> -->',
    '<meta http-equiv="refresh" content="300;url=/secret">',
    '<meta http-equiv="refresh" content="0">',
    f'<meta http-equiv="refresh" content="0;url=/secret"><p>{"The ferry returned to service. " * 20}',
]


def test_a_page_that_is_only_a_refresh_leads_on_and_any_other_is_itself() -> None:
    with Site({"/target": page(), "/secret": page()}) as site:
        site.answers |= {f"/refresh-{at}": page(body.encode()) for at, body in enumerate(REFRESHES)}
        site.answers |= {f"/page-{at}": page(body.encode()) for at, body in enumerate(PAGES)}
        urls = [site.url(path) for path in site.answers if path[1] in "rp"]
        result = crawl(urls, {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"]})
        ends = {url.rpartition("/")[2]: result.of(url) for url in urls}
    for at in range(len(REFRESHES)):
        assert ends[f"refresh-{at}"].final_url == site.url("/target")
    for at in range(len(PAGES)):
        assert (ends[f"page-{at}"].status, ends[f"page-{at}"].redirects) == (200, ())
    assert "/secret" not in site.paths()


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("http://127.0.0.1:{}/", "RedirectRefused"),  # no host of the source
        ("javascript:alert(1)", "RedirectRefused"),
        ("/forbidden", "RobotsRefused"),
        ("/other", "TooManyRedirects"),
    ],
)
def test_a_refresh_is_refused_where_a_redirect_is(target: str, error: str) -> None:
    with Site({"/": page(), "/forbidden": page()}) as site:
        site.answers["/robots.txt"] = page(
            b"User-agent: *\nDisallow: /forbidden", headers={"Content-Type": "text/plain"}
        )
        body = f'<meta http-equiv="refresh" content="0;url={target.format(site.port)}">'
        site.answers["/one"] = page(body.encode())
        site.answers["/other"] = redirect("/one")
        hosts = [f"localhost:{site.port}", f"127.0.0.1:{site.port}"]
        result = crawl([site.url("/one")], {"KIJI_PRIVATE_HOSTS": hosts})
        assert result.of(site.url("/one")).error == error
        assert "/forbidden" not in site.paths()


def test_a_refresh_to_a_private_address_is_not_followed() -> None:
    with Site() as inner, Site() as site:
        site.answers["/"] = page(f'<meta http-equiv=refresh content="0;url={inner.url("/")}">'.encode())
        wanted: tuple[str, dict[str, object]] = (site.url("/"), {"may_leave_host": True})
        result = crawl([wanted], {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"]})
        assert result.of(site.url("/")).error == "AddressRefused"
        assert inner.paths() == []


def test_a_page_that_refreshes_itself_is_that_page() -> None:
    with Site({"/": page(b'<meta http-equiv=refresh content="0;url=/">')}) as site:
        result = crawl([site.url("/")], {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"]})
        assert (result.of(site.url("/")).status, site.paths().count("/")) == (200, 1)
