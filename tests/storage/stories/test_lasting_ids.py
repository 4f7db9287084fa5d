"""Stories of the very same articles have their ids again after a pass over all articles has mixed them up."""

from collections.abc import Mapping

from sqlalchemy import text

from storage.database.engine import Database
from storage.stories.lasting_ids import LastingIds
from tests.support.stored import store
from tests.support.visits import article, rows

WORDS = ("ferry", "bridge", "museum", "harvest", "tunnel")


def words_of(word: str) -> str:
    return ". ".join(f"The {word} number {n} is {word}{n * n}" for n in range(40))


def set_stories(database: Database, story_of: Mapping[int, int], merged: Mapping[int, int]) -> None:
    new = text("INSERT INTO story SELECT :story, first_at, last_at, NULL FROM story LIMIT 1")
    with database.writing() as session:
        for article_id, story_id in story_of.items():
            row = {"article": article_id, "story": story_id}
            if not session.scalar(text("SELECT 1 FROM story WHERE id = :story"), row):
                session.execute(new, row)
            session.execute(text("UPDATE article SET story_id = :story WHERE id = :article"), row)
        session.execute(text("UPDATE story SET merged_into_id = NULL"))
        for story_id, into in merged.items():
            row = {"into": into, "story": story_id}
            session.execute(text("UPDATE story SET merged_into_id = :into WHERE id = :story"), row)


def test_ids_that_were_passed_on_for_a_while_come_back_and_those_of_joined_stories_do_not(database: Database) -> None:
    store(database, *(article(f"https://news.example/{word}", words_of(word), f"The {word}") for word in WORDS))
    b, z, y, w, v = (int(str(number)) for (number,) in rows(database, "SELECT id FROM article ORDER BY id"))
    set_stories(database, {b: 105, z: 107, y: 107, w: 109, v: 111}, {})
    with database.writing() as session:
        former = LastingIds(session)
    # On the way 105 took in 107, then b left it for a new one; 109 has taken in 111 for good.
    set_stories(database, {b: 900, z: 105, y: 105, w: 109, v: 109}, {107: 105, 111: 109})
    with database.writing() as session:
        assert former.restore(session) == 2
    assert rows(database, "SELECT id, story_id FROM article ORDER BY id") == [
        (b, 105), (z, 107), (y, 107), (w, 109), (v, 109),
    ]  # fmt: skip
    merged = "SELECT id, merged_into_id FROM story WHERE id > 100 AND merged_into_id IS NOT NULL ORDER BY id"
    assert rows(database, merged) == [(111, 109), (900, 105)]
    with database.writing() as session:
        assert LastingIds(session).restore(session) == 0
