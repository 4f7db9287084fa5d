"""With a version of Python whose multiprocessing is not known, the public API starts the fork server."""

import os
import subprocess
import sys

from tests.support.commands import ROOT

READ = """
import datetime, multiprocessing.forkserver, platform
platform.python_version = lambda: "3.15.0"
asked = []
multiprocessing.forkserver.ensure_running, ensure_running = lambda: asked.append(1), None
from pipelines.workers.fork_server import preload_workers
preload_workers()
assert not asked
from pipelines.raw_page import RawPage
from pipelines.workers.pool import ReadingPool
body = b"<article><h1>Ferry sails again</h1>" + b"<p>The ferry sails again from Monday, its owner said.</p>" * 9
url = "https://news.example/2026/10/05/ferry"
with ReadingPool(max_workers=1) as pool:
    raw = RawPage(url, url, body, 200, datetime.datetime.now(datetime.UTC), (("content-type", "text/html"),))
    print(pool.submit(raw).result().text.count("sails again"))
"""


def test_pages_are_read_in_worker_processes_all_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
