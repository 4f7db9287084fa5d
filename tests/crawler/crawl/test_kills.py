"""A crawl that is killed at any moment and started again loses nothing and stores nothing twice."""

import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from crawler.sample.server import SampleSite
from pipelines.warc.place import ArchivePlace
from pipelines.warc.records import page_in_member
from pipelines.warc.reread import record_bytes
from pipelines.warc.write import payload_digest
from storage.visit import WarcLocation
from tests.support import warm_python
from tests.support.commands import (
    ROOT,
    Rows,
    end_fork_server,
    environment_of,
    kiji,
    query,
    record_of,
    start_group,
    start_kiji,
)
from tests.support.hostile_server import HostileServer
from tests.support.warm_python import Running

SEED = 20261124
KILLS = 3


def stored(folder: Path) -> tuple[set[tuple[frozenset[str], str, str]], Rows]:
    """What must not hang on when a crawl died: each article with its words and all its addresses, and the edges."""
    articles = query(folder, "SELECT id, url, language, title, text FROM articles")
    copies = query(folder, "SELECT article_id, url FROM copies")
    groups = {
        (frozenset({url, *(copy for of, copy in copies if of == article)}), language, text)
        for article, url, language, _title, text in articles
    }
    assert len(groups) == len(articles)
    return groups, query(folder, "SELECT page_url, url, title FROM related_links ORDER BY 1, 2")


