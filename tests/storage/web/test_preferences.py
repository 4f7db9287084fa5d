"""Readers choose the language and time zone of the pages; many sources, errors and charts. Answered in process."""

import asyncio
import contextlib
import datetime
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text

from storage.database.open import open_database
from storage.snapshot.sqlite_file import Origin, make_snapshot
from storage.web import plugin
from storage.web.archive_writer import suggested_watch
from storage.web.article_list import Choice
from storage.web.preferences import chosen_language, in_zone, local_address
from storage.web.query_answer import bars_of, explain_error
from storage.web.server import application
from tests.support.searchable import NOW, Given, store

PAGES = (
    "/",
    "/articles",
    "/stories",
    "/coverage",
    "/entities",
    "/sources",
    "/watches",
    "/collections",
    "/queries",
    "/data",
)
MANY = 200


@pytest.fixture(scope="module")
def get(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Ask an archive of 200 sources, with headers."""
    folder = tmp_path_factory.mktemp("many")
    database = open_database(f"sqlite:///{folder}/kiji.db")
    store(database, *(Given(f"Title {n}", "words", source=f"source-{n:03}", age=n / 20) for n in range(MANY)))
    with database.writing() as session:
        session.execute(text("UPDATE article SET access = 'paywalled' WHERE id = 1"))
        session.execute(text("UPDATE article SET language = 'ko' WHERE id = 10"))
    make_snapshot(database, folder / "news.sqlite", Origin("0", "Asia/Tokyo", NOW))
    database.close()
    client = application(folder / "news.sqlite").client
    return lambda path, **headers: asyncio.run(client.get(path, headers=headers))


@pytest.mark.parametrize("path", PAGES)
def test_each_page_has_one_language_or_both(get: Callable[..., Any], path: str) -> None:
    japanese = get(path, **{"accept-language": "ja-JP,ja;q=0.9"}).text
    english = get(path, **{"accept-language": "fr,en;q=0.8"}).text
    both = get(path).text
    chosen = get(path, **{"accept-language": "ja", "cookie": "kiji_language=en"}).text
    assert [re.findall("<html lang=\"(..)\"", page) for page in (japanese, english, both, chosen)] == [
        ["ja"], ["en"], ["en"], ["en"],
    ]  # fmt: skip
    navigation = [page.partition("<nav")[2].partition("</nav>")[0] for page in (japanese, english, both, chosen)]
    assert ["記事" in each for each in navigation] == [True, False, True, False]
    assert ["Articles" in each for each in navigation] == [False, True, True, True]


def test_the_keys_of_a_chart_are_in_the_chosen_language(get: Callable[..., Any]) -> None:
    japanese, english = (get("/", **{"accept-language": language}).text for language in ("ja", "en"))
    assert [(">その他<" in page, ">other<" in page) for page in (japanese, english)] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    ("cookies", "accepted", "language"),
    [
        ({}, "", ""),
        ({}, "*", ""),
        ({}, "de,fr", "en"),
        ({}, "en;q=0.5, ja", "en"),
        ({"kiji_language": "xx"}, "ja", "ja"),
        ({"kiji_language": "ja"}, "en", "ja"),
    ],
)
def test_the_choice_beats_the_browser(cookies: dict[str, str], accepted: str, language: str) -> None:
    assert chosen_language(cookies, accepted) == language


def test_a_choice_is_kept_and_leads_back(get: Callable[..., Any]) -> None:
    answer = get("/preferences?language=en&next=" + quote("/articles?q=a&page=2"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/articles?q=a&page=2")
    assert answer.headers["set-cookie"].startswith("kiji_language=en;")
    assert "kiji_zone=Europe%2FLondon" in get("/preferences?zone=Europe/London").headers["set-cookie"]
    for wrong in ("language=xx", "zone=Nowhere/Land", "zone=../../etc/passwd", "x=1"):
        assert "set-cookie" not in get(f"/preferences?{wrong}").headers


@pytest.mark.parametrize(
    "address", ["//evil.example", "/\\evil.example", "https://evil.example/", "", "/a\r\nb", "/ b"]
)
def test_nobody_is_led_elsewhere(address: str) -> None:
    assert local_address(address) == "/"


def test_times_are_in_the_chosen_zone(get: Callable[..., Any]) -> None:
    assert "2026-10-10 09:00" in get("/articles/1").text
    london = get("/articles/1", cookie="kiji_zone=Europe%2FLondon").text
    assert "2026-10-10 01:00" in london
    assert "days are those of" in london
    assert "2026-10-10 09:00" in get("/articles/1", cookie="kiji_zone=x; ;=;kiji_language").text
    assert in_zone("9999-12-31 23:59:00", "Asia/Tokyo", "Pacific/Kiritimati") == "9999-12-31 23:59"
    assert in_zone(None, "Asia/Tokyo", "UTC") == ""


def test_the_home_page_of_200_sources_is_small_and_sources_are_sorted(get: Callable[..., Any]) -> None:
    assert len(get("/").content) < 300_000
    assert len(get("/sources").content) < 300_000
    assert get("/").text.count('class="spark"') == 15
    names = re.findall(r"<bdi>(source-\d+)</bdi>", get("/sources?sort=source").text)
    assert (len(names), names) == (MANY, sorted(names))
    assert re.findall(r"<bdi>(source-\d+)</bdi>", get("/sources?sort=source&desc=1").text) == sorted(
        names, reverse=True
    )
    assert get("/sources?sort=last_new").text.index("source-000") < get("/sources?sort=last_new").text.index(
        "source-001"
    )
    assert get("/sources?sort=x;DROP&desc=z").status_code == 200


@pytest.mark.parametrize("words", ["", "q=words&"])
def test_several_sources_and_a_period_narrow_a_list_and_a_search(get: Callable[..., Any], words: str) -> None:
    # Article n is of source n - 1, and 72 minutes older than the one before; the first is of 2026-10-10, 9 in Tokyo.
    page = get(f"/articles?{words}source=source-001&source=source-003", **{"accept-language": "en"}).text
    assert re.findall(r"<bdi>Title (\d+)</bdi>", page) == ["1", "3"]
    assert f"/articles?{words.replace('&', '&amp;')}source=source-003" in page  # takes the other one out
    assert page.count('class="chosen"') == 2
    page = get(f"/articles?{words}since=2026-10-08&until=2026-10-08", **{"accept-language": "en"}).text
    assert re.findall(r"<bdi>Title (\d+)</bdi>", page) == [str(n) for n in range(28, 48)]
    assert 'name="since" value="2026-10-08"' in page
    assert get(f"/articles?{words}since=x&until=2026-99-99").text.count('class="headline"') == 40


def test_lists_of_stories_and_names_have_all_their_pages(tmp_path: Path) -> None:
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/kiji.db")) as database:
        store(database, *(Given(f"Title {n}", "words", age=n / 200) for n in range(230)))
        with database.writing() as session:
            connection = session.connection()
            numbers = [{"n": n} for n in range(1, 116)]
            connection.execute(
                text("INSERT INTO story (id, first_at, last_at) VALUES (:n, '2026-10-09', '2026-10-09')"), numbers
            )
            connection.execute(text("UPDATE article SET story_id = (id + 1) / 2"))
            connection.execute(
                text(
                    "INSERT INTO entity (id, kind, key, family, name_ja, name_en, articles)"
                    " VALUES (:n, 'place', 'k' || :n, '', '', 'Place ' || :n, 1)"
                ),
                numbers,
            )
        make_snapshot(database, tmp_path / "news.sqlite", Origin("0", "Asia/Tokyo", NOW))
    client = application(tmp_path / "news.sqlite").client

    def listed(path: str, kind: str) -> tuple[set[str], set[str], str]:
        pages = [asyncio.run(client.get(f"{path}{page}", headers={"accept-language": "en"})).text for page in (1, 2, 3)]
        first, second, third = (set(re.findall(f'href="(/{kind}/[0-9]+)"', page)) for page in pages)
        assert third == set()
        assert "page=2" in pages[0]
        assert "page=1" in pages[1]
        return first, second, pages[1]

    for path, kind in (("/stories?period=all&page=", "stories"), ("/entities?kind=place&page=", "entities")):
        first, second, _ = listed(path, kind)
        assert (len(first), len(second), len(first | second)) == (100, 15, 115)


def test_a_search_of_several_sources_is_saved_with_them() -> None:
    choice = Choice.of({"q": "ferry", "language": "en"}, ["a b", "c", "c"])
    assert suggested_watch(choice)["query"] == 'ferry lang:"en" (source:"a b" OR source:"c")'


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.5, "less than a minute ago"),
        (1.5, "1 minute ago"),
        (119, "119 minutes ago"),
        (121, "2 hours ago"),
        (5_000, "3 days ago"),
    ],
)
def test_every_page_says_how_old_its_data_are(
    get: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, minutes: float, words: str
) -> None:
    monkeypatch.setattr(plugin, "utc_now", lambda: NOW + datetime.timedelta(minutes=minutes))
    for path in ("/", "/articles", "/data", "/data/articles"):
        assert words in re.sub("<.*?>", "", get(path, **{"accept-language": "en"}).text)


def test_a_paywalled_text_says_so(get: Callable[..., Any]) -> None:
    assert "Behind a paywall" in get("/articles/1").text
    assert "paywalled, cut" in get("/articles").text
    assert "Behind a paywall" not in get("/articles/2").text


def test_the_page_about_sql_has_schema_fields_chart_and_plain_errors(get: Callable[..., Any]) -> None:
    sql = "SELECT source, count(*) AS articles FROM articles WHERE source < :last GROUP BY source"
    page = get("/data?sql=" + quote(sql) + "&last=source-003").text
    assert 'name="last" value="source-003"' in page
    assert page.count('<rect class="f-en"') == 3
    assert "first_seen_local" in page.partition('class="schema"')[2]
    wrong = get("/data?sql=SELECT+nosuch+FROM+articles").text
    assert "There is no column &#34;nosuch&#34;" in wrong
    assert 'class="problem"' in wrong


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("selec source\nFROM articles", "Only one SELECT can be run"),
        ("DELETE FROM articles", "Only one SELECT can be run"),
        (
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n -- </textarea>",
            "longer than 8 seconds",
        ),
    ],
)
def test_sql_that_datasette_refuses_stays_with_an_error_in_plain_words(
    get: Callable[..., Any], sql: str, words: str
) -> None:
    hurried = "&_timelimit=20"  # milliseconds
    answer = get("/data?sql=" + quote(sql) + hurried, **{"accept-language": "en"})
    assert answer.status_code == 400
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert words in main.partition('class="problem"')[2].partition("</p>")[0]
    assert html.unescape(main.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]) == sql
    assert "<script" not in main
    assert "sql_time_limit_ms" not in main


def test_a_page_that_does_not_exist_says_so_in_the_readers_language(get: Callable[..., Any]) -> None:
    for path in ("/nosuch", "/no/such/page", "/articles/999999"):
        answer = get(path, **{"accept-language": "ja"})
        assert answer.status_code == 404
        assert "見つかりません" in answer.text
        assert "Not found" not in answer.text
        assert "Database" not in answer.text
    assert get("/nosuch.json").json()["ok"] is False


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("interrupted", "longer than 8 seconds"),
        ("no such table: x", 'no table "x"'),
        ('near "FORM": syntax error', 'from "FORM" on'),
        ("Statement must be a SELECT", "Only one SELECT"),
        ("something new", "something new"),
    ],
)
def test_errors_are_in_plain_words(message: str, words: str) -> None:
    assert words in explain_error(message)


def test_only_answers_of_labels_and_a_number_are_drawn() -> None:
    assert [bar["share"] for bar in bars_of(["day", "n"], [("a", 1), ("b", 4)])] == [25, 100]
    for columns, rows in (
        (["n"], [(1,), (2,)]),
        (["a", "n"], [("a", 1)]),
        (["a", "n"], [("a", "x"), ("b", 1)]),
        (["a", "n"], [("a", -1), ("b", 1)]),
        (["a", "n"], [("a", None), ("b", 1)]),
        (["a", "n"], [(str(n), n) for n in range(61)]),
    ):
        assert bars_of(columns, rows) == []
