"""Killed between an article and its rows in the index: neither is there, and the next run stores both."""

import signal

from storage.database.open import open_database
from tests.support import warm_python
from tests.support.commands import ROOT, environment_of
from tests.support.near_texts import report
from tests.support.visits import Crawling, article, rows, scope

PAGE, COPY = "https://one.example/a/1000", "https://two.example/a/2000"
KILLED = f"""
import os, signal, sys
import storage.articles.store
from storage.database.open import open_database
from tests.support.visits import Crawling, article, scope
from tests.support.near_texts import report

storage.articles.store.add_article = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)  # after the INSERT
crawling = Crawling(open_database(sys.argv[1]), scope("{PAGE}"))
crawling.store(crawling.lease_url("{PAGE}"), article("{PAGE}", report(1)))
"""


def test_kill_9_between_article_and_index_rows_leaves_neither(archive_url: str) -> None:
    killed = warm_python.run("-c", KILLED, archive_url, folder=ROOT, environment=environment_of())
    assert killed.returncode == -signal.SIGKILL
    database = open_database(archive_url)
    for table in ("article", "article_signature", "band", "search_document"):
        assert rows(database, f"SELECT count(*) FROM {table}") == [(0,)]
    crawling = Crawling(database, scope(PAGE, COPY))
    leases = {lease.url: lease for lease in crawling.lease()}
    outcomes = [
        crawling.store(leases[PAGE], article(PAGE, report(1))).outcome,
        crawling.store(leases[COPY], article(COPY, "Our staff reports. " + report(1))).outcome,
    ]
    crawling.finish()
    assert outcomes == ["new", "copy"]
    database.close()
