"""Grouping writes all stories of a transaction by a few statements, however many there are."""

from sqlalchemy import event

from storage.database.engine import Database
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
