"""Every start of the command pays for what it imports: cron starts it every few minutes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import environment_of

HEAVY = (
    *("scrapy", "twisted", "trafilatura", "numpy", "langdetect", "feedparser", "pebble", "warcio"),
    *("alembic", "pandas", "polars", "xlsxwriter", "datasette", "procrastinate", "apprise", "psycopg"),
)
"""What some commands need, and all would wait for."""


def test_the_command_starts_without_what_only_some_of_its_commands_need() -> None:
    program = f"import sys, crawler.cli; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


INTERRUPTED = """
import os, signal, sys
from crawler.__main__ import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            os.killpg(0, signal.SIGINT)

sys.meta_path.insert(0, Finder())
sys.argv = ["kiji", "crawl", "https://news.example/"]
main()
"""


@pytest.mark.parametrize("module", ["pipelines.workers.fork_server", "crawler.cli", "crawler.cli.workers"])
def test_ctrl_c_while_the_command_starts_ends_it_without_a_word(tmp_path: Path, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(module=module)],
        cwd=tmp_path,
        env=environment_of(),
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
