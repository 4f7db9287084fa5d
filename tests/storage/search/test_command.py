"""``kiji search`` as a person and as a program see it."""

import json

import pytest

from crawler.cli import run
from storage.database.engine import Database
from tests.support.searchable import Given, store

KOREA = Given(
    "韓国の首相が来日", "韓国の首相が東京で会談した。", language="ja", source="mirai", copies=(("harbor", "exact"),)
)


def test_a_person_sees_title_snippet_address_and_copies(
    database: Database, archive_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database, KOREA, Given("Ferry returns", "The ferry is back."))
    assert run(["search", "韓国", "--db", archive_url]) == 0
    told = capsys.readouterr().out
    assert "韓国の首相が来日  2026-10-09 09:00  ja  mirai" in told  # Japan's own time, the config's default
    assert "also (exact) https://n.example/1" in told
    assert told.endswith("1 article\n")
    assert "Ferry" not in told


def test_a_program_gets_one_object_with_the_places_of_the_matches(
    database: Database, archive_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database, KOREA, *(Given(f"韓国 {number}", age=3) for number in range(3)))
    assert run(["search", "韓国", "首相", "--json", "--db", archive_url]) == 0
    [hit] = json.loads(capsys.readouterr().out)["hits"]
    assert [hit["title"][start:end] for start, end in hit["title_matches"]] == ["韓国", "首相"]
    assert hit["copies"] == [
        {"url": "https://n.example/1", "site": "n.example", "source": "harbor", "kind": "exact"},
    ]
    assert run(["search", "韓国", "--limit", "2", "--json", "--db", archive_url]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["total"], len(found["hits"])) == (4, 2)


def test_a_total_that_is_no_more_than_a_bound_says_so(
    database: Database, archive_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store(
        database,
        *(Given("Interest rates", "起工式典") for _ in range(3)),
        *(Given("Rates of interest", "工式典起工") for _ in range(4)),
    )

    def asked(*arguments: str) -> tuple[int, bool]:
        assert run(["search", *arguments, "--json", "--db", archive_url]) == 0
        found = json.loads(capsys.readouterr().out)
        return found["total"], found["total_is_exact"]

    for words in ('"interest rates"', "起工式"):
        assert asked(words, "--limit", "2") == (7, False)
        assert asked(words) == (3, True)
    assert asked("interest", "--limit", "2") == (7, True)
    assert run(["search", '"interest rates"', "--limit", "2", "--db", archive_url]) == 0
    assert capsys.readouterr().out.endswith("2 of at most 7 articles; the next: --page 2\n")
    assert run(["search", "interest", "--limit", "2", "--db", archive_url]) == 0
    assert capsys.readouterr().out.endswith("2 of 7 articles; the next: --page 2\n")


def test_exclusions_and_filters_are_options_that_do_not_get_in_each_others_way(
    database: Database, archive_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database, Given("Rates and housing"), Given("Rates and tariffs"), Given("Rates of old", age=900))
    assert run(["search", "rates", "-housing", "--since", "2026-10-01", "--json", "--db", archive_url]) == 0
    assert [hit["title"] for hit in json.loads(capsys.readouterr().out)["hits"]] == ["Rates and tariffs"]


def test_what_a_terminal_would_obey_is_inert(
    database: Database, archive_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(database, Given("Ferry \u202egnp.exe [bold]back[/bold]", "The ferry \x1b]0;owned\x07 is back.\x9b31m"))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert run(["search", "ferry", "--db", archive_url]) == 0
    told = capsys.readouterr().out
    assert "\x1b[" in told  # the matches are coloured
    assert not {"\u202e", "\x07", "\x9b", "\x1b]"} & {*told, *(told[at : at + 2] for at in range(len(told)))}
    assert "[bold]back[/bold]" in told


@pytest.mark.parametrize(
    ("option", "line"),
    [
        (["--since", "yesterday"], '--since: "yesterday" is no time; allowed: a day such as 2026-10-05 (Asia/Tokyo)'),
        (["--until", "9999-12-31T23:59:59-23:59"], "is no time"),
        (["--lang", "japanese"], '--lang: "japanese" is no language code; allowed: ja, en'),
        (["--db", "sqlite:////tmp/no-such-file-of-kiji.db"], "no such file"),
        (["--db", "sqlite:////tmp"], "this is a folder; name a file in it, such as sqlite:////tmp/kiji.db"),
        (
            ["--sort", "oldest", "--newest"],
            "--newest is short for --sort newest, and not to be given with --sort oldest",
        ),
        (["--sort", "best", "--newest"], '--sort: "best" is no order; allowed: relevance, newest, oldest'),
    ],
)
def test_what_the_user_gets_wrong_is_one_line(
    option: list[str], line: str, archive_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", "韓国", "--db", archive_url, *option]) == 2
    told = capsys.readouterr().err
    assert line in told
    assert told.count("\n") == 1


def test_nothing_found_is_said_and_no_error(archive_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", '"-(*', "--db", archive_url]) == 0
    assert capsys.readouterr().out == 'no article has "-(*\n'
