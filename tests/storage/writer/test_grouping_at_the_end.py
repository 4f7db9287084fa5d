"""What a run has not grouped when it ends is grouped by its end, and by nothing that comes after."""

import logging

import pytest

from storage.database.engine import Database
from storage.visit import Visit
from storage.writer import run_writer
from tests.support.visits import FIRST_DAY, OTHER_STORY, STORY, Crawling, article, rows, scope

PAGES = [f"https://news.example/{number}" for number in range(4)]


def test_articles_that_a_run_was_about_to_group_are_grouped_by_its_end(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run_writer, "GROUPED_FROM", 2)
    monkeypatch.setattr(run_writer, "GROUPED_AT_ONCE", 1)
    crawling = Crawling(database, scope(*PAGES))
    for number, lease in enumerate(crawling.lease()):
        reading = article(lease.url, f"{OTHER_STORY if number % 2 else STORY} This is report number {number}.")
        crawling.writer.store(Visit(lease, lease.url, FIRST_DAY, 200, reading))
    with caplog.at_level(logging.WARNING):
        crawling.finish()
    assert caplog.messages == []
    assert rows(database, "SELECT count(*) FROM articles WHERE story_id IS NULL") == [(0,)]
    assert rows(database, "SELECT status FROM runs") == [("done",)]
