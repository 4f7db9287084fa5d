"""With a version of procrastinate whose private parts are not known, its heartbeats tell dead workers."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import environment_of
from tests.support.many_hosts import ManyHosts
from tests.support.other_versions import declare_versions
from tests.support.workers import Workers

HOSTS, PAGES = 2, 20
FIRST = "SELECT 1 FROM articles LIMIT 1"
ALL = f"SELECT 1 FROM articles HAVING count(*) = {HOSTS * PAGES}"
RUNNING = "SELECT 1 FROM procrastinate.procrastinate_jobs WHERE status = 'doing' AND task_name = 'crawl'"


def start(workers: Workers, folder: Path) -> "subprocess.Popen[str]":
    path = declare_versions(folder / "versions", {"procrastinate": "4.0.0"})["PYTHONPATH"]
    with workers.told.open("a", encoding="utf-8") as told:
        return subprocess.Popen(
            [sys.executable, "-m", "crawler", "worker", "--db", workers.url, "--readers", "1"],
            cwd=workers.folder,
            env=environment_of(PYTHONPATH=path),
            stderr=told,
            text=True,
        )


def wait_for(workers: Workers, query: str, process: "subprocess.Popen[str]") -> None:
    while not workers.query(query):
        with contextlib.suppress(subprocess.TimeoutExpired):
            raise AssertionError(process.wait(0.1), workers.told.read_text(encoding="utf-8"))


@pytest.mark.timeout(240)
def test_what_a_killed_worker_held_is_taken_up_by_another(workers: Workers, tmp_path: Path) -> None:
    with ManyHosts(HOSTS, PAGES) as site:
        workers.write_config(site)
        victim = start(workers, tmp_path)
        wait_for(workers, FIRST, victim)
        victim.kill()
        victim.wait(30)
        survivor = start(workers, tmp_path)
        try:
            wait_for(workers, ALL, survivor)
        finally:
            survivor.terminate()
            assert survivor.wait(60) == 143
    assert {number for _, number in workers.articles()} == {1}
    assert sum(log.overlaps for log in site.log) == 0
    assert "its worker is dead, it is taken up again" in workers.told.read_text(encoding="utf-8")
    assert workers.query(RUNNING) == []
