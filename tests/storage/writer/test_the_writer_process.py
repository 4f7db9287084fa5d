"""A run's transactions made in another process: the same rows, whatever becomes of that process."""

import functools
import json
import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crawler.console.logs import JsonFormatter
from crawler.writer_process import writer_for
from pipelines.text_rules import PipelineRules
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.errors import DatabaseBusy
from storage.visit import Visit
from storage.writer.process import WriterProcess
from storage.writer.run_writer import RunWriter
from tests.support.visits import Crawling, article, listing, rows, scope

PAGES = [f"https://news.example/ja/n/{number}" for number in range(5)]
FEED = "https://news.example/feed.xml"
PATIENT = [0.01] * 1000


@pytest.fixture
def writer(archive_url: str) -> Iterator[WriterProcess]:
    """A process that is ready to write to an empty archive."""
    writer = writer_for(archive_url)
    writer.start()
    assert writer.is_ready
    yield writer
    writer.close()


def words(name: str) -> str:
    return " ".join(f"word{name}x{place}" for place in range(80)) + "."


class Written(Crawling):
    """A run whose transactions are made in a writer's process."""

    def __init__(self, database: Database, writer: WriterProcess, *starts: str) -> None:
        self.database = database
        self.writer = RunWriter(database, PipelineRules(), PATIENT, gap=0.0, process=writer)
        started = self.writer.start([scope(*starts)], ["mirai"], command="test", version="0", host="here", pid=1)
        self.run_id = started.result()

    def store_all(self) -> list[str]:
        """Store an article at every address that is due; give the outcomes."""
        leases = sorted(self.lease(), key=lambda lease: lease.url)
        visits = [Visit(lease, lease.url, utc_now(), 200, article(lease.url, words(lease.url[-1]))) for lease in leases]
        return [future.result().outcome for future in map(self.writer.store, visits)]


def process_of(session: Session) -> int:
    del session
    return os.getpid()


def process_that_dies_once(session: Session, mark: Path) -> int:
    del session
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def say(session: Session, line: str) -> None:
    del session
    try:
        dict[str, str]()["\x1b[31mnowhere"]
    except KeyError:
        logging.getLogger("storage.stories.group").exception("%s", line)


def test_a_run_is_written_by_the_process(database: Database, writer: WriterProcess) -> None:
    run = Written(database, writer, *PAGES)
    assert run.writer.do(process_of).result() not in (0, os.getpid())
    assert run.store_all() == ["new"] * 5
    run.finish()
    assert rows(database, "SELECT status, articles_new FROM runs") == [("done", 5)]


def test_several_runs_share_the_process(database: Database, writer: WriterProcess) -> None:
    first = Written(database, writer, PAGES[0])
    first.store_all()
    first.finish()
    second = Written(database, writer, PAGES[1])
    assert second.store_all() == ["new"]
    second.finish()
    assert rows(database, "SELECT status, articles_new FROM runs ORDER BY id") == [("done", 1), ("done", 1)]


def test_a_process_that_dies_in_a_transaction_costs_nothing(
    database: Database, writer: WriterProcess, tmp_path: Path
) -> None:
    run = Written(database, writer, *PAGES)
    before = run.writer.do(process_of).result()
    after = run.writer.do(functools.partial(process_that_dies_once, mark=tmp_path / "died")).result()
    assert (tmp_path / "died").exists()
    assert after != before
    assert run.store_all() == ["new"] * 5
    made = {run.writer.do(process_of).result()}
    while made == {os.getpid()}:  # until it has been started again
        made = {run.writer.do(process_of).result()}
    assert made.isdisjoint({os.getpid(), before})
    run.finish()
    assert rows(database, "SELECT status, articles_new, (SELECT count(*) FROM fetches) FROM runs") == [("done", 5, 5)]


def test_what_it_logs_is_logged_here(
    database: Database, writer: WriterProcess, caplog: pytest.LogCaptureFixture
) -> None:
    run = Written(database, writer, PAGES[0])
    run.writer.do(functools.partial(say, line="no stories")).result()
    run.finish()
    (record,) = [record for record in caplog.records if record.name == "storage.stories.group"]
    assert record.getMessage() == "no stories"
    assert "KeyError" in str(record.exc_text)
    assert "\x1b" not in str(record.exc_text)
    assert "KeyError" in json.loads(JsonFormatter().format(record))["exception"]


def test_a_run_that_was_taken_over_is_told_so(database: Database, writer: WriterProcess) -> None:
    run = Written(database, writer, PAGES[0])
    [lease] = run.lease()
    other = Crawling(database, scope(PAGES[0]))
    visit = Visit(lease, lease.url, utc_now(), 200, article(lease.url))
    with pytest.raises(DatabaseBusy, match="another crawl has taken over from run 1"):
        run.writer.store(visit).result()
    other.finish()
    assert rows(database, "SELECT count(*) FROM articles") == [(0,)]


def test_a_domain_that_was_learnt_there_is_known_here(database: Database, writer: WriterProcess) -> None:
    run = Written(database, writer, FEED)
    [lease] = run.lease()
    run.store(lease, listing(FEED, "https://elsewhere.example/n/1"))
    assert "elsewhere.example" in run.writer.scope(lease.source_id).domains
    assert [found.url for found in run.lease()] == ["https://elsewhere.example/n/1"]
    run.finish()


def test_without_a_process_the_run_writes_by_itself(
    database: Database, archive_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    writer = writer_for(archive_url + "-that-is-not-there/kiji.db")
    writer.start()
    run = Written(database, writer, *PAGES)
    assert run.writer.do(process_of).result() == os.getpid()
    assert run.store_all() == ["new"] * 5
    run.finish()
    writer.close()
    assert "the crawl's own does" in caplog.text
