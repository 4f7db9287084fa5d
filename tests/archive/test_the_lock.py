"""One crawl a database, and a dead one holds nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import DatabaseBusy
from storage.lock import crawl_lock
from tests.archive.conftest import Crawling, scope

HOLD = """
import sys
from storage.database import open_database
from storage.lock import crawl_lock
with crawl_lock(open_database(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(url: str) -> "subprocess.Popen[str]":
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_crawl_is_told_who_holds_the_database_since_when(database: Database, archive_url: str) -> None:
    Crawling(database, scope("https://news.example/ja/n/1"))
    with holder(archive_url) as first:
        since = r"run 1 holds .*: process 1 on here, since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        with pytest.raises(DatabaseBusy, match=since), crawl_lock(database):
            pass
        first.communicate()
    with crawl_lock(database):
        pass


def test_a_dead_holders_lock_is_free(database: Database, archive_url: str) -> None:
    with holder(archive_url) as first:
        first.kill()
        first.wait()
        with crawl_lock(database):
            pass
