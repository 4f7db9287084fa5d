"""How fast a host is asked: from the server's own log."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from itertools import cycle, pairwise

import pytest

from tests.support.guarded_crawls import Crawl, crawl
from tests.support.guarded_site import Answer, Site, page, redirect

PATHS = [f"/{n}" for n in range(5)]
ANSWERS: dict[str, Answer] = {path: page() for path in PATHS}


def with_robots(text: str, status: int = 200) -> dict[str, Answer]:
    return {**ANSWERS, "/robots.txt": page(text.encode(), status, {"Content-Type": "text/plain"})}


def gaps(*sites: Site) -> list[float]:
    times = sorted(hit.at for site in sites for hit in site.log)
    return [later - earlier for earlier, later in pairwise(times)]


SITES: dict[str, dict[str, Answer]] = {
    "plain": ANSWERS,
    "long crawl-delay": with_robots("User-agent: x\nCrawl-delay: 9\n\nUser-agent: Kiji\nCrawl-delay: 0.3\n"),
    "short crawl-delay": with_robots("User-agent: *\nCrawl-delay: 0.01\n"),
    "endless crawl-delay": with_robots("User-agent: *\nCrawl-delay: 86400\n"),
    "redirects": {"/from": redirect("/0"), "/0": page(), "/down": page(b"", 503)},
    "shared": ANSWERS,
    "default": ANSWERS,
}
#: What each source asks for, in seconds; several sources share one host.
DELAYS: dict[str, tuple[float | None, ...]] = {
    "plain": (0.2,),
    "long crawl-delay": (0.0,),
    "short crawl-delay": (0.2,),
    "endless crawl-delay": (0.0,),
    "redirects": (0.2,),
    "shared": (0.2, 0.0, 0.05, 0.2, 0.0),
    "default": (None,),
}


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, Site]]:
    """Seven hosts that one crawl visits at the same time, and their logs after it."""
    with ExitStack() as stack:
        running = {name: stack.enter_context(Site(answers)) for name, answers in SITES.items()}
        running |= {"plain too": stack.enter_context(Site(ANSWERS))}
        yield running


@pytest.fixture(scope="module")
def crawled(sites: dict[str, Site]) -> Crawl:
    requests: list[tuple[str, dict[str, object]]] = []
    for name, site in sites.items():
        paths = ["/from", "/down"] if name == "redirects" else PATHS
        for path, delay in zip(paths, cycle(DELAYS.get(name, (0.2,))), strict=False):
            requests.append((site.url(path), {} if delay is None else {"delay": delay}))
    allowed = [f"localhost:{site.port}" for site in sites.values()]
    return crawl(requests, {"KIJI_PRIVATE_HOSTS": allowed, "DOWNLOAD_DELAY": 0.25, "RETRY_TIMES": 2})


@pytest.mark.parametrize(
    ("name", "least"), [("plain", 0.2), ("long crawl-delay", 0.3), ("short crawl-delay", 0.2), ("default", 0.25)]
)
def test_a_host_is_asked_no_faster_than_our_delay_and_its_crawl_delay(
    sites: dict[str, Site], crawled: Crawl, name: str, least: float
) -> None:
    site = sites[name]
    assert {crawled.of(site.url(path)).status for path in PATHS} == {200}
    assert len(gaps(site)) == 5
    assert min(gaps(site)) >= least


def test_a_crawl_delay_is_counted_from_the_answer_that_asks_for_it() -> None:
    answered: list[float] = []
    robots = page(b"User-agent: *\nCrawl-delay: 0.3\n", 200, {"Content-Type": "text/plain"})

    def late(handler: BaseHTTPRequestHandler) -> None:
        threading.Event().wait(0.2)  # as a slow host is: the request was sent long before
        answered.append(time.monotonic())
        robots(handler)

    with Site({"/robots.txt": late, "/0": page()}) as site:
        crawl([(site.url("/0"), {"delay": 0.0})], {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"]})
        [first] = [hit.at for hit in site.log if hit.path == "/0"]
    assert first - answered[0] >= 0.3


def test_redirects_and_repeated_requests_keep_the_delay_too(sites: dict[str, Site], crawled: Crawl) -> None:
    site = sites["redirects"]
    assert crawled.of(site.url("/from")).final_url == site.url("/0")
    assert sorted(site.paths()) == ["/0", "/down", "/down", "/down", "/from", "/robots.txt"]
    assert min(gaps(site)) >= 0.2


@pytest.mark.usefixtures("crawled")
def test_a_host_that_several_sources_share_has_one_queue_and_the_slowest_pace(sites: dict[str, Site]) -> None:
    assert len(gaps(sites["shared"])) == 5
    assert min(gaps(sites["shared"])[1:]) >= 0.2


@pytest.mark.usefixtures("crawled")
def test_two_hosts_do_not_wait_for_each_other_even_on_one_machine(sites: dict[str, Site]) -> None:
    assert min(gaps(sites["plain"], sites["plain too"])) < 0.2


def test_an_endless_crawl_delay_leaves_the_host_alone_and_says_so(sites: dict[str, Site], crawled: Crawl) -> None:
    site = sites["endless crawl-delay"]
    assert site.paths() == ["/robots.txt"]
    endings = [crawled.of(site.url(path)) for path in PATHS]
    assert {ending.error for ending in endings} == {"RobotsRefused"}
    assert "robots.txt asks for 86400 s between requests" in endings[0].reason


def test_without_delay_four_requests_to_a_host_are_under_way_at_a_time_and_no_more() -> None:
    meeting = threading.Barrier(4)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        meeting.wait(30)
        page()(handler)

    with Site({f"/{n}": answer for n in range(24)}) as site:
        requests = [(site.url(path), {"delay": 0.0}) for path in site.answers]
        result = crawl(requests, {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"]})
    assert [ending.status for ending in result.endings] == [200] * 24
    assert result.most_under_way == 4
