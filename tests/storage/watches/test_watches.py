"""Saved searches: what they match, what is sent, and that nothing is lost, on both databases."""

import datetime

import pytest
from sqlalchemy import text

from crawler.cli import run
from crawler.monitoring.watch_notices import tell_watches
from storage.database.engine import Database
from storage.search.nodes import QueryError
from storage.watches.matching import claim_notices, match_new
from storage.watches.saved import WatchRefused, add_watch, list_watches, remove_watch, watch_matches
from tests.support.alert_receiver import Receiver
from tests.support.searchable import NOW, Given, store
from tests.support.visits import OTHER_STORY, Crawling, article, rows, scope

LATER = NOW + datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
ZONE = "Asia/Tokyo"


def watch(database: Database, name: str, query: str, mode: str = "article", per_day: int = 20) -> None:
    with database.writing() as session:
        add_watch(session, name, query, ZONE, mode=mode, per_day=per_day, now=NOW)


def outcomes(database: Database) -> list[str]:
    return [str(outcome) for (outcome,) in rows(database, "SELECT outcome FROM watch_matches ORDER BY article_id")]


def test_only_what_is_stored_later_is_told_once_and_for_each_watch_that_matches(database: Database) -> None:
    store(database, Given("Old tariff"))
    watch(database, "tariffs", "tariff*")
    watch(database, "korea", "韓国 OR Korea")
    store(database, Given("New tariff on Korea"), Given("台風が近づく"))
    with Receiver() as receiver:
        assert tell_watches(database, [receiver.alert_url], ZONE, LATER) == []
        assert sorted(receiver.alerts) == ["korea: New tariff on Korea", "tariffs: New tariff on Korea"]
        assert tell_watches(database, [receiver.alert_url], ZONE, LATER) == []
        assert len(receiver.alerts) == 2


def test_what_no_service_takes_is_sent_again(database: Database) -> None:
    watch(database, "tariffs", "tariff")
    store(database, Given("New tariff"), Given("Another tariff"))
    with Receiver(status=500) as receiver:
        assert len(tell_watches(database, [receiver.alert_url], ZONE, LATER)) == 2
        assert outcomes(database) == ["waiting", "waiting"]
        receiver.status = 200
        receiver.alerts.clear()
        assert tell_watches(database, [receiver.alert_url], ZONE, LATER + DAY) == []
        assert receiver.alerts == ["tariffs: New tariff", "tariffs: Another tariff"]
    assert outcomes(database) == ["sent", "sent"]


def test_a_sender_that_was_killed_loses_nothing(database: Database) -> None:
    watch(database, "tariffs", "tariff")
    store(database, Given("New tariff"))
    with database.writing() as session:
        match_new(session, NOW)
        assert len(claim_notices(session, NOW)) == 1
        assert claim_notices(session, NOW) == []
        assert len(claim_notices(session, LATER)) == 1


def test_a_watch_that_matches_everything_is_bounded_each_day(database: Database) -> None:
    watch(database, "all", "-nothing", per_day=3)
    store(database, *(Given(f"News {number}") for number in range(10)))
    with Receiver() as receiver:
        tell_watches(database, [receiver.alert_url], ZONE, LATER)
        tell_watches(database, [receiver.alert_url], ZONE, LATER)
        assert receiver.alerts == ["all: News 0", "all: News 1", "all: News 2"]
        store(database, Given("News of tomorrow"))
        tell_watches(database, [receiver.alert_url], ZONE, LATER + DAY)
        assert receiver.alerts[3:] == ["all: News of tomorrow"]
    assert outcomes(database).count("over_limit") == 7


def test_a_story_is_told_once(database: Database) -> None:
    watch(database, "tariffs", "tariff")
    ids = store(database, Given("Tariff, first"), Given("Tariff, again"), Given("Tariff elsewhere"))
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO story (id, first_at, last_at) SELECT 900, first_seen_at, last_seen_at FROM article LIMIT 1"
            )
        )
        session.execute(text("UPDATE article SET story_id = 900 WHERE id IN (:a, :b)"), {"a": ids[0], "b": ids[1]})
    with Receiver() as receiver:
        tell_watches(database, [receiver.alert_url], ZONE, LATER)
        assert receiver.alerts == ["tariffs: Tariff, first", "tariffs: Tariff elsewhere"]
    assert outcomes(database) == ["sent", "same_story", "sent"]


def test_a_digest_is_one_message_a_day(database: Database) -> None:
    watch(database, "tariffs", "tariff", mode="digest")
    store(database, Given("Tariff 1"), Given("Tariff 2"))
    with Receiver() as receiver:
        tell_watches(database, [receiver.alert_url], ZONE, LATER)
        store(database, Given("Tariff 3"))
        tell_watches(database, [receiver.alert_url], ZONE, LATER)
        assert receiver.alerts == ["tariffs: 2 articles"]
        tell_watches(database, [receiver.alert_url], ZONE, LATER + DAY)
        assert receiver.alerts[1:] == ["tariffs: 1 article"]


def test_a_revision_is_told_as_a_change(database: Database) -> None:
    page = "https://news.example/news/1"
    watch(database, "ferry", "ferry OR rice")
    first = Crawling(database, scope(page))
    first.store(first.lease_url(page), article(page, title="Ferry returns"), day=0)
    first.finish()
    with Receiver() as receiver:
        tell_watches(database, [receiver.alert_url], ZONE, LATER)
        again = Crawling(database, scope(page))
        again.store(again.lease_url(page), article(page, OTHER_STORY, title="Rice rises"), day=1)
        again.finish()
        tell_watches(database, [receiver.alert_url], ZONE, LATER)
        assert receiver.alerts == ["ferry: Ferry returns", "ferry: changed: Rice rises"]
    with database.reading() as connection:
        assert [match["revision"] for match in watch_matches(connection, "ferry", 10)] == [2, 1]


def test_what_cannot_be_watched_is_one_line(database: Database) -> None:
    watch(database, "tariffs", "tariff")
    for name, query, line in (
        ("tariffs", "x", "there is a watch tariffs already"),
        ("a b", "x", '"a b" is no name'),
        ("none", "!!", "no word to search for"),
        ("long", "x" * 3_000, "at most 2,000"),
    ):
        with pytest.raises((WatchRefused, QueryError), match=line):
            watch(database, name, query)
    with database.writing() as session, pytest.raises(WatchRefused, match="no watch nobody; there are: tariffs"):
        remove_watch(session, "nobody")
    with database.writing() as session:
        remove_watch(session, "tariffs")
    with database.reading() as connection:
        assert list_watches(connection) == []


def test_the_commands_add_list_show_and_remove(
    database: Database, archive_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", "add", "korea", "韓国 OR Korea", "--per-day", "5", "--db", archive_url]) == 0
    store(database, Given("韓国の首相"))
    assert run(["watch", "run", "--db", archive_url]) == 0
    assert run(["watch", "list", "--db", archive_url]) == 0
    assert "korea: 韓国 OR Korea\n    1 match, 1 waiting, at most 5 notices a day\n" in capsys.readouterr().out
    assert run(["watch", "show", "korea", "--db", archive_url]) == 0
    assert "waiting  韓国の首相" in capsys.readouterr().out
    assert run(["watch", "remove", "korea", "--db", archive_url]) == 0
    assert run(["watch", "show", "korea", "--db", archive_url]) == 2
