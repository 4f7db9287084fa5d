"""A small archive in two languages whose truth is known: stories, copies with dates, a link, a changed headline."""

from sqlalchemy import text

from pipelines.text_rules import PipelineRules
from storage.database.engine import Database
from storage.entities.store import find_missing
from tests.support.searchable import Given, store

HOURS = 1 / 24
ARTICLES = (
    # One story in both languages: Japanese first, by two hours.
    Given("雨量計が故障", "雨量計の話", language="ja", source="mirai", age=3, copies=(("harbor", "exact"),)),
    Given("Rain gauge fails", "About a gauge", source="wire", age=3 - 2 * HOURS),
    Given("Rain gauge fails!", "About the gauge", source="echo", age=3 - 5 * HOURS),
    # One in Japanese alone, one in English alone, and one of a month before.
    Given("県庁の猫", "猫の話", language="ja", source="mirai", age=2, copies=(("kyoku", "near"),)),
    Given("庁舎に猫", "猫の続報", language="ja", source="kyoku", age=2 - HOURS),
    Given("Ferry late", "About a ferry", source="wire", age=1),
    Given("Ferry is late", "More of it", source="echo", age=1 - HOURS),
    Given("Old bridge", "A bridge", source="wire", age=40),
    Given("Bridge closed", "The bridge", source="echo", age=40),
    Given("Alone", "Nobody else", source="wire", age=1),
)
STORIES = (1, 1, 1, 2, 2, 3, 3, 4, 4, 5)

PERSON = (
    Given("櫛田氏が会見", "櫛田みのり氏が会見した。", language="ja", source="mirai", age=None),
    Given("Kushida speaks", "Minori Kushida, 45, spoke.", source="wire", age=None),
)
"""The same person in both scripts; no story."""


def fill_known(database: Database) -> list[int]:
    """Store ARTICLES with their stories, and PERSON; return their ids."""
    ids = store(database, *ARTICLES, *PERSON)
    with database.writing() as session:
        for story in sorted(set(STORIES)):
            session.execute(text("INSERT INTO story (id, first_at, last_at) VALUES (:id, '', '')"), {"id": story})
        for article_id, story in zip(ids, STORIES, strict=False):
            session.execute(text("UPDATE article SET story_id = :s WHERE id = :a"), {"s": story, "a": article_id})
        for end, function in (("first_at", "min"), ("last_at", "max")):
            times = f"(SELECT {function}(published_at) FROM article WHERE story_id = story.id)"
            session.execute(text(f"UPDATE story SET {end} = {times}"))
        # The copy at harbor is older than the article by an hour; the one at kyoku is newer by half an hour.
        for source, shift in (("harbor", "-1 hours"), ("kyoku", "+30 minutes")):
            session.execute(
                text(
                    "UPDATE copy SET published_at = strftime('%Y-%m-%dT%H:%M:%SZ', (SELECT published_at FROM article"
                    " WHERE id = copy.article_id), :shift) WHERE source_id = (SELECT id FROM source WHERE name = :name)"
                ),
                {"shift": shift, "name": source},
            )
        session.execute(
            text(
                "INSERT INTO link (page_id, target_id, kind, url, position, title, summary, language, first_seen_at,"
                " last_seen_at) SELECT a.address_id, b.address_id, 'related', 'https://n.example/x?a=1&b=<', 1,"
                " 'Rain \"gauge\" & <more>', '', 'en', a.first_seen_at, a.first_seen_at FROM article AS a, article AS b"
                " WHERE a.id = :one AND b.id = :two"
            ),
            {"one": ids[0], "two": ids[1]},
        )
        session.execute(
            text(
                "INSERT INTO superseded_revision (article_id, revision, seen_at, title, text, text_hash)"
                " VALUES (:id, 1, '2026-10-09T00:00:00Z', 'Ferry on time', 'About a ferry', '')"
            ),
            {"id": ids[5]},
        )
        session.execute(text("UPDATE article SET revision = 2 WHERE id = :id"), {"id": ids[5]})
    find_missing(database, PipelineRules())
    return ids
