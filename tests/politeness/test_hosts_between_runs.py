"""What a host said holds for every source and for the next run: from the server's own log of real crawls."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest

from tests.crawling.conftest import kiji, query, record_of
from tests.crawling.hostile_server import WORDS, article
from tests.guard.site import Answer, Site, page

DELAY = 0.2


def story(number: int) -> Answer:
    return page(article(f"Ferry {number} returns", WORDS + f"It is number {number}.").encode())


def sitemap(site: Site, *paths: str) -> Answer:
    entries = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    return page(f"<urlset>{entries}</urlset>".encode(), headers={"Content-Type": "application/xml"})


def config(site: Site, *starts: str, delay: float = DELAY) -> str:
    """A source for each start page, all on one host."""
    tables = (
        f'[[source]]\nname = "source{number}"\nstart = ["{site.url(start)}"]\ndelay = {delay if number else 0.0}\n'
        "allow_private_addresses = true\n"
        for number, start in enumerate(starts)
    )
    return "\n".join(tables)


def says(status: int, retry_after: str) -> Answer:
    return page(b"", status, {"Retry-After": retry_after})


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/robots.txt": page(b"User-agent: *\nDisallow: /x\n")}) as site:
        yield site


def test_three_sources_on_one_host_keep_its_delay_together_and_robots_txt_is_asked_for_once_in_two_runs(
    site: Site, tmp_path: Path
) -> None:
    paths = [f"/2026/10/05/story-{number}" for number in range(6)]
    site.answers |= {path: story(number) for number, path in enumerate(paths)}
    for number in range(3):
        site.answers[f"/sitemap{number}.xml"] = sitemap(site, *paths[2 * number : 2 * number + 2])
    site.answers["/.well-known/tdmrep.json"] = page(b'[{"location": "/", "tdm-reservation": 1}]')
    (tmp_path / "kiji.toml").write_text(config(site, *(f"/sitemap{number}.xml" for number in range(3))))
    assert kiji("crawl", folder=tmp_path).returncode == 0
    assert kiji("crawl", "source1", folder=tmp_path).returncode == 0
    asked = site.paths()
    assert sorted(asked[:11]) == sorted(
        ["/robots.txt", "/.well-known/tdmrep.json", *paths, *(f"/sitemap{number}.xml" for number in range(3))]
    )
    assert asked[11:] == ["/sitemap1.xml"]
    times = [hit.at for hit in site.log]
    assert min(later - earlier for earlier, later in pairwise(times)) >= DELAY  # though the first source has none
    [(source, kind, place, detail)] = query(
        tmp_path,
        "SELECT source.name, kind, place, detail FROM mining_reservation JOIN source ON source.id = source_id",
    )
    assert (kind, place, detail) == ("tdm-reservation", "tdmrep.json", "/")
    assert source.startswith("source")


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_to_wait_an_hour_is_left_alone_by_this_run_and_the_next(
    site: Site, tmp_path: Path, status: int
) -> None:
    paths = [f"/2026/10/05/story-{number}" for number in range(8)]
    site.answers |= {path: story(number) for number, path in enumerate(paths)}
    site.answers[paths[2]] = says(status, "3600")
    site.answers["/sitemap.xml"] = sitemap(site, *paths)
    (tmp_path / "kiji.toml").write_text(config(site, "/x", "/sitemap.xml", delay=0.02))
    first = record_of(kiji("crawl", "source1", "--json", folder=tmp_path))
    asked = site.paths()
    assert asked[-1] == paths[2]
    assert set(paths[3:]).isdisjoint(asked)
    assert first["failed"] == 1
    again = kiji("crawl", "source1", "--json", folder=tmp_path)
    assert again.returncode == 1
    assert record_of(again)["requests"] == 0
    assert record_of(kiji("crawl", "--json", folder=tmp_path))["requests"] == 0  # what is due: nothing of this host
    assert site.paths() == asked
    [(reason,)] = query(tmp_path, "SELECT reason FROM fetches WHERE run_id = 2")
    assert reason.startswith(f"HTTP {status}, with Retry-After; not asked before ")
    [(left,)] = query(tmp_path, "SELECT unixepoch(until) - unixepoch('now') FROM host_rest")
    assert 3500 < left < 3600 * 1.26


def test_a_short_retry_after_is_sat_out_for_the_whole_host_and_then_the_page_is_had(site: Site, tmp_path: Path) -> None:
    paths = [f"/2026/10/05/story-{number}" for number in range(4)]
    site.answers |= {path: story(number) for number, path in enumerate(paths)}

    def busy_at_first(handler: BaseHTTPRequestHandler) -> None:
        first = site.paths().count(paths[1]) == 1
        (says(503, "1") if first else story(1))(handler)

    site.answers[paths[1]] = busy_at_first
    site.answers["/sitemap.xml"] = sitemap(site, *paths)
    (tmp_path / "kiji.toml").write_text(config(site, "/x", "/sitemap.xml", delay=0.02))
    done = kiji("crawl", "source1", "--json", folder=tmp_path)
    assert done.returncode == 0
    assert record_of(done)["articles_new"] == 4
    busy = next(index for index, hit in enumerate(site.log) if hit.path == paths[1])
    assert site.log[busy + 1].at - site.log[busy].at >= 1.0
