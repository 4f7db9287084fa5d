"""Grouping reads and writes by few statements, however many stories and articles there are."""

from pathlib import Path
from typing import Any

from sqlalchemy import event

from pipelines.text_rules import PipelineRules
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from storage.stories.group import group_waiting
from storage.stories.profiles import count_waiting, has_waiting
from storage.stories.weeks import note_changed_weeks
from storage.text_rules import bind_rules
from storage.visit import Visit
from tests.support.generated_words import Vocabulary
from tests.support.visits import FIRST_DAY, Crawling, article, rows, scope

PAGES = [f"https://news.example/{number}" for number in range(12)]


def test_stories_of_a_transaction_are_written_at_once(database: Database) -> None:
    crawling, words = Crawling(database, scope(*PAGES)), Vocabulary()
    for lease in crawling.lease():
        reading = article(lease.url, words.sentences("en", 200), title=words.sentences("en", 8))
        crawling.writer.store(Visit(lease, lease.url, FIRST_DAY, 200, reading)).result()
    updates: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE article SET"):
            updates.append(statement)

    crawling.finish()
    assert rows(database, "SELECT count(DISTINCT story_id) FROM articles") == [(12,)]
    assert rows(database, "SELECT count(*) FROM articles WHERE story_id IS NULL") == [(0,)]
    assert len(updates) <= 2, "one for the stories, one for the events"


def test_waiting_articles_are_found_by_their_index(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    sent: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *about: sent.append(about[2:4]))
    with database.writing() as session:
        bind_rules(session, PipelineRules())
        note_changed_weeks(session, utc_now())
        group_waiting(session, 10, utc_now())
        assert count_waiting(session) == 0
        assert not has_waiting(session.connection())
        asked = [each for each in sent if "settled" in each[0]]
        assert len(asked) == 4
        for statement, values in asked:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert any("ix_story_profile_unsettled" in row[-1] for row in plan), statement
    database.close()
