"""What an analyst asks, by the command line, against an archive whose truth is known. In process."""

import base64
import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.cli import run
from storage.database.open import open_database
from tests.support.alert_receiver import Receiver
from tests.support.known_coverage import fill_known

Ask = Callable[..., str]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command in a folder with the known archive; give what it prints."""
    monkeypatch.chdir(tmp_path)
    for name in ("KIJI_DB", "KIJI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    database = open_database("sqlite:///kiji.db")
    fill_known(database)
    database.close()

    def asked(*arguments: str, code: int = 0) -> str:
        assert run([*arguments]) == code
        told = capsys.readouterr()
        return told.out if code == 0 else told.err

    return asked


def test_who_reported_what_first_and_who_took_it(ask: Ask) -> None:
    told = ask("coverage")
    assert "1 in both languages, 1 in Japanese only, 2 in English only" in told
    assert "Japanese was first with 1 of both, by 2 h (median); English with 0" in told
    assert "mirai has 1 text of harbor, 1 h later (median)" in told
    assert "kyoku has 1 text of mirai, 30 min later (median)" in told
    assert json.loads(ask("coverage", "--since", "2026-10-08", "--json"))["only_japanese"] == 1
    assert "is no date" in ask("coverage", "--since", "soon", code=2)


def test_mentions_and_a_changed_headline(ask: Ask) -> None:
    assert json.loads(ask("search", "ferry OR gauge", "--json"))["total"] == 4
    assert "[-on time-]{+late+}" in ask("article", "6", "--revisions").replace(" ", "").replace("ontime", "on time")


def test_mentions_by_day_in_either_language(ask: Ask) -> None:
    told = ask("search", "ferry OR 雨量計", "--by", "day")
    assert told.splitlines()[-1] == "3 articles"
    assert [line.split()[1:] for line in told.splitlines()[:-1]] == [["1", "1", "ja"], ["2", "2", "en"]]
    rows = json.loads(ask("search", "ferry OR 雨量計", "--by", "year", "--json"))["rows"]
    assert rows == [
        {"year": "2026", "language": "en", "articles": 2},
        {"year": "2026", "language": "ja", "articles": 1},
    ]
    assert "allowed: day, month, year" in ask("search", "ferry", "--by", "week", code=2)
    assert ask("stories", "--since", "20000d").count("\n") == 5
    assert "no story" in ask("stories", "--since", "1h")


def test_stories_are_listed_whole_but_for_their_titles(ask: Ask) -> None:
    head, first, *_ = ask("stories").splitlines()
    assert head.split() == [*("story", "last", "article,", "UTC", "articles", "ja", "en", "copies", "sources", "title")]
    assert "…" not in first


def test_a_person_in_either_script(ask: Ask) -> None:
    for name in ("櫛田", "kushida", "Minori"):
        assert "櫛田みのり / Minori Kushida  2 articles (1 ja, 1 en)" in ask("entities", name)
    [person] = json.loads(ask("entities", "Kushida", "--json"))
    assert "as Minori Kushida (1), 櫛田みのり (1)" in ask("entities", str(person["id"]))
    assert "no entity 999" in ask("entities", "999", code=2)
    assert "no entity; kiji db stories" in ask("entities", "nobody")


def test_the_network_of_links(ask: Ask) -> None:
    ask("export", "related", "-o", "links.graphml")
    assert Path("links.graphml").read_text(encoding="utf-8").count("<edge ") == 1
    assert "only links are a network" in ask("export", "articles", "-o", "a.graphml", code=2)


def test_a_collection_with_notes_is_exported_with_its_articles(ask: Ask) -> None:
    told = ask("collect", "add", "gauge", "1", "2", "--note", "first", "--tag", "lead")
    assert told == "gauge: 2 added, 0 in it already\n"
    ask("collect", "export", "gauge", "-o", "g.csv")
    with Path("g.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    assert {(row["note"], row["tags"]) for row in rows} == {("first", "lead")}
    assert rows[0]["text"]
    ask("collect", "export", "gauge", "-o", "g.bib")
    assert Path("g.bib").read_text(encoding="utf-8").count("@article{") == 2
    assert "allowed: csv, json, bib, ris" in ask("collect", "export", "gauge", "-o", "g.doc", code=2)
    assert "gauge: 1 taken out" in ask("collect", "take-out", "gauge", "1")
    assert "1 article\n" in ask("collect", "show", "gauge")
    ask("collect", "remove", "gauge")
    assert "there are: none yet" in ask("collect", "show", "gauge", code=2)


def test_a_citation_and_articles_like_one(ask: Ask) -> None:
    assert "@article{kiji1," in ask("article", "1", "--cite", "bibtex")
    assert "no article is like it" in ask("article", "10", "--similar")


def test_the_report_is_sent_with_its_file(ask: Ask) -> None:
    assert "[alerts] urls is empty" in ask("report", "-o", "report.html", "--send", code=2)
    with Receiver() as receiver:
        Path("kiji.toml").write_text(f'[alerts]\nurls = ["{receiver.alert_url}"]\n', encoding="utf-8")
        told = ask("report", "-o", "report.html", "--since", "20000d", "--send")
        assert "12 new articles, 4 stories" in told
        [message] = receiver.messages
        sent = Path("report.html").read_bytes()  # the next report may say another minute
        receiver.status = 500
        assert "was not taken" in ask("report", "-o", "report.html", "--since", "20000d", "--send", code=1)
    assert message["title"] == "Kiji: 12 new articles, 4 stories"
    assert "雨量計が故障 / Rain gauge fails\n    mirai first, 3 articles: https://n.example/" in message["message"]
    [attached] = message["attachments"]
    assert base64.b64decode(attached["base64"]) == sent
