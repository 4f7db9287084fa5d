"""Search on both kinds of database: what is found, in which order, and what strange queries do."""

import contextlib
import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage.database.engine import Database
from storage.search.finder import POOL, Filters
from storage.search.nodes import QueryError
from storage.search.query import count_candidates, find_countable, search
from tests.support.hostile_text import HOSTILE
from tests.support.searchable import NOW, Given, found, store, titles

KOREA = Given("韓国の首相が来日", "韓国の首相が東京で会談した。関税を話し合う。", language="ja", source="mirai", age=2)
RATES = Given("Central bank holds", "The bank left interest rates unchanged, as analysts expected.", age=3)
HOUSING = Given("Housing slows", "High rates raise interest costs. 韓国 firms wait.", age=1)
KYOTO = Given("京都の秋", "東京から京都へ。都内も混む。", language="ja", source="mirai", age=9)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("韓国", {KOREA, HOUSING}),
        ("韓", {KOREA, HOUSING}),
        ("韓国 関税", {KOREA}),
        ("韓国 -firms", {KOREA}),
        ("-韓国", {RATES, KYOTO}),
        ("rate interest", {RATES, HOUSING}),
        ('"interest rates"', {RATES}),
        ('rates -"interest costs"', {RATES}),
        ("東京都", set()),
        ("東京 都", {KYOTO}),
        ("ANALYST", {RATES}),
        ("nothing of it", set()),
        ("", set()),
        ("!? 。、", set()),
    ],
)
def test_all_terms_phrases_and_exclusions(database: Database, words: str, expected: set[Given]) -> None:
    store(database, KOREA, RATES, HOUSING, KYOTO)
    assert sorted(titles(database, words)) == sorted(each.title for each in expected)


def test_what_is_excluded_counts_wherever_an_article_has_it(database: Database) -> None:
    in_text = Given("Tariff rises", "The housing market waits.")
    store(database, in_text, Given("Tariff on housing"), Given("Tariff, too", summary="Housing"), Given("Tariff falls"))
    assert titles(database, "tariff -housing") == ["Tariff falls"]
    assert titles(database, "tariff -housing", sort="newest") == ["Tariff falls"]


def test_filters_narrow_by_language_source_and_time(database: Database) -> None:
    store(database, KOREA, HOUSING, KYOTO)
    assert titles(database, "韓国", Filters(language="ja")) == [KOREA.title]
    assert titles(database, "韓国", Filters(sources=("harbor",))) == [HOUSING.title]
    assert titles(database, "韓国", Filters(since=NOW - datetime.timedelta(days=2))) == [KOREA.title, HOUSING.title]
    assert titles(database, "韓国", Filters(until=NOW - datetime.timedelta(days=2))) == []
    assert titles(database, "韓国", Filters(until=NOW - datetime.timedelta(days=1, hours=12))) == [KOREA.title]


def test_copies_are_folded_under_their_article_and_their_sources_find_it(database: Database) -> None:
    copied = Given("Ferry returns", "The ferry is back.", copies=(("mirai", "exact"), ("agency", "near")))
    store(database, copied)
    [hit] = found(database, "ferry")
    assert [(copy.source, copy.kind) for copy in hit.copies] == [("mirai", "exact"), ("agency", "near")]
    assert len(found(database, "ferry", Filters(sources=("agency",)))) == 1
    assert found(database, "ferry", Filters(sources=("nobody",))) == []


def test_a_title_counts_for_more_than_a_mention_and_the_new_for_more_than_the_old(database: Database) -> None:
    body = "Much else happened. " * 40
    mention = Given("Other news", body + "A tariff was mentioned.", age=0)
    old = Given("Tariff rises", body + "The tariff rises.", age=400)
    new = Given("Tariff falls", body + "The tariff falls.", age=1)
    store(database, old, new, mention)
    assert titles(database, "tariff") == [new.title, old.title, mention.title]
    assert titles(database, "tariff", sort="newest") == [mention.title, new.title, old.title]


