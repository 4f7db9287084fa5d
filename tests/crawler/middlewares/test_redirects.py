"""How far redirects lead."""

from tests.support.guarded_crawls import crawl
from tests.support.guarded_site import Site, page, redirect


def test_redirects_are_followed_within_the_source_and_no_further() -> None:
    with Site({"/": page()}) as site:
        port = site.port
        elsewhere = f"http://127.0.0.1:{port}/"
        site.answers |= {f"/{n}": redirect(f"/{n - 1}" if n > 1 else "/", 301) for n in range(1, 7)}
        site.answers |= {
            "/elsewhere": redirect(elsewhere),
            "/loop": redirect("/loop"),
            "/script": redirect("javascript:alert(1)"),
            "/broken": redirect("http://[::1/"),
            "/nowhere": page(b"", 302),
        }
        asked = {path: site.url(path) for path in site.answers}
        requests: list[str | tuple[str, dict[str, object]]] = list(asked.values())
        allowed, left = site.url("/elsewhere?1"), site.url("/elsewhere?2")
        site.answers |= {"/elsewhere?1": redirect(elsewhere), "/elsewhere?2": redirect(elsewhere)}
        requests += [(allowed, {"allowed_hosts": ["127.0.0.1"]}), (left, {"may_leave_host": True})]
        result = crawl(requests, {"KIJI_PRIVATE_HOSTS": [f"localhost:{port}", f"127.0.0.1:{port}"]})
    ends = {path: result.of(url) for path, url in asked.items()}
    assert ends["/5"].status == 200
    assert [url.rsplit("/", 1)[1] for url in ends["/5"].redirects] == ["5", "4", "3", "2", "1"]
    assert (ends["/6"].error, ends["/loop"].error) == ("TooManyRedirects", "TooManyRedirects")
    assert ends["/elsewhere"].error == "RedirectRefused"
    assert "127.0.0.1 is not a host of this source" in ends["/elsewhere"].reason
    assert ends["/script"].error == "RedirectRefused"
    assert ends["/broken"].error == "RedirectRefused"
    assert ends["/nowhere"].status == 302
    assert [result.of(url).final_url for url in (allowed, left)] == [elsewhere, elsewhere]
