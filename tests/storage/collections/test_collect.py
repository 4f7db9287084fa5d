"""Notes and tags stay with an article whatever is crawled, and leave with it."""

import pytest
from sqlalchemy import text

from storage.collections.collect import (
    CollectionRefused,
    article_ids,
    collect,
    collected_articles,
    list_collections,
    remove_collection,
    take_out,
)
from storage.database.engine import Database
from tests.support.searchable import NOW, Given, store
from tests.support.visits import rows


def test_notes_and_tags_stay_when_the_article_changes_and_leave_with_it(database: Database) -> None:
    first, second = store(database, Given("One", "1"), Given("Two", "2"))
    with database.writing() as session:
        assert collect(session, "tariffs", [second, first, second], NOW, note="lead", tags=["b", "a", "b"]) == 2
        assert collect(session, "tariffs", [first], NOW) == 0
        assert collect(session, "tariffs", [second], NOW, note="later") == 0
    with database.writing() as session:  # what a crawl does to a known article
        session.execute(text("UPDATE article SET title = 'Two, changed', revision = 2 WHERE id = :id"), {"id": second})
    with database.reading() as connection:
        collected = collected_articles(connection, "tariffs")
        assert [each["articles"] for each in list_collections(connection)] == [2]
    assert [(each["title"], each["note"], each["tags"]) for each in collected] == [
        ("One", "lead", "a b"),
        ("Two, changed", "later", "a b"),
    ]
    with database.writing() as session:
        session.execute(text("DELETE FROM article WHERE id = :id"), {"id": second})
    assert rows(database, "SELECT article_id, note FROM collection_articles") == [(first, "lead")]


def test_articles_are_found_by_id_and_address_and_taken_out_again(database: Database) -> None:
    first, second = store(database, Given("One"), Given("Two"))
    with database.writing() as session:
        ids = article_ids(session, [str(first), "https://n.example/1"], lambda url: url.removeprefix("https://"))
        assert ids == [first, second]
        collect(session, "mine", ids, NOW)
        assert take_out(session, "mine", [first, 999]) == 1
        remove_collection(session, "mine")
    assert rows(database, "SELECT count(*) FROM collection_articles") == [(0,)]
    assert rows(database, "SELECT count(*) FROM articles") == [(2,)]


@pytest.mark.parametrize(
    ("name", "note", "tags", "line"),
    [
        ("../x", None, [], "is no name"),
        ("a" * 101, None, [], "is no name"),
        ("x", "n" * 10_001, [], "the note has 10,001 characters"),
        ("x", None, ["a b"], '"a b" is no tag'),
        ("x", None, [f"t{n}" for n in range(21)], "there are 21 tags"),
    ],
)
def test_what_is_no_name_note_or_tag_is_one_line(
    database: Database, name: str, note: str | None, tags: list[str], line: str
) -> None:
    [article] = store(database, Given("One"))
    with database.writing() as session, pytest.raises(CollectionRefused, match=line):
        collect(session, name, [article], NOW, note=note, tags=tags)


def test_unknown_collections_and_articles_are_one_line(database: Database) -> None:
    [article] = store(database, Given("One"))
    with database.writing() as session:
        collect(session, "known", [article], NOW)
        with pytest.raises(CollectionRefused, match="no article 99;"):
            collect(session, "known", [99], NOW)
        with pytest.raises(CollectionRefused, match="no article x;"):
            article_ids(session, ["x"], str)
        with pytest.raises(CollectionRefused, match="there are: known"):
            take_out(session, "other", [article])
        with pytest.raises(CollectionRefused, match="there are: known"):
            remove_collection(session, "other")