def test_the_best_is_found_behind_more_new_mentions_than_compete(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.search.finder.POOL", 5)
    mentions = [Given(f"News {number}", "It rained. A tariff too.", age=0.1) for number in range(12)]
    store(database, Given("Tariff rises", "The tariff rises.", age=30), *mentions)
    assert titles(database, "tariff", limit=2)[0] == "Tariff rises"


def test_a_higher_limit_adds_to_the_same_order(database: Database) -> None:
    once = [Given(f"News {number}", "It rained. A tariff too.", age=number / 1_000) for number in range(POOL)]
    often = [Given(f"Report {number}", "The tariff of it. " * 12, age=5) for number in range(90)]
    store(database, *once, *often)
    most = titles(database, "tariff", limit=POOL)
    assert len(most) == POOL
    for limit in (1, 20, 41, 81, 121, 161):
        assert titles(database, "tariff", limit=limit) == most[:limit]


def test_pages_of_false_candidates_do_not_hide_a_hit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.search.finder.CHECKED", 60)
    apart = [Given(f"別 {number}", "東京へ行く。京都府から来た。", language="ja", age=0.1) for number in range(130)]
    new = [Given(f"会見 {number}", "東京都府の会見", language="ja", age=0.01 * number) for number in range(3)]
    old = [Given(f"知事 {number}", "東京都府の知事", language="ja", age=5 + number) for number in range(3)]
    store(database, *old, *apart, *new)
    assert titles(database, "東京都府", sort="newest", limit=4)[3] == "知事 0"
    ranked = titles(database, "東京都府")
    assert set(ranked[:3]) == {each.title for each in new}, "what competes"
    assert ranked[3:] == [each.title for each in old], "what follows, the newest first"
    assert [titles(database, "東京都府", limit=1, offset=at)[0] for at in range(6)] == ranked


def test_an_article_without_a_date_or_with_one_far_ahead_counts_as_of_its_first_sight(database: Database) -> None:
    store(database, Given("Undated tariff", age=None), Given("Tariff of tomorrow", age=-900), Given("Tariff", age=1))
    hits = found(database, "tariff", sort="newest")
    assert {hit.title.text: hit.dated_at for hit in hits[:2]} == {"Undated tariff": NOW, "Tariff of tomorrow": NOW}


def test_the_count_is_of_all_candidates(database: Database) -> None:
    store(database, *(Given(f"Tariff {number}") for number in range(7)), RATES)
    with database.reading() as connection:
        assert count_candidates(connection, "tariff") == 7
        assert count_candidates(connection, "…") == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tariff", 3),
        ("-tariff", 2),
        ("-rain", 3),
        ("-tariff -rain", 1),
        ("tariff -rain", 2),
        ('tariff -"tariff rose"', 2),
        ('-"tariff rose"', 4),
    ],
)
def test_what_is_found_is_counted(database: Database, words: str, expected: int) -> None:
    fell, rose = Given("It fell", "A tariff fell. It rose again."), Given("It rose", "The tariff rose.")
    store(database, fell, rose, Given("Both", "Rain, and a tariff.", age=None), Given("Rain", "Only."), KOREA)
    assert len(titles(database, words)) == expected
    with database.reading() as connection:
        assert len(find_countable(connection, words)) == expected


def test_exclusions_alone_are_counted_by_the_index(database: Database) -> None:
    store(database, *(Given(f"Tariff {number}") for number in range(7)), RATES)
    with database.reading() as connection:
        assert count_candidates(connection, "-tariff") == 1
        assert count_candidates(connection, "-tariff", Filters(sources=("nobody",))) == 0
        assert count_candidates(connection, '-"interest rates"') == 8, "only the articles' words tell"


@pytest.fixture
def some(database: Database) -> Database:
    """A database with one article."""
    store(database, KOREA)
    return database


@given(st.one_of(HOSTILE, st.text(st.sampled_from("\"*:()^-{}+NEAR AND OR NOT title!|&<>\\'%_;\x00韓国"), max_size=60)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_is_more_than_a_line(some: Database, words: str) -> None:
    with contextlib.suppress(QueryError), some.reading() as connection:
        count_candidates(connection, words)
        for hit in found(some, words):
            assert hit.title.text == KOREA.title


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("韓国" * 15_000, "the query has 30,000 characters; at most 2,000 are searched for"),
        (" OR ".join(f"w{number}" for number in range(200)), "the query has 200 words; at most 100 are searched for"),
        ("(" * 900 + "韓国", "parentheses within parentheses"),
        ("t*", "t*: a prefix has at least 2 letters"),
        ("after:yesterday", 'after:yesterday: "yesterday" is no time; allowed: 2026-10-05'),
    ],
)
def test_what_is_too_much_is_one_clear_line(some: Database, words: str, line: str) -> None:
    with pytest.raises(QueryError) as raised:
        found(some, words)
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)


def test_each_search_is_planned_for_its_own_words(database: Database) -> None:
    store(database, KOREA, RATES)
    if database.is_sqlite:
        return
    with database.reading() as connection:
        for _ in range(20):  # prepared from the sixth time on; planned for any words ten times later, if it may be
            search(connection, "rate", limit=5, now=NOW)
        prepared = connection.execute(text("SELECT sum(custom_plans), sum(generic_plans) FROM pg_prepared_statements"))
        custom, generic = prepared.one()
        assert connection.execute(text("SHOW jit")).scalar() == "off"
    assert custom > 10
    assert generic == 0
    with database.writing() as session:
        assert session.execute(text("SHOW plan_cache_mode")).scalar() == "auto"


@pytest.mark.parametrize("words", ["rate", "rate -bank", "rat*", '"rate of"', "rate lang:en", "title:rate"])
def test_frequent_words_are_found_the_other_way(
    database: Database, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    many = [Given(f"Rate {n}", "The rate of banks" if n % 3 else "The rate of a bank", age=n) for n in range(1, 12)]
    others = [Given(f"Nothing {n}", "Of it.", age=n) for n in range(12)]
    store(database, *many, *others)
    narrowed = Filters(language="en", since=NOW - datetime.timedelta(days=6.5))
    expected = [
        titles(database, words, filters=filters, sort=sort, limit=4)
        for filters in (Filters(), narrowed)
        for sort in ("newest", "oldest", "relevance")
    ]
    monkeypatch.setattr("storage.search.finder.COMMON", 3)
    assert [
        titles(database, words, filters=filters, sort=sort, limit=4)
        for filters in (Filters(), narrowed)
        for sort in ("newest", "oldest", "relevance")
    ] == expected
