"""The Python API for notebooks, on both databases, and the example of its page."""

import contextlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from storage.api import open_archive
from storage.database.engine import Database
from storage.database.open import open_database
from storage.errors import DatabaseError
from storage.sql.read_only import QueryRefused
from tests.support.commands import ROOT
from tests.support.known_coverage import fill_known
from tests.support.searchable import Given, store

GIVEN = (
    Given("韓国の関税", "韓国が関税を下げる。", language="ja", source="mirai", age=2),
    Given("Tariffs fall", "Tariffs fall in Korea.", age=2),
    Given("Tariffs rise", "Tariffs rise again.", age=40),
)


def test_searches_views_and_timelines_are_frames(database: Database, archive_url: str) -> None:
    store(database, *GIVEN)
    with open_archive(archive_url) as archive:
        hits = archive.search("tariff OR 関税", sort="newest")
        assert hits["title"].to_list() == ["Tariffs fall", "韓国の関税", "Tariffs rise"]
        assert archive.articles(source="mirai")["title"].to_list() == ["韓国の関税"]
        assert archive.articles("tariff", since="2026-10-01")["title"].to_list() == ["Tariffs fall"]
        assert archive.timeline("tariff OR 関税", by="month").rows() == [
            ("2026-08", "en", 1), ("2026-10", "en", 1), ("2026-10", "ja", 1),
        ]  # fmt: skip
        assert archive.stories().columns[:2] == ["id", "title"]
        assert archive.sql("SELECT count(*) AS number FROM articles").rows() == [(3,)]
    with open_archive(archive_url, frames="pandas") as archive:
        assert archive.search("関税")["source"].tolist() == ["mirai"]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM article",
        "ATTACH 'other.db' AS other",
        "PRAGMA journal_mode = DELETE",
        "nonsense",
        "SELECT 1; SELECT 2",
        "COMMIT",
    ],
)
def test_no_sql_writes(database: Database, archive_url: str, sql: str) -> None:
    store(database, *GIVEN)
    with open_archive(archive_url) as archive:
        with pytest.raises(QueryRefused) as raised:
            archive.sql(sql)
        assert "\n" not in str(raised.value)
        assert len(archive.articles()) == 3


@pytest.mark.parametrize(
    ("sql", "length"),
    [
        ("SELECT printf('%.*c', 900000000, 'x')", None),
        ("SELECT format('%900000000d', 1)", None),
        ("SELECT zeroblob(900000000)", None),
        ("SELECT json_patch('{}', '{}')", None),
        ("SELECT printf('%05.1f|%-8s', 3.14159, 'ab')", 14),
        ("SELECT replace('aXbX', 'X', '') || trim('  x ')", 3),
    ],
)
def test_no_value_takes_all_memory(database: Database, archive_url: str, sql: str, length: int | None) -> None:
    if not database.is_sqlite:
        return
    sqlite3.enable_callback_tracebacks(True)  # as Datasette has it; what is printed fails a test
    with open_archive(archive_url) as archive:
        if length is None:
            with pytest.raises(QueryRefused):
                archive.sql(sql)
        else:
            assert len(archive.sql(sql).item()) == length
        assert archive.sql("SELECT length(zeroblob(4000000))").item() == 4_000_000


def test_what_does_not_exist_is_one_line(database: Database, archive_url: str) -> None:
    store(database, *GIVEN)
    with open_archive(archive_url) as archive, pytest.raises(DatabaseError, match="there are: harbor, mirai"):
        archive.search("関税", source="nobody")
    with pytest.raises(DatabaseError, match="no such file"):
        open_archive("sqlite:////nowhere/kiji.db")


def test_the_example_of_the_page_runs(database: Database, archive_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    store(database, *GIVEN)
    page = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(from storage\.api .*?)```", page, re.DOTALL)
    exec(example.replace("sqlite:///kiji.db", archive_url), {})  # noqa: S102 - of our own page
    assert "Tariffs" in capsys.readouterr().out


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with contextlib.closing(open_database("sqlite:///kiji.db")) as known:
        fill_known(known)
    notebook = json.loads((ROOT / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)  # noqa: S102 - of our own notebook
    assert names["hits"]["title"].to_list() == ["Ferry is late", "Ferry late", "雨量計が故障"]
    assert sum(names["days"]["articles"]) == 3
    assert set(names["coverage"]["first_language"]) == {"ja", ""}
