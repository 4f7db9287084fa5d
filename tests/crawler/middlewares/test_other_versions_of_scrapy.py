"""With versions of Scrapy and Twisted whose private parts are not known, a crawl is as polite and as guarded."""

import subprocess
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.commands import environment_of, query, record_of
from tests.support.guarded_crawls import Crawl, crawl
from tests.support.guarded_site import Site, page
from tests.support.other_versions import declare_versions, run_python

PATHS = [f"/{n}" for n in range(4)]
PAGES = {path: page() for path in PATHS}
VERSIONS = {"Scrapy": "2.20.0", "Twisted": "27.1.0"}
PARTS = """
import sys, crawler.settings as settings
print(settings.DOWNLOADER, settings.DOWNLOAD_HANDLERS["https"], *(name for name in settings.DOWNLOADER_MIDDLEWARES))
"""


def robots(text: bytes) -> dict[str, object]:
    return {"/robots.txt": page(text, 200, {"Content-Type": "text/plain"})}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    declared = declare_versions(tmp_path_factory.mktemp("versions"), VERSIONS)
    return {"PYTHONPATH": declared["PYTHONPATH"]}


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, Site]]:
    slow = page(b"User-agent: *\nCrawl-delay: 0.3\nDisallow: /3\n", 200, {"Content-Type": "text/plain"})
    endless = page(b"User-agent: *\nCrawl-delay: 86400\n", 200, {"Content-Type": "text/plain"})
    with (
        Site(PAGES) as plain,
        Site({**PAGES, "/robots.txt": slow}) as asks,
        Site({**PAGES, "/robots.txt": endless}) as endless_site,
        Site(PAGES) as private,
    ):
        yield {"plain": plain, "asks": asks, "endless": endless_site, "private": private}


@pytest.fixture(scope="module")
def crawled(sites: dict[str, Site], environment: Mapping[str, str]) -> Crawl:
    delays = {"plain": 0.2, "asks": 0.0, "endless": 0.0, "private": 0.0}
    requests = [(site.url(path), {"delay": delays[name]}) for name, site in sites.items() for path in PATHS]
    allowed = [f"localhost:{site.port}" for name, site in sites.items() if name != "private"]
    return crawl(requests, {"KIJI_PRIVATE_HOSTS": allowed}, environment, cold=True)


def gaps(site: Site) -> list[float]:
    return [later.at - earlier.at for earlier, later in pairwise(site.log)]


def test_scrapys_own_parts_are_taken(environment: Mapping[str, str], tmp_path: Path) -> None:
    done = run_python("-c", PARTS, folder=tmp_path, environment=environment_of(**environment))
    assert "scrapy.core.downloader.Downloader scrapy.core.downloader.handlers.http11" in done.stdout
    assert "crawler.middlewares.public_pace.PublicPace" in done.stdout
    assert "download_slots" not in done.stdout


def test_a_hosts_delay_and_its_crawl_delay_are_kept(sites: dict[str, Site], crawled: Crawl) -> None:
    assert [crawled.of(sites["plain"].url(path)).status for path in PATHS] == [200] * 4
    assert min(gaps(sites["plain"])) >= 0.2
    assert min(gaps(sites["asks"])) >= 0.3
    assert [crawled.of(sites["endless"].url(path)).error for path in PATHS] == ["RobotsRefused"] * 4
    assert sites["endless"].paths() == ["/robots.txt"]


def test_robots_txt_is_obeyed(sites: dict[str, Site], crawled: Crawl) -> None:
    assert crawled.of(sites["asks"].url("/3")).error == "RobotsRefused"
    assert sorted(sites["asks"].paths()) == ["/0", "/1", "/2", "/robots.txt"]


def test_no_private_address_is_connected_to(sites: dict[str, Site], crawled: Crawl) -> None:
    assert [crawled.of(sites["private"].url(path)).error for path in PATHS] == ["AddressRefused"] * 4
    assert sites["private"].log == []


@pytest.mark.parametrize(
    ("handler", "reason"), [("UnguardedHandler", "loopback address 127.0.0.1"), ("SilentHandler", "unknown address")]
)
def test_an_answer_that_came_round_the_resolver_is_refused(
    environment: Mapping[str, str], handler: str, reason: str
) -> None:
    with Site(PAGES) as allowed, Site(PAGES) as private:
        settings = {
            "KIJI_PRIVATE_HOSTS": [f"localhost:{allowed.port}"],
            "DOWNLOAD_HANDLERS": {"http": f"tests.support.unguarded_handler.{handler}"},
        }
        result = crawl([allowed.url("/0"), private.url("/0")], settings, environment, cold=True)
    assert result.of(allowed.url("/0")).status == 200
    refused = result.of(private.url("/0"))
    assert (refused.error, reason in refused.reason) == ("AddressRefused", True)


def test_four_requests_to_a_host_without_delay_are_under_way_and_no_more(environment: Mapping[str, str]) -> None:
    under_way, most, lock, meeting = [0], [0], threading.Lock(), threading.Barrier(4)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        meeting.wait(30)
        with lock:
            under_way[0] -= 1
        page()(handler)

    with Site({f"/{n}": answer for n in range(16)}) as site:
        requests = [(site.url(path), {"delay": 0.0}) for path in site.answers]
        result = crawl(requests, {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"]}, environment, cold=True)
    assert [ending.status for ending in result.endings] == [200] * 16
    assert most[0] == 4


def test_a_host_that_refuses_is_held(environment: Mapping[str, str]) -> None:
    with Site({"/0": page(b"", 429, {"Retry-After": "1"}), "/1": page()}) as site:
        requests = [(site.url(path), {"delay": 0.0}) for path in ("/0", "/1")]
        settings = {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"], "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
        result = crawl(requests, settings, environment, cold=True)
    times = {hit.path: hit.at for hit in site.log}
    assert result.of(site.url("/1")).status == 200
    assert times["/1"] - times["/0"] >= 1


def test_kiji_crawl_stores_the_sample_sites_articles(folder: Path, environment: Mapping[str, str]) -> None:
    done: subprocess.CompletedProcess[str] = run_python(
        "-m", "crawler", "crawl", "--json", folder=folder, environment=environment_of(**environment)
    )
    assert done.returncode == 0, done.stderr
    assert record_of(done)["articles_new"] == query(folder, "SELECT count(*) FROM articles")[0][0] > 20
