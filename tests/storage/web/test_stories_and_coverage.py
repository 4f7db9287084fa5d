"""The pages about stories, coverage and names, against an archive whose truth is known. Answered in process."""

import asyncio
import contextlib
import dataclasses
import datetime
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text

from storage.database.engine import Database
from storage.database.open import open_database
from storage.snapshot.sqlite_file import Origin, make_snapshot
from storage.stories.coverage import active_stories, compare_coverage, in_words, story_coverage, takings
from storage.web.periods import period_of
from storage.web.server import application
from storage.web.stories import fold_headlines
from tests.support.known_coverage import fill_known
from tests.support.searchable import NOW, Given, store


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('known')}/kiji.db")
    fill_known(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def path(known: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("snapshot") / "news.sqlite"
    make_snapshot(known, path, Origin("0", "Asia/Tokyo", NOW))
    return path


@pytest.fixture(scope="module")
def get(path: Path) -> Callable[[str], str]:
    client = application(path).client

    def ask(address: str) -> str:
        answer: Any = asyncio.run(client.get(address))
        assert answer.status_code == 200, answer.text[-300:]
        return str(answer.text)

    return ask


def headlines(page: str) -> list[str]:
    listed = page.partition("<ol")[2].partition("</ol>")[0]
    return re.findall(r'class="headline[^>]*><bdi>([^<]*)', listed)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["雨量計が故障", "Rain gauge fails", "Ferry late", "県庁の猫"]),
        ("?language=both", ["雨量計が故障", "Rain gauge fails"]),
        ("?language=ja", ["県庁の猫"]),
        ("?language=en", ["Ferry late"]),
        ("?period=day&at=2026-10-08", ["県庁の猫"]),
        ("?period=month&at=2026-08-31", ["Old bridge"]),
        ("?period=all", ["雨量計が故障", "Rain gauge fails", "Ferry late", "県庁の猫", "Old bridge"]),
    ],
)
def test_stories_of_a_period_and_language_have_both_headlines(
    get: Callable[[str], str], query: str, expected: list[str]
) -> None:
    assert headlines(get(f"/stories{query}")) == expected


def test_an_empty_period_leads_to_the_nearest_one_with_a_story(get: Callable[[str], str]) -> None:
    page = get("/stories?period=week&at=2026-09-15")
    assert "None in this period." in page
    assert "at=2026-08-31" in page
    assert "at=2026-10-07" in page


def test_odd_periods_are_no_errors(get: Callable[[str], str]) -> None:
    for query in (
        "?period=year",
        "?at=9999-12-31",
        "?at=0001-01-01&period=month",
        "?at=x&language=xx",
        "?period=all&at=%00",
    ):
        get(f"/stories{query}")
        get(f"/coverage{query}")
    assert period_of("month", datetime.date(9999, 12, 31)).kind == "all"


def test_a_story_tells_who_was_first_and_shows_copies_at_their_own_date(get: Callable[[str], str]) -> None:
    page = get("/stories/1")
    assert re.search(r"Japanese first, by</span>\s*2 h", page)
    assert "2026-10-07 08:00 harbor (copy): 雨量計が故障" in page
    assert 'class="two even"' in page
    assert "nearly the same headline" in page  # Rain gauge fails, and with an exclamation mark


def test_the_network_of_a_story_is_well_formed(get: Callable[[str], str]) -> None:
    graph = ET.fromstring(get("/stories/1/links.graphml"))  # noqa: S314 - our own
    space = "{http://graphml.graphdrawing.org/xmlns}"
    [edge] = graph.iter(f"{space}edge")
    nodes = {node.get("id") for node in graph.iter(f"{space}node")}
    assert {edge.get("source"), edge.get("target")} == nodes
    assert 'Rain "gauge" & <more>' in {data.text for data in graph.iter(f"{space}data")}
    assert "page_url" in get("/stories/1/links.csv")


