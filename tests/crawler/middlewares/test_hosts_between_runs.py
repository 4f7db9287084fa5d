"""What a host said holds for every source and for the next run: from the server's own log of real crawls."""

import contextlib
import datetime
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.middlewares.backoff import retry_after
from tests.support.commands import kiji, query, record_of
from tests.support.guarded_site import Answer, Site, page
from tests.support.hostile_server import WORDS, article

DELAY = 0.2


def story(number: int) -> Answer:
    return page(article(f"Ferry {number} returns", WORDS + f"It is number {number}.").encode())


def sitemap(site: Site, *paths: str, host: str = "localhost") -> Answer:
    entries = "".join(f"<url><loc>{site.url(path, host)}</loc></url>" for path in paths)
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
    assert query(tmp_path, "SELECT status, reason FROM fetches WHERE outcome = 'failed'") == [
        (status, f"HTTP {status}")
    ]
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


def test_a_good_answer_that_was_under_way_does_not_forgive_a_host_that_asks_to_wait(site: Site, tmp_path: Path) -> None:
    paths = [f"/2026/10/05/story-{number}" for number in range(12)]
    site.answers |= dict.fromkeys(paths, page(b"", 404))
    refused = threading.Event()

    def refuses(handler: BaseHTTPRequestHandler) -> None:
        says(429, "3600")(handler)
        refused.set()

    def answers_later(handler: BaseHTTPRequestHandler) -> None:
        refused.wait(30)
        story(1)(handler)

    site.answers |= {paths[1]: answers_later, paths[3]: refuses, "/sitemap.xml": sitemap(site, *paths)}
    config = f'[[source]]\nname = "s"\nstart = ["{site.url("/sitemap.xml")}"]\ndelay = 0.0\n'
    (tmp_path / "kiji.toml").write_text(f"{config}allow_private_addresses = true\n")
    assert record_of(kiji("crawl", "--json", folder=tmp_path))["articles_new"] == 1
    assert len(query(tmp_path, "SELECT 1 FROM host_rest")) == 1
    asked = site.paths()
    kiji("crawl", "s", folder=tmp_path)
    assert site.paths() == asked


@pytest.mark.parametrize(
    "trouble", [page(b"", 500), says(503, "3600")], ids=["out of order", "asks to be left alone for an hour"]
)
def test_what_waits_for_a_robots_txt_that_cannot_be_had_now_is_asked_for_when_it_can(
    site: Site, tmp_path: Path, trouble: Answer
) -> None:
    paths = [f"/2026/10/05/story-{number}" for number in range(6)]
    site.answers |= {path: story(number) for number, path in enumerate(paths)}
    site.answers["/sitemap.xml"] = sitemap(site, *paths)
    source = config(site, "/x", "/sitemap.xml", delay=0.02)
    (tmp_path / "kiji.toml").write_text(f"{source}max_pages = 3\n")
    kiji("crawl", "source1", folder=tmp_path)
    well = site.answers["/robots.txt"]
    site.answers["/robots.txt"] = trouble
    change(tmp_path, "UPDATE robots_file SET fetched_at = '2026-01-01T00:00:00Z', tried_at = '2026-01-01T00:00:00Z'")
    (tmp_path / "kiji.toml").write_text(source)
    closed = kiji("crawl", "source1", "--json", folder=tmp_path)
    assert closed.returncode == 1
    assert record_of(closed)["failed"] == 0
    assert query(tmp_path, "SELECT via, outcome FROM fetch WHERE run_id = 2") == [("start", "refused")]
    site.answers["/robots.txt"] = well
    change(tmp_path, "UPDATE robots_file SET tried_at = '2026-01-01T00:00:00Z'")
    change(tmp_path, "UPDATE address SET due_at = '2026-01-01T00:00:00Z' WHERE state = 'queued'")
    change(tmp_path, "DELETE FROM host_rest")
    assert record_of(kiji("crawl", "source1", "--json", folder=tmp_path))["articles_new"] == 4


def change(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "kiji.db")) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("-5", None),
        ("soon", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Thu, 01 Oct 2026 00:10:00 GMT", 600.0),
        ("Thu, 01 Oct 1970 00:00:00 GMT", 0.0),
    ],
)
def test_a_retry_after_is_seconds_or_a_date_or_nothing(value: str, seconds: float | None) -> None:
    assert retry_after(value, datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)) == seconds


def test_hosts_that_want_to_be_asked_slowly_do_not_take_the_places_of_others(tmp_path: Path) -> None:
    paths = [f"/2026/10/05/gone-{number}" for number in range(70)]
    with ExitStack() as stack:
        hosts = [f"127.0.0.{number}" for number in range(2, 7)]
        *slow, quick = sites = [stack.enter_context(Site(host=host)) for host in hosts]
        tables = []
        for site, host in zip(sites, hosts, strict=True):
            site.answers["/sitemap.xml"] = sitemap(site, *(paths if site in slow else paths[:8]), host=host)
            start, delay = site.url("/sitemap.xml", host), 0.1 if site in slow else 0.01
            tables.append(f'[[source]]\nname = "s{host}"\nstart = ["{start}"]\ndelay = {delay}\n')
        leave = "allow_private_addresses = true\n"
        (tmp_path / "kiji.toml").write_text(leave.join([*tables, ""]))
        kiji("crawl", folder=tmp_path)
        ends = [hit.at for hit in quick.log if "gone" in hit.path]
        assert len(ends) == 8
        for site in slow:
            assert max(ends) < [hit.at for hit in site.log if "gone" in hit.path][40]
