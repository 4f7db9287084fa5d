"""Entities are stored with their articles, in both scripts, whatever the order, and leave with them."""

import itertools

import pytest
from sqlalchemy import text

from pipelines.text_rules import PipelineRules
from storage.database.engine import Database
from storage.entities.queries import entity_record, list_entities
from storage.entities.store import delete_entities, find_missing
from storage.text_rules import bind_rules
from tests.support.searchable import Given, store
from tests.support.visits import rows

JAPANESE = Given("櫛田氏が会見", "櫛田みのり氏が会見した。", language="ja", source="mirai")
ENGLISH = Given("Talks", "Minoru said hello. Minori Kushida, 45, spoke in Tokyo.", language="en")
ALONE = Given("Statement", "The plan fails, President Kushida said.", language="en", age=3)


def find(database: Database) -> int:
    return find_missing(database, PipelineRules())


def test_one_person_has_both_scripts_counts_and_articles(database: Database) -> None:
    store(database, JAPANESE, ENGLISH, ALONE)
    assert find(database) == 3
    assert find(database) == 0
    with database.reading() as connection:
        [person] = list_entities(connection, kind="person", name="櫛田")
        assert (person["name_ja"], person["name_en"]) == ("櫛田みのり", "Minori Kushida")
        assert (person["articles"], person["articles_ja"], person["articles_en"]) == (3, 1, 2)
        assert list_entities(connection, name="KUSHIDA")[0]["id"] == person["id"]
        assert list_entities(connection, name="%") == []
        record = entity_record(connection, person["id"])
    assert record is not None
    assert {form["form"] for form in record["forms"]} == {"櫛田みのり", "Minori Kushida", "Kushida"}
    assert [(day["day"], day["language"]) for day in record["days"]] == [
        ("2026-10-09", "en"),
        ("2026-10-09", "ja"),
        ("2026-10-07", "en"),
    ]
    assert len(record["newest"]) == 3
    assert rows(database, "SELECT articles FROM entities WHERE name_ja = '櫛田みのり'") == [(3,)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_family_name_alone_goes_to_the_same_person_in_any_order(database: Database, order: tuple[int, ...]) -> None:
    for number in order:
        store(database, (JAPANESE, ENGLISH, ALONE)[number])
        find(database)
    assert rows(database, "SELECT count(*), max(articles) FROM entities WHERE kind = 'person'") == [(1, 3)]


def test_two_people_of_a_name_leave_the_name_alone(database: Database) -> None:
    store(database, ENGLISH, ALONE, Given("Other", "Hanako Kushida said no."))
    find(database)
    persons = rows(database, "SELECT name_en, articles FROM entities WHERE kind = 'person' ORDER BY name_en")
    assert persons == [("Hanako Kushida", 1), ("Kushida", 1), ("Minori Kushida", 1)]


def test_names_leave_with_their_last_article(database: Database) -> None:
    first, second, alone = store(database, JAPANESE, ENGLISH, ALONE)
    find(database)
    with database.writing() as session:
        bind_rules(session, PipelineRules())
        delete_entities(session, [first, second])
    assert rows(database, "SELECT name_en, articles FROM entities WHERE kind = 'person'") == [("Kushida", 1)]
    with database.writing() as session:
        delete_entities(session, [alone])
        left = session.execute(text("SELECT count(*) FROM entity")).scalar()
    assert left == 0
