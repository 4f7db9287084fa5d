"""With a version of procrastinate whose private parts are not known, its heartbeats tell dead workers."""

from pathlib import Path

import pytest

from tests.support.many_hosts import ManyHosts
from tests.support.other_versions import declare_versions
from tests.support.warm_python import Running
from tests.support.workers import Workers

HOSTS, PAGES = 2, 10
FIRST = "SELECT 1 FROM articles LIMIT 1"
ALL = f"SELECT 1 FROM articles HAVING count(*) = {HOSTS * PAGES}"
RUNNING = "SELECT 1 FROM procrastinate.procrastinate_jobs WHERE status = 'doing' AND task_name = 'crawl'"


PROGRAM = """
import sys
sys.path.insert(0, {folder!r})  # its metadata is found before what is installed
import crawler.cli
from storage.library_versions import fits
assert not fits("procrastinate")
raise SystemExit(crawler.cli.run())
"""


def start(workers: Workers, folder: Path) -> Running:
    declare_versions(folder, {"procrastinate": "4.0.0"})
    return workers.start(program=PROGRAM.format(folder=str(folder)))


@pytest.mark.timeout(240)
def test_what_a_killed_worker_held_is_taken_up_by_another(workers: Workers, tmp_path: Path) -> None:
    with ManyHosts(HOSTS, PAGES) as site:
        workers.write_config(site)
        victim = start(workers, tmp_path / "versions")
        workers.wait_for(FIRST, victim)
        victim.kill()
        victim.wait(30)
        survivor = start(workers, tmp_path / "versions")
        try:
            workers.wait_for(ALL, survivor)
        finally:
            survivor.terminate()
            assert survivor.wait(60) == 143
    assert {number for _, number in workers.articles()} == {1}
    assert sum(log.overlaps for log in site.log) == 0
    assert "its worker is dead, it is taken up again" in workers.told.read_text(encoding="utf-8")
    assert workers.query(RUNNING) == []
