"""Several workers on one archive: each host has one pace, each page is stored once, and a dead one is missed."""

import contextlib
import json
import signal
import subprocess
from itertools import pairwise

from storage.database.crawl_lock import domains_lock
from storage.database.engine import connect
from tests.support.commands import kiji as kiji_in
from tests.support.guarded_site import Site, page, redirect
from tests.support.many_hosts import ManyHosts
from tests.support.postgresql import PostgreSQLServer
from tests.support.workers import DELAY, Workers

HOSTS, PAGES = 4, 3
SOME = "SELECT 1 FROM articles LIMIT 1"
ALL = f"SELECT 1 FROM articles HAVING count(*) = {HOSTS * PAGES}"
NONE_OPEN = "SELECT 1 WHERE NOT EXISTS (SELECT FROM procrastinate.procrastinate_jobs WHERE task_name = 'crawl')"


def kiji(workers: Workers, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command where the workers run."""
    return kiji_in(*arguments, folder=workers.folder, KIJI_DB=workers.url)


def every_page_once(workers: Workers) -> bool:
    counts = [number for _, number in workers.articles()]
    return len(counts) == HOSTS * PAGES and set(counts) == {1}


def test_two_workers_share_the_hosts_and_neither_is_faster_than_a_hosts_delay(workers: Workers) -> None:
    with ManyHosts(HOSTS, PAGES) as site:
        workers.write_config(site)
        pair = [workers.start("--once", "--concurrency", "3") for _ in range(2)]
        assert [worker.wait(120) for worker in pair] == [0, 0]
    assert every_page_once(workers)
    assert sum(log.overlaps for log in site.log) == 0
    assert min(log.least_gap for log in site.log) >= DELAY
    assert sum(len(log.came) for log in site.log) == HOSTS * (PAGES + 3)  # its front, robots.txt, tdmrep.json
    assert workers.query("SELECT status, count(*) FROM runs GROUP BY status") == [("done", HOSTS)]


def test_what_a_killed_worker_held_is_taken_up_by_another_without_a_hand(workers: Workers) -> None:
    with ManyHosts(HOSTS, PAGES) as site:
        workers.write_config(site)
        victim, survivor = workers.start("--concurrency", "3"), workers.start("--concurrency", "3")
        workers.wait_for(SOME, survivor)
        victim.kill()
        workers.wait_for(ALL, survivor)
        workers.wait_for(NONE_OPEN, survivor)
        survivor.terminate()
        assert survivor.wait(60) == 143
    assert every_page_once(workers)
    assert sum(log.overlaps for log in site.log) == 0
    statuses = {status for (status,) in workers.query("SELECT DISTINCT status FROM runs")}
    assert statuses <= {"done", "killed"}
    assert workers.query("SELECT 1 FROM address WHERE state = 'leased'") == []


def test_a_worker_that_replaces_a_killed_one_takes_what_that_held_before_what_is_only_due(workers: Workers) -> None:
    with ManyHosts(2, 3) as site:
        workers.write_config(site)
        victim = workers.start("--concurrency", "1")
        workers.wait_for(SOME, victim)
        victim.kill()
        victim.wait()
        assert workers.start("--once", "--concurrency", "1").wait(120) == 0
    crawled = workers.query("SELECT command, status FROM run ORDER BY id")
    first = crawled[0][0]
    assert crawled[:2] == [(first, "killed"), (first, "done")]
    assert [status for _, status in crawled] == ["killed", "done", "done"]


def test_a_worker_that_is_stopped_gives_its_jobs_back_at_once(workers: Workers) -> None:
    with ManyHosts(HOSTS, PAGES) as site:
        workers.write_config(site, delay=5.0)  # so that it is stopped in mid-crawl, however slow the machine
        first = workers.start("--concurrency", "3")
        workers.wait_for(SOME, first)
        busy = kiji(workers, "crawl")
        assert busy.returncode == 3
        assert "holds" in busy.stderr
        first.terminate()
        assert first.wait(60) == 143
        jobs = json.loads(kiji(workers, "jobs", "--json").stdout)
        assert {job["state"] for job in jobs} == {"waiting"}
        workers.write_config(site)
        assert workers.start("--once").wait(120) == 0
    assert every_page_once(workers)
    assert workers.query("SELECT DISTINCT status FROM runs ORDER BY 1") == [("done",), ("stopped",)]


def test_a_postgresql_that_is_restarted_is_waited_for_and_new_jobs_are_taken_beside_those_under_way(
    workers: Workers, postgresql: PostgreSQLServer
) -> None:
    with ManyHosts(HOSTS, PAGES) as site:
        workers.write_config(site)
        config = workers.folder / "kiji.toml"
        config.write_text(config.read_text().replace(f"delay = {DELAY}", "delay = 3.0", 1))  # the first takes longest
        worker = workers.start("--concurrency", "3")
        workers.wait_for(SOME, worker)
        postgresql.crash()
        postgresql.start()
        [[restarted]] = workers.query("SELECT now()")
        workers.wait_for(ALL, worker)
        workers.wait_for(NONE_OPEN, worker)
        worker.send_signal(signal.SIGINT)
        assert worker.wait(60) == 130
    assert every_page_once(workers)
    runs = workers.query("SELECT command, status, started_at, finished_at FROM run ORDER BY id")
    assert {status for _, status, _, _ in runs} == {"done"}
    longest = next(finished for command, _, _, finished in runs if str(command).endswith("host0"))
    assert any(restarted < started < longest for _, _, started, _ in runs)  # type: ignore[operator]  # all are times


def test_jobs_are_added_by_a_sources_name_and_taken_before_what_is_only_due(workers: Workers) -> None:
    with ManyHosts(2, 1) as site:
        workers.write_config(site)
        assert "queued" in kiji(workers, "jobs", "add", "host1").stdout
        jobs = json.loads(kiji(workers, "jobs", "--json").stdout)
        assert [(job["sources"], job["state"], job["priority"]) for job in jobs] == [(["host1"], "waiting", 10)]
        assert "already" in kiji(workers, "jobs", "add", "host1").stdout
        assert workers.start("--once", "--concurrency", "1").wait(120) == 0
        assert json.loads(kiji(workers, "jobs", "--json").stdout) == []
    assert workers.query("SELECT command FROM run ORDER BY id LIMIT 1") == [("kiji worker: host1",)]


def test_what_the_user_gets_wrong_is_told_in_one_line(workers: Workers) -> None:
    (workers.folder / "kiji.toml").write_text('[[source]]\nname = "mirai"\nstart = ["https://news.example/"]\n')
    sqlite = kiji(workers, "worker", "--db", "sqlite:///kiji.db")
    assert (sqlite.returncode, len(sqlite.stderr.splitlines())) == (2, 1)
    assert "PostgreSQL" in sqlite.stderr
    unknown = kiji(workers, "jobs", "add", "mira")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (2, 1)
    assert 'did you mean "mirai"' in unknown.stderr
    address = kiji(workers, "jobs", "add", "https://news.example/")
    assert (address.returncode, len(address.stderr.splitlines())) == (2, 1)


def test_a_host_that_a_feed_teaches_a_source_keeps_its_pace_beside_the_source_that_has_it(workers: Workers) -> None:
    with Site() as proxy:
        feed, own = "http://aggregator.example/s.xml", "http://paper.example/s.xml"
        pages = [[f"http://paper.example/2026/10/05/{way}-{number}" for number in range(5)] for way in ("fed", "own")]
        for start, listed in zip((feed, own), pages, strict=True):
            entries = "".join(f"<url><loc>{url}</loc></url>" for url in listed)
            proxy.answers[start] = page(f"<urlset>{entries}</urlset>".encode())
        tables = [f'[[source]]\nname = "{name}"\nstart = ["{start}"]\n' for name, start in (("a", feed), ("b", own))]
        (workers.folder / "kiji.toml").write_text(f"[crawl]\ndelay = {DELAY}\n{''.join(tables)}")
        through = f"http://127.0.0.1:{proxy.port}"
        for _ in range(2):  # what the first ones were taught waits for the next ones, which hold it
            assert workers.start("--once", "--concurrency", "2", http_proxy=through).wait(120) == 0
        asked = [hit for hit in proxy.log if "//paper.example/" in hit.path]
    assert {hit.path for hit in asked} >= {*pages[0], *pages[1]}
    assert min(later.at - earlier.at for earlier, later in pairwise(asked)) >= DELAY


def test_a_start_page_that_redirects_to_a_host_of_another_crawl_waits_for_it(workers: Workers) -> None:
    with Site() as proxy, contextlib.closing(connect(workers.url)) as database:
        start, front = "http://old.example/", "http://paper.example/front"
        proxy.answers[start] = redirect(front)
        proxy.answers[front] = page(b"<html><body><p>Welcome.</p></body></html>")
        (workers.folder / "kiji.toml").write_text(f'[[source]]\nname = "a"\nstart = ["{start}"]\ndelay = 0\n')
        through = f"http://127.0.0.1:{proxy.port}"
        with domains_lock(database, {"paper.example"}):
            assert workers.start("--once", http_proxy=through).wait(120) == 0
            assert [hit.path for hit in proxy.log if hit.path == start] == [start]
            assert [hit.path for hit in proxy.log if "//paper.example/" in hit.path] == []
        assert workers.query("SELECT state, attempts, due_at > now() FROM address") == [("queued", 0, True)]
        kiji(workers, "jobs", "add", "a")
        assert workers.start("--once", http_proxy=through).wait(120) == 0
        assert front in [hit.path for hit in proxy.log]
