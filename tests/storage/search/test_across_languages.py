"""Words of the other language are learnt from stories, and articles like one are found in both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from pipelines.text_rules import PipelineRules
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from storage.entities.store import find_missing
from storage.search.across import OtherWord, other_words
from storage.search.like import similar_articles
from storage.search.parse import parse_query
from storage.snapshot.sqlite_file import make_snapshot
from storage.stories.regroup import regroup
from storage.web.search import open_search
from tests.support.searchable import Given
from tests.support.searchable import store as store_given
from tests.support.story_events import articles_of, store
from tests.support.visits import rows
from tests.support.web_pages import ORIGIN

ZONE = "Asia/Tokyo"
PARTS = ("development", "development_2")


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The written events of two parts, grouped into stories."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('events')}/kiji.db")
    store(database, articles_of(*PARTS), batch=50)
    regroup(database, PipelineRules(), utc_now(), anew=False, progress=lambda _number: None)
    find_missing(database, PipelineRules())
    yield database
    database.close()


def also(database: Database, query: str) -> list[OtherWord]:
    with database.reading() as connection:
        return other_words(connection, parse_query(query, ZONE), ZONE)


@pytest.mark.parametrize(("japanese", "english"), [("地震", "earthquake"), ("首相", "prime minister")])
def test_a_word_finds_its_counterpart_in_both_directions(events: Database, japanese: str, english: str) -> None:
    there, back = also(events, japanese), also(events, f'"{english}"')
    assert english in {word.words for word in there}
    assert back[0].words == japanese
    count = f"SELECT count(*) FROM articles WHERE language = 'ja' AND title || text LIKE '%{japanese}%'"
    assert [(back[0].articles,)] == rows(events, count)


@pytest.mark.parametrize(
    ("query", "words", "origin"),
    [
        ("関税", "tariff", "list"),
        ("tariffs", "関税", "list"),
        ("central bank", "中央銀行", "list"),
        ('"中央銀行"', "central bank", "list"),
        ("富山", "Toyama", "name"),
        ("Southern toyama", "南富山", "name"),
        ("髙橋みのり", "Minori Takahashi", "name"),
        ("minori takahashi", "高橋みのり", "name"),
    ],
)
def test_words_of_news_and_names_have_their_own_counterparts(
    database: Database, query: str, words: str, origin: str
) -> None:
    store_given(
        database,
        Given("関税と中央銀行", "高橋みのり氏は富山と南富山を訪れた。", language="ja"),
        Given("A tariff of the central bank", "Minori Takahashi, 45, saw Toyama, Southern Toyama."),
    )
    find_missing(database, PipelineRules())
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO entity (kind, key, family, name_ja, name_en, articles)"
                " VALUES ('place', 'x', '', '南富山', 'Southern Toyama', 1)"
            )
        )
    assert [(word.words, word.language, word.articles, word.origin) for word in also(database, query)] == [
        (words, "en" if words.isascii() else "ja", 1, origin)
    ]


def test_what_no_article_has_is_not_offered(database: Database) -> None:
    store_given(database, Given("関税", "関税", language="ja"))
    assert also(database, "関税") == []


def test_what_goes_with_a_word_is_not_offered_for_it(events: Database) -> None:
    assert also(events, "終値") == []  # Nikkei, for which 日経平均 is better known


@pytest.mark.parametrize(
    "query", ["said", "県", "", "-地震", "lang:ja", "地震 津波 台風", "title:", "nosuchword", "市 OR 町"]
)
def test_what_shows_no_counterpart_offers_nothing(events: Database, query: str) -> None:
    assert also(events, query) == []


def test_a_snapshot_offers_the_same(events: Database, tmp_path: Path) -> None:
    make_snapshot(events, tmp_path / "news.sqlite", ORIGIN)
    with open_search(tmp_path / "news.sqlite").connect() as connection:
        assert other_words(connection, parse_query("地震", ZONE), ZONE) == also(events, "地震")


def test_declared_links_are_no_evidence_without_a_common_story(database: Database) -> None:
    store_given(database, *(Given(f"関税 {n}", "関税の話", language="ja") for n in range(5)))
    assert also(database, "関税") == []


def test_articles_like_one_are_of_its_story_first_in_both_languages(events: Database) -> None:
    [(article, story)] = rows(
        events,
        "SELECT id, story_id FROM articles WHERE language = 'ja' AND story_id IN (SELECT id FROM stories"
        " WHERE articles_ja > 0 AND articles_en > 0) AND title LIKE '%地震%' ORDER BY id LIMIT 1",
    )
    with events.reading() as connection:
        found = similar_articles(connection, int(str(article)), ZONE)
    assert found[0].story_id == story
    assert {each.language for each in found} == {"ja", "en"}
    assert all(len(each.shared) >= 2 and 0 < each.score <= 1 for each in found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert article not in {each.id for each in found}


def test_an_unknown_or_lonely_article_is_like_none(database: Database) -> None:
    [lonely] = store_given(database, Given("Alone", "Nothing like it"))
    with database.reading() as connection:
        assert similar_articles(connection, lonely, ZONE) == []
        assert similar_articles(connection, 999, ZONE) == []
