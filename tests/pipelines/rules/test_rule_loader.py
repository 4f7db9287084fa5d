"""Rules come from the package, with an operator's folder merged over them where one is set."""

import importlib.resources
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.addresses import address_key
from pipelines.labels.headings import kind_of_heading
from pipelines.rules.load import OPEN_TABLES, load_rules, overlay_problems, set_overlay
from tests.support.commands import ROOT


@pytest.fixture(autouse=True)
def _packaged_rules_afterwards() -> Iterator[None]:
    yield
    set_overlay(None)


def test_an_operators_word_joins_the_packaged_ones(tmp_path: Path) -> None:
    assert kind_of_heading("Zum Weiterschmökern") is None
    (tmp_path / "headings.toml").write_text('[related]\nequals = ["Zum Weiterschmökern"]\n', encoding="utf-8")
    set_overlay(tmp_path)
    assert kind_of_heading("Zum Weiterschmökern") == "related"
    assert kind_of_heading("関連記事") == "related"


def test_what_was_cached_with_other_rules_is_computed_again(tmp_path: Path) -> None:
    address = "https://news.example/a?zzclick=1"
    before = address_key(address)
    rule = '[[exact]]\nsource = "us"\nnames = ["zzclick"]\n'
    (tmp_path / "trackers.toml").write_text(rule, encoding="utf-8")
    set_overlay(tmp_path)
    assert address_key(address) == address_key("https://news.example/a") != before
    set_overlay(None)
    assert address_key(address) == before


def test_a_value_takes_the_packaged_ones_place_and_other_keys_stay(tmp_path: Path) -> None:
    packaged = load_rules("date_words")["eras"]
    (tmp_path / "date_words.toml").write_text('[eras]\n"令和" = 1\n', encoding="utf-8")
    set_overlay(tmp_path)
    assert load_rules("date_words")["eras"] == {**packaged, "令和": 1}


def test_a_table_that_is_not_packaged_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        load_rules("no_such_table")


def test_every_open_table_is_a_packaged_one() -> None:
    for key in OPEN_TABLES:
        name, _, table = key.partition(".")
        assert isinstance(load_rules(name)[table], dict)


def test_the_packaged_tables_have_no_problems_and_a_wrong_key_value_or_pattern_is_named(tmp_path: Path) -> None:
    for file in importlib.resources.files("pipelines.rules").iterdir():
        if file.name.endswith(".toml"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert overlay_problems(tmp_path) == []
    (tmp_path / "date_words.toml").write_text('[eras]\n"光文" = 1926\n[zones]\nxst = "9"\n', encoding="utf-8")
    (tmp_path / "own.toml").touch()
    first, second = overlay_problems(tmp_path)
    assert first.endswith("date_words.toml: date_words.zones.xst: a whole number is expected")
    assert "own.toml: no table of rules has this name" in second


def test_no_other_module_of_the_pipelines_reads_toml_by_itself() -> None:
    readers = [path.name for path in (ROOT / "pipelines").rglob("*.py") if "tomllib" in path.read_text("utf-8")]
    assert readers == ["load.py"]
