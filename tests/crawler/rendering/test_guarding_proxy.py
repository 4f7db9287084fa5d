"""The proxy through which a browser's traffic goes, without a browser."""

import asyncio
from collections.abc import Sequence

import pytest

from crawler.rendering.proxy import GuardingProxy
from tests.support.dns_rebinding import NOWHERE
from tests.support.script_made_site import ScriptMadeSite

HOST = "news.example"


def exchange(site: ScriptMadeSite, request: str, addresses: Sequence[list[str]], **limits: object) -> tuple[bytes, str]:
    """Send a request through a proxy whose name server gives these answers; return the answer and a refusal."""
    answers = iter(addresses)

    async def look(_host: str, _port: int) -> list[str]:
        return next(answers)

    async def run() -> tuple[bytes, str]:
        proxy = GuardingProxy(look)
        await proxy.start()
        proxy.begin(**limits)  # type: ignore[arg-type]
        reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.address.rpartition(":")[2]))
        writer.write(request.format(port=site.base.rpartition(":")[2]).encode())
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        await writer.wait_closed()
        await proxy.close()
        return answer, next(iter(proxy.refused.values()), "")

    return asyncio.run(run())


GET = "GET http://news.example:{port}/shadow?a=http://b/ HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
TUNNEL = "CONNECT news.example:{port} HTTP/1.1\r\n\r\nGET /shadow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("request_head", [GET, TUNNEL])
def test_an_allowed_host_is_reached(site: ScriptMadeSite, request_head: str) -> None:
    port = site.base.rpartition(":")[2]
    answer, refusal = exchange(site, request_head, [["127.0.0.1"]], private_hosts=(f"{HOST}:{port}",))
    assert b"default slot" in answer
    assert refusal == ""
    assert len(site.asked) == 1


@pytest.mark.parametrize("request_head", [GET, TUNNEL])
@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.1", "::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]])
def test_a_private_address_is_refused(site: ScriptMadeSite, request_head: str, addresses: list[str]) -> None:
    answer, refusal = exchange(site, request_head, [addresses])
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert addresses[0] in refusal
    assert site.asked == []


def test_the_address_that_was_judged_is_the_one_that_is_reached(site: ScriptMadeSite) -> None:
    answer, _ = exchange(site, GET, [[NOWHERE, "127.0.0.1"], ["127.0.0.1"]])
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert site.asked == []


def test_the_next_request_of_a_connection_does_not_go_to_the_first_ones_host(site: ScriptMadeSite) -> None:
    port = site.base.rpartition(":")[2]
    both = GET + GET.replace("/shadow", "/secret")
    answer, _ = exchange(site, both, [["127.0.0.1"]], private_hosts=[f"{HOST}:{port}"])
    assert b"connection: close" in answer.lower()
    assert site.asked == ["/shadow?a=http://b/"]


def test_a_page_reaches_so_many_hosts_and_no_more(site: ScriptMadeSite) -> None:
    answer, refusal = exchange(site, GET, [["127.0.0.1"]], private_hosts=[HOST], max_hosts=0)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert refusal == "more than 0 hosts"


@pytest.mark.parametrize(
    "request_line", ["GET ftp://news.example/", "GET file:///etc/passwd", "CONNECT news.example", "CONNECT a]b:443"]
)
def test_what_is_no_address_of_the_web_is_refused(site: ScriptMadeSite, request_line: str) -> None:
    answer, _ = exchange(site, f"{request_line} HTTP/1.1\r\n\r\n", [])
    assert answer.startswith(b"HTTP/1.1 403 ")


def test_a_further_proxy_gets_the_request_with_its_credentials(site: ScriptMadeSite) -> None:
    upstream = site.base.replace("//", "//user:word@")
    answer, _ = exchange(site, GET, [], upstream=upstream)
    assert answer.startswith(b"HTTP/1.1 404 ")  # this one is no proxy, and shows what it was asked
    assert site.asked == [f"http://news.example:{site.base.rpartition(':')[2]}/shadow?a=http://b/"]
    literal, refusal = exchange(site, GET.replace("news.example", "127.1"), [], upstream=upstream)
    assert literal.startswith(b"HTTP/1.1 403 ")
    assert refusal == "loopback address 127.0.0.1"