def test_coverage_is_what_was_stored(known: Database, get: Callable[[str], str]) -> None:
    with known.reading() as connection:
        covered = list(story_coverage(connection, active_stories(connection)))
        counts = compare_coverage(covered)
        taken = {(each.giver, each.taker): in_words(each.delay) for each in takings(connection)}
    assert (counts.in_both, counts.only_japanese, counts.only_english) == (1, 1, 2)
    assert (counts.japanese_first, counts.english_first, in_words(counts.japanese_lead)) == (1, 0, "2 h")
    assert counts.first_sources == [("mirai", 2), ("wire", 1)]  # the bridge was in two sources at the same time
    # The copy that was published before its article gave the text.
    assert taken == {("harbor", "mirai"): "1 h", ("mirai", "kyoku"): "30 min"}
    page = get("/coverage?period=all")
    assert re.search(r"<bdi>harbor</bdi></th><td><bdi>mirai</bdi></td><td>1</td><td>1 h</td>", page)


def test_days_without_a_time_are_compared_by_day(known: Database) -> None:
    with known.reading() as connection:
        stories = [story for story in active_stories(connection) if story["id"] == 1]
        [covered] = story_coverage(connection, stories)
    assert covered.first_ja is not None
    by_day = dataclasses.replace(covered, first_ja=dataclasses.replace(covered.first_ja, by_day=True))
    assert (by_day.lead, by_day.first_language) == (None, "")


def test_a_copy_has_its_own_date(get: Callable[[str], str]) -> None:
    copies = get("/articles/1").partition('id="copies"')[2]
    assert "2026-10-07 08:00" in copies  # an hour before its article, in Tokyo


@pytest.mark.parametrize(
    ("sources", "hours", "precision", "first"),
    [
        (("wire", "echo"), 2, "instant", [("wire", 1)]),
        (("wire", "wire"), 2, "instant", []),  # nobody else
        (("wire", "echo"), 2, "day", []),
        (("wire", "echo"), 30, "day", [("wire", 1)]),
    ],
)
def test_a_source_is_first_where_another_one_was_later(
    tmp_path: Path, sources: tuple[str, str], hours: int, precision: str, first: list[tuple[str, int]]
) -> None:
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/kiji.db")) as database:
        one, _ = store(database, Given("One", source=sources[0]), Given("Two", source=sources[1], age=1 - hours / 24))
        with database.writing() as session:
            session.execute(text("INSERT INTO story (id, first_at, last_at) VALUES (1, '', '')"))
            session.execute(text("UPDATE article SET story_id = 1"))
            session.execute(
                text("UPDATE article SET published_precision = :p WHERE id = :id"), {"p": precision, "id": one}
            )
        with database.reading() as connection:
            counts = compare_coverage(story_coverage(connection, active_stories(connection)))
    assert counts.first_sources == first


def test_the_chart_of_a_search_opens_its_days(get: Callable[[str], str]) -> None:
    page = get("/articles?q=ferry+OR+gauge")
    [day] = set(
        re.findall(
            r'<a href="(/articles\?[^"]*day=2026-10-07[^"]*)" aria-label="2026-10-07: 0 日本語, 2 English"', page
        )
    )
    assert '<span class="tally">2</span>' in get(day.replace("&amp;", "&"))
    months = get("/articles?q=bridge+OR+ferry+OR+gauge&day=2026-10")
    assert '<span class="tally">4</span>' in months


def test_nearly_the_same_headlines_are_one() -> None:
    titles = ("The old bridge is closed", "The old bridge is closed.", "Bridge opens", "")
    folded = fold_headlines([{"title": title} for title in titles])
    assert [(each["title"], len(each["same"])) for each in folded] == [(titles[0], 1), (titles[2], 0), ("", 0)]


def test_a_snapshot_counts_as_its_archive(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM stories WHERE articles > 1").fetchone() == (4,)
    connection.close()