def start_cold(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", "crawl"],
        cwd=folder,
        env=environment_of(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_requests(site: SampleSite, number: int, crawl: Running | subprocess.Popen[Any]) -> None:
    """Wait until the sites have been asked so many times, or the crawl has ended."""
    while len(site.requests) < number and crawl.poll() is None:
        with_timeout(crawl, 0.01)


def with_timeout(crawl: Running | subprocess.Popen[Any], seconds: float) -> None:
    try:
        crawl.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def assert_every_page_is_kept(folder: Path) -> None:
    """What the index of the raw archive points to is there whole, and every article has its bytes."""
    for address, digest, file, offset, length in query(
        folder, "SELECT address_id, digest, file, offset, length FROM kept_page"
    ):
        place = ArchivePlace(folder / "kiji.warc")
        page = page_in_member(record_bytes(place, WarcLocation(file, offset, length, digest)))
        assert not isinstance(page, str), (address, page)
        assert payload_digest(page.body) == digest
    unkept = "SELECT url FROM articles WHERE id NOT IN (SELECT article_id FROM address JOIN kept_page"
    assert query(folder, f"{unkept} ON address.id = address_id)") == []


@pytest.fixture
def harbor(folder: Path) -> Path:
    """A folder with a config for the smaller of the sites, which is asked 25 times."""
    rest, _, harbor = (folder / "kiji.toml").read_text(encoding="utf-8").split("[[source]]")
    (folder / "kiji.toml").write_text(f"{rest}[[source]]{harbor}", encoding="utf-8")
    return folder


def test_a_crawl_killed_again_and_again_ends_as_an_undisturbed_one(
    site: SampleSite, harbor: Path, tmp_path: Path
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    for _ in range(KILLS):
        crawl = start_kiji("crawl", folder=harbor)
        wait_for_requests(site, len(site.requests) + chance.randrange(1, 20), crawl)
        children = psutil.Process(crawl.pid).children(recursive=True) if crawl.poll() is None else []
        crawl.kill()
        crawl.wait()
        _, alive = psutil.wait_procs(children, timeout=20)
        assert alive == []  # the workers go with their crawl
    last = kiji("crawl", "--json", folder=harbor)
    assert last.returncode == 0

    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    shutil.copy(harbor / "kiji.toml", undisturbed)
    assert kiji("crawl", folder=undisturbed).returncode == 0
    assert stored(harbor) == stored(undisturbed)
    statuses = [status for (status,) in query(harbor, "SELECT status FROM runs ORDER BY id")]
    assert statuses[-1] == "done"
    assert set(statuses[:-1]) <= {"killed", "done"}
    assert_every_page_is_kept(harbor)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_stops_the_crawl_with_everything_stored(
    site: SampleSite, harbor: Path, number: signal.Signals, code: int
) -> None:
    crawl = start_kiji("crawl", folder=harbor)
    wait_for_requests(site, len(site.requests) + 4, crawl)
    crawl.send_signal(number)
    assert crawl.wait(60) == code
    assert query(harbor, "SELECT status FROM runs") == [("stopped",)]
    assert query(harbor, "SELECT count(*) FROM address WHERE state = 'leased'") == [(0,)]
    assert kiji("crawl", folder=harbor).returncode == 0


@pytest.mark.parametrize("loses_its_fork_server", [False, True])
def test_a_signal_to_the_whole_process_group_stops_the_crawl_as_one_to_it_alone(
    site: SampleSite, harbor: Path, *, loses_its_fork_server: bool
) -> None:
    with start_group("crawl", "--json", "--quiet", folder=harbor) as crawl:
        wait_for_requests(site, len(site.requests) + 4, crawl)
        if loses_its_fork_server:
            end_fork_server(crawl.pid)
        os.killpg(crawl.pid, signal.SIGTERM)
        out, err = crawl.communicate(timeout=120)
    assert crawl.returncode == 143
    assert json.loads(out)["status"] == "stopped"
    assert query(harbor, "SELECT count(*) FROM address WHERE state = 'leased'") == [(0,)]
    assert loses_its_fork_server or err == ""
    assert kiji("crawl", folder=harbor).returncode == 0


def test_a_crawl_that_loses_its_fork_server_goes_on(site: SampleSite, harbor: Path) -> None:
    with start_group("crawl", "--json", folder=harbor) as crawl:
        wait_for_requests(site, len(site.requests) + 4, crawl)
        end_fork_server(crawl.pid)
        out, _ = crawl.communicate(timeout=120)
    record = json.loads(out)
    assert (crawl.returncode, record["status"]) == (0, "done")
    assert query(harbor, "SELECT count(*) FROM articles") == [(record["articles_new"],)]


def test_a_signal_while_the_crawl_starts_stops_it_too(site: SampleSite, harbor: Path) -> None:
    asked_before = len(site.requests)
    crawl = start_cold(harbor)
    while not (harbor / "kiji.db").exists():
        with_timeout(crawl, 0.01)
    crawl.send_signal(signal.SIGTERM)
    assert crawl.wait(60) in (143, -signal.SIGTERM)  # the latter before there was anything to close
    assert len(site.requests) - asked_before < len(site.start_urls) + 6
    assert kiji("crawl", folder=harbor).returncode == 0


@pytest.fixture
def silent_server(tmp_path: Path) -> Iterator[threading.Event]:
    """A configured source on a server that never answers; the event is set once it is asked."""
    with HostileServer() as server:
        asked = threading.Event()

        def hold(handler: http.server.BaseHTTPRequestHandler) -> None:
            asked.set()
            server.never_answers(handler)

        server.pages = {"/start": hold}
        config = f'[[source]]\nname = "slow"\nstart = ["{server.url}/start"]\nallow_private_addresses = true\n'
        (tmp_path / "kiji.toml").write_text(config)
        yield asked


@pytest.mark.parametrize(("grace", "signals"), [(0.2, 1), (600, 1_000)])
def test_what_is_in_flight_is_waited_for_until_the_grace_period_ends_or_a_second_signal_comes(
    tmp_path: Path, silent_server: threading.Event, grace: float, signals: int
) -> None:
    program = (
        f"import crawler.console.stop_signals as c, crawler.cli; c.GRACE = {grace}; raise SystemExit(crawler.cli.run())"
    )
    crawl = start_kiji("-c", program, "crawl", folder=tmp_path)
    assert silent_server.wait(60)
    for _ in range(signals):
        crawl.send_signal(signal.SIGTERM)
        with_timeout(crawl, 0.1)
        if crawl.returncode is not None:
            break
    assert crawl.wait(60) == 143
    assert query(tmp_path, "SELECT status FROM runs") == [("stopped",)]
    assert query(tmp_path, "SELECT count(*) FROM fetches") == [(0,)]
    assert query(tmp_path, "SELECT state FROM address") == [("queued",)]


def test_a_second_crawl_on_the_same_database_is_turned_away(tmp_path: Path, silent_server: threading.Event) -> None:
    crawl = start_kiji("crawl", folder=tmp_path)
    assert silent_server.wait(60)
    second = kiji("crawl", folder=tmp_path)
    crawl.kill()
    crawl.wait()
    assert second.returncode == 3
    assert f"process {crawl.pid}" in second.stderr
    assert query(tmp_path, "SELECT count(*) FROM runs") == [(1,)]


def test_scrapys_own_command_leaves_the_same_history(site: SampleSite, folder: Path) -> None:
    article = site.start_urls["article"]
    (folder / "kiji.toml").rename(folder / "sources.toml")
    ours = kiji("crawl", article, "--json", "--db", "sqlite:///ours.db", "--config", "sources.toml", folder=folder)
    assert ours.returncode == 0
    environment = environment_of(KIJI_DB=f"sqlite:///{folder}/kiji.db", KIJI_CONFIG=str(folder / "sources.toml"))
    arguments = ("crawl", "related", "-a", f"url={article}")
    done = warm_python.run(*arguments, folder=ROOT, environment=environment, module="scrapy")
    assert done.returncode == 0, done.stderr
    [theirs] = json.loads(kiji("runs", "--json", folder=folder).stdout)
    counted = [name for name in record_of(ours) if name not in ("started_at", "finished_at", "command")]
    assert {name: theirs[name] for name in counted} == {name: record_of(ours)[name] for name in counted}
    assert theirs["articles_new"] > 1
