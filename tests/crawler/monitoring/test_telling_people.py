"""Four sources go wrong in four ways: each is told once as what it is, and once when it is over."""

import datetime
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.monitoring.after_crawl import judge_sources, store_and_alert
from crawler.monitoring.alerts import ping
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.database.open import open_database
from tests.support.alert_receiver import Receiver
from tests.support.commands import kiji, record_of
from tests.support.hostile_server import WORDS, HostileServer, answers, article
from tests.support.planted_sources import ANSWERED, GIVES, Met, plant
from tests.support.source_histories import DAY, HOUR, NOW
from tests.support.visits import rows

WRONG: dict[str, Met] = {
    "dying": [("start", "failed", 503, "HTTP 503", None)],
    "quiet": ANSWERED,
    "rebuilt": [*ANSWERED, *[("entry", "not_article", 200, "no body", None)] * 6],
    "closing": [*ANSWERED, *[("entry", "refused", 403, "HTTP 403", None)] * 6],
    "steady": GIVES,
}
TOLD = {
    "Kiji: dying is dead",
    "Kiji: quiet has fallen silent",
    "Kiji: rebuilt has changed its layout",
    "Kiji: closing blocks the crawler",
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Where alerts arrive."""
    with Receiver() as receiver:
        yield receiver


def check(database: Database, receiver: Receiver, now: datetime.datetime) -> tuple[dict[str, str], list[str]]:
    """Look as a crawl's end does: the states, and what arrived."""
    receiver.alerts.clear()
    verdicts = judge_sources(database, list(WRONG), now)
    assert store_and_alert(database, verdicts, [receiver.alert_url], now) == []
    return {name: verdict.state for name, verdict in verdicts.items()}, list(receiver.alerts)


def test_each_trouble_is_told_once_as_what_it_is_and_once_when_it_is_over(
    database: Database, receiver: Receiver
) -> None:
    for ago in range(40, 12, -1):
        plant(database, NOW - ago * 6 * HOUR, dict.fromkeys(WRONG, GIVES))
    assert check(database, receiver, NOW - 3 * DAY) == (dict.fromkeys(WRONG, "ok"), [])
    for ago in range(12, 0, -1):
        plant(database, NOW - ago * 6 * HOUR, WRONG)
    states, told = check(database, receiver, NOW)
    assert states == {"dying": "dead", "quiet": "silent", "rebuilt": "changed", "closing": "blocked", "steady": "ok"}
    assert sorted(told) == sorted(TOLD)
    plant(database, NOW, WRONG)
    assert check(database, receiver, NOW) == (states, [])
    for ahead in range(1, 6):
        plant(database, NOW + ahead * 6 * HOUR, dict.fromkeys(WRONG, GIVES))
    states, told = check(database, receiver, NOW + 2 * DAY)
    assert states == dict.fromkeys(WRONG, "ok")
    assert sorted(told) == [f"Kiji: {name} is well again" for name in sorted(WRONG) if name != "steady"]
    assert check(database, receiver, NOW + 2 * DAY) == (states, [])


def test_an_alert_that_nobody_took_is_sent_again_and_names_no_secret(database: Database, receiver: Receiver) -> None:
    for ago in (3, 2, 1):
        plant(database, NOW - ago * HOUR, {"dying": WRONG["dying"]})
    receiver.status = 500
    verdicts = judge_sources(database, ["dying"], NOW)
    problems = store_and_alert(database, verdicts, [receiver.alert_url, "nonsense://x"], NOW)
    assert len(problems) == 2
    assert not any("hunter2" in problem or "127.0.0.1" in problem for problem in problems)
    assert rows(database, "SELECT state, told_state FROM source_health") == [("dead", "ok")]
    receiver.status = 200
    assert store_and_alert(database, verdicts, [receiver.alert_url], NOW) == []
    assert receiver.alerts[-1] == "Kiji: dying is dead"
    assert rows(database, "SELECT told_state FROM source_health") == [("dead",)]


def test_many_changes_at_once_are_one_digest(database: Database, receiver: Receiver) -> None:
    names = [f"s{number}" for number in range(8)]
    for ago in (3, 2, 1):
        plant(database, NOW - ago * HOUR, dict.fromkeys(names, WRONG["dying"]))
    verdicts = judge_sources(database, names, NOW)
    receiver.status = 500
    assert len(store_and_alert(database, verdicts, [receiver.alert_url], NOW)) == 1
    receiver.status = 200
    assert store_and_alert(database, verdicts, [receiver.alert_url], NOW) == []
    assert receiver.alerts[-1] == "Kiji: 8 sources in trouble, 0 well again"
    assert rows(database, "SELECT DISTINCT told_state FROM source_health") == [("dead",)]


def test_the_begin_of_a_trouble_stays(database: Database, receiver: Receiver) -> None:
    for ago in range(40, 0, -1):
        plant(database, NOW - ago * 6 * HOUR, {"rebuilt": WRONG["rebuilt"] if ago < 12 else GIVES})
    check(database, receiver, NOW)
    begin = judge_sources(database, ["rebuilt"], NOW)["rebuilt"].since
    for ahead in range(1, 9):
        plant(database, NOW + ahead * 6 * HOUR, {"rebuilt": WRONG["rebuilt"]})
    later = judge_sources(database, ["rebuilt"], NOW + 2 * DAY)["rebuilt"]
    assert (later.state, later.since) == ("changed", begin)


def test_imports_and_re_readings_say_nothing_of_a_sources_health(database: Database) -> None:
    for command in ("kiji import pages.warc.gz", "kiji reread"):
        plant(database, NOW - HOUR, {"dying": WRONG["dying"]}, command)
    assert judge_sources(database, ["dying"], NOW)["dying"].state == "new"


CONFIG = """
[alerts]
urls = ["{alerts}"]
ping = "{ping}"
[[source]]
name = "harbor"
start = ["{start}"]
allow_private_addresses = true
delay = 0.0
"""


def test_a_crawl_pings_tells_health_and_fails_for_neither(tmp_path: Path, receiver: Receiver) -> None:
    with HostileServer() as server:
        server.pages = {"/news/2026/10/05/ferry": answers(article("The ferry returns to service", WORDS))}
        start = f"{server.url}/news/2026/10/05/ferry"
        config = tmp_path / "kiji.toml"
        config.write_text(CONFIG.format(alerts=receiver.alert_url, ping=receiver.ping_url, start=start))
        well = kiji("crawl", folder=tmp_path)
        assert (well.returncode, receiver.pings[0][0]) == (0, "/ping/5ecret")
        assert receiver.pings[0][1].startswith("run 1 done, exit code 0")
        config.write_text(CONFIG.format(alerts="nonsense://hunter2", ping="http://127.0.0.1:9/5ecret", start=start))
        with sqlite3.connect(tmp_path / "kiji.db") as connection:
            connection.execute("UPDATE source_health SET told_state = 'dead'")
        connection.close()
        deaf = kiji("crawl", "harbor", "--json", "--log-format", "json", folder=tmp_path)
    assert deaf.returncode == 0
    assert record_of(deaf)["status"] == "done"
    assert "5ecret" not in deaf.stderr
    assert "hunter2" not in deaf.stderr
    lines = [line for line in deaf.stderr.splitlines() if line]
    assert sum('"ping to http' in line for line in lines) == 1
    assert sum('"alert to nonsense' in line for line in lines) == 1
    assert all(line.startswith('{"time": "') for line in lines)
    health = kiji("health", "--json", folder=tmp_path)
    assert (health.returncode, '"state": "new"' in health.stdout) == (0, True)
    assert "harbor" in kiji("health", folder=tmp_path).stdout


def test_a_failure_is_told_in_the_path_also_of_an_address_with_a_query(receiver: Receiver) -> None:
    address = f"{receiver.ping_url}/?status=up&ping="
    assert ping(address, is_well=True, summary="") == []
    assert ping(address, is_well=False, summary="") == []
    assert [path for path, _ in receiver.pings] == [
        "/ping/5ecret/?status=up&ping=",
        "/ping/5ecret/fail?status=up&ping=",
    ]


def test_each_figure_stands_under_its_title(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    far_from_where_a_figure_rounds_up = utc_now() - HOUR
    for ago in range(40, 0, -1):
        gives = WRONG if ago < 12 else dict.fromkeys(WRONG, GIVES)
        plant(database, far_from_where_a_figure_rounds_up - ago * 6 * HOUR, gives)
    database.close()
    sources = (f'[[source]]\nname = "{name}"\nstart = ["https://{name}.example/feed"]\n' for name in WRONG)
    (tmp_path / "kiji.toml").write_text("\n".join(sources))
    head, *lines = kiji("health", folder=tmp_path).stdout.splitlines()
    begins = {title: head.index(title) for title in ("state", "since", "a day", "silent", "no article", "robots")}
    for told, line in zip(json.loads(kiji("health", "--json", folder=tmp_path).stdout), lines, strict=False):
        cells = {title: line[begin:].partition("  ")[0] for title, begin in begins.items()}
        assert line.startswith(told["source"])
        assert cells["state"] == told["state"]
        assert cells["a day"] == f"{told['usual_articles_a_day']:.1f}"
        assert cells["silent"] == f"{told['days_silent']:.1f} d"
        shares = [told[share] for share in ("share_without_article", "usual_share_without_article")]
        assert cells["no article"] == ("{:.0%} (usually {:.0%})".format(*shares) if shares[0] is not None else "")
        assert cells["robots"].strip() == str(told["robots_refusals"] or "")


def test_a_database_that_cannot_be_used_is_pinged_as_a_failure(tmp_path: Path, receiver: Receiver) -> None:
    start = "http://127.0.0.1:9/"
    (tmp_path / "kiji.toml").write_text(CONFIG.format(alerts="json://x", ping=receiver.ping_url, start=start))
    (tmp_path / "kiji.db").write_text("this is no database at all, and long enough to be told from an empty one" * 30)
    assert kiji("crawl", folder=tmp_path).returncode == 2
    assert [path for path, _ in receiver.pings] == ["/ping/5ecret/fail"]
