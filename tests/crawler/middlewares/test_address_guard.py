"""No request of a crawl reaches an address that is not public, by any spelling or route. A server counts them."""

import socket

import pytest

from tests.support.guarded_crawls import crawl
from tests.support.guarded_site import Site, page, redirect

HOST_NAME = socket.gethostname()

SPELLINGS = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.0.0.2",
    "0.0.0.0",  # noqa: S104 - an address to refuse, not one to bind
    "0",
    "0x7f.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "2130706433",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2001:0:7f00:1::]",
    "[fec0::1]",
    "[fd00::1]",
    "[ff02::1]",
    "10.0.0.1",
    "0xa.1",
    "172.16.0.1",
    "100.64.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "user@127.0.0.1",
    "8.8.8.8@127.0.0.1",
    HOST_NAME,
]


def test_no_spelling_of_a_private_address_is_connected_to() -> None:
    with Site({"/": page()}) as canary:
        urls = [canary.url(host=host) for host in SPELLINGS]
        result = crawl(urls, {"DOWNLOAD_TIMEOUT": 5})
    assert canary.log == []
    assert {ending.url for ending in result.endings} == set(urls)
    by_host = {ending.url.split("/")[2].rpartition(":")[0]: ending for ending in result.endings}
    for host in set(SPELLINGS) - {"localhost.", HOST_NAME} - {h for h in SPELLINGS if "@" in h or not h.isascii()}:
        assert by_host[host].error == "AddressRefused", by_host[host]
        assert "allow_private_addresses = true" in by_host[host].reason
    assert "loopback address 127.0.0.1 behind localhost:" in by_host["localhost"].reason
    assert "loopback address 127.0.0.1 behind 2130706433:" in by_host["2130706433"].reason


@pytest.mark.parametrize("runner", [False, True], ids=["in its own process", "in a reactor that runs already"])
def test_only_the_host_and_port_that_is_allowed_is_reached(runner: bool) -> None:
    with Site({"/": page(), "/in": redirect("/")}) as allowed, Site({"/": page()}) as canary:
        allowed.answers["/out"] = redirect(canary.url())
        allowed.answers["/literal"] = redirect(f"http://127.0.0.1:{allowed.port}/")
        allowed.answers["/file"] = redirect("file:///etc/hostname")
        may_leave = {"may_leave_host": True}
        urls = [allowed.url(path) for path in ("/", "/in", "/out", "/literal", "/file")]
        others = [canary.url(), allowed.url(host="127.0.0.1"), "file:///etc/hostname", "ftp://localhost/", "data:,x"]
        result = crawl(
            [(url, may_leave) for url in urls + others],
            {"KIJI_PRIVATE_HOSTS": [f"localhost:{allowed.port}"]},
            runner=runner,
        )
    assert canary.log == []
    assert set(allowed.paths()) == {"/robots.txt", "/", "/in", "/out", "/literal", "/file"}
    assert {hit.host for hit in allowed.log} == {f"localhost:{allowed.port}"}
    assert [result.of(url).status for url in urls[:2]] == [200, 200]
    assert [result.of(url).error for url in urls[2:]] == ["AddressRefused", "AddressRefused", "RedirectRefused"]
    assert result.of(urls[2]).redirects == (urls[2],)
    assert {result.of(url).error for url in others} == {"AddressRefused"}
    assert "only http and https" in result.of("file:///etc/hostname").reason


def test_a_name_that_resolves_to_nothing_is_no_refusal() -> None:
    result = crawl(["http://no-such-host.invalid/"])
    assert result.endings[0].error == "RobotsUnreachable"
    assert "the host's name has no address in DNS" in result.endings[0].reason


def test_behind_a_proxy_the_guard_says_once_that_it_is_blind_and_still_refuses_literals() -> None:
    with Site() as proxy, Site({"/": page()}) as canary:
        for path in ("one", "two", "robots.txt"):
            proxy.answers[f"http://news.example/{path}"] = page(b"through the proxy")
        result = crawl(
            ["http://news.example/one", "http://news.example/two", f"http://127.1:{canary.port}/"],
            environment={"http_proxy": f"http://name:hunter2@localhost:{proxy.port}"},
        )
    assert canary.log == []
    assert [result.of(f"http://news.example/{path}").status for path in ("one", "two")] == [200, 200]
    assert result.of(f"http://127.1:{canary.port}/").error == "AddressRefused"
    assert result.log.count("the address guard is blind") == 1
    assert "hunter2" not in result.log
