"""Exports: every format holds what the views hold, whole, on both kinds of database."""

import contextlib
import csv
import gc
import io
import json
import secrets
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import duckdb
import pandas
import polars
import pytest
from sqlalchemy import inspect

from crawler.cli import run
from storage.database.engine import Database
from storage.database.open import open_database
from storage.export.excel_file import CUT, MAX_CELL, write_xlsx
from storage.export.export import Export, Format, export
from storage.export.rows import SUBJECTS, count_rows, kind_of, read_batches, relation_of
from storage.search.finder import Filters
from storage.tables.dictionary import relations
from tests.support.databases import TEMPLATE, names
from tests.support.full_disk import files_no_longer_than
from tests.support.postgresql import PostgreSQLServer
from tests.support.searchable import NOW, Given, store
from tests.support.visits import Crawling, article, scope

FORMATS: tuple[Format, ...] = get_args(Format)
HOSTILE = '=HYPERLINK("http://evil.example","韓国")'
GIVEN = (
    Given("韓国の首相、「来日」", "一段落目。\n二段落目, with a comma.", language="ja", source="mirai", age=2),
    Given(HOSTILE, "+1 for that", summary="＝1+1", age=1, copies=(("mirai", "exact"),)),
    Given("Undated", "@cmd", "  -2+3|cmd", age=None),
)


def written(
    database: Database, folder: Path, subject: str, file_format: Format, filters: Filters | None = None
) -> Path:
    path = folder / f"{subject}.{file_format}"
    export(database, Export(subject, file_format, filters or Filters()), path)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    """A file's rows as another program sees them."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return polars.read_parquet(path).to_dicts()


def test_every_format_of_every_subject_holds_the_views_rows(database: Database, tmp_path: Path) -> None:
    url = "https://news.example/1"
    crawling = Crawling(database, scope(url))
    crawling.store(crawling.lease_url(url), article(url, related=("https://news.example/2",)), day=0)
    crawling.finish()
    store(database, *GIVEN)
    for subject in SUBJECTS:
        for file_format in FORMATS:
            path = written(database, tmp_path, subject, file_format)
            with database.reading() as connection:
                expected = count_rows(connection, SUBJECTS[subject], Filters())
            if file_format == "xlsx":
                assert len(list(cells(path))) >= expected
            else:
                rows = read(path)
                assert len(rows) == expected
                assert all(list(row) == list(relation_of(SUBJECTS[subject]).columns) for row in rows)
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_csv_is_read_back_by_pandas_with_its_japanese_and_no_formula(database: Database, tmp_path: Path) -> None:
    store(database, *GIVEN)
    path = written(database, tmp_path, "articles", "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,url,")
    frame = pandas.read_csv(path)
    assert list(frame["title"]) == ["韓国の首相、「来日」", f"'{HOSTILE}", "Undated"]
    assert frame["text"][0] == "一段落目。\n二段落目, with a comma."
    assert frame["published_at"][0] == "2026-10-08T00:00:00Z"
    for row in read(path):
        for value in row.values():
            assert value.lstrip("\t\r\n 　")[:1] not in ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠"), value


def test_csv_adds_an_apostrophe_and_changes_nothing_else(database: Database, tmp_path: Path) -> None:
    texts = ("- Reuters | World | 韓国", "|one|two", "＝1|2", "a|b", "-1,200.5", "'=quoted", 'said "no"\n- so | it was')
    store(database, *(Given(f"Title {number}", text) for number, text in enumerate(texts)))
    found = [row["text"] for row in read(written(database, tmp_path, "articles", "csv"))]
    assert found == [f"'{text}" if text[0] in "-|＝" and text != "-1,200.5" else text for text in texts]


def cells(path: Path) -> Iterator[tuple[Any, ...]]:
    """The rows of a workbook's first sheet, by the only XLSX reader that polars and pandas share: the file's XML."""
    from lxml import etree

    with zipfile.ZipFile(path) as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    names = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    for row in sheet.iterfind(".//m:row", names):
        yield tuple("".join(map(str, cell.itertext())) for cell in row.iterfind("m:c", names))


def test_xlsx_has_real_times_and_no_formula(database: Database, tmp_path: Path) -> None:
    store(database, *GIVEN)
    path = written(database, tmp_path, "articles", "xlsx")
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        names = book.read("xl/workbook.xml").decode()
    assert "<f>" not in sheet
    assert 'name="columns"' in names
    header, first, second, _ = cells(path)
    column = dict(zip(header, first, strict=False))
    assert column["title"] == "韓国の首相、「来日」"
    assert column["published_at"] == "46303"  # days since Excel's beginning: 2026-10-08
    assert HOSTILE in second


def test_excels_limits_are_met_in_sight_of_the_user(
    database: Database, archive_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database, Given("Long", "長" * 40_000), Given("Astral", "𠮷" * 20_000), Given("Just so", "長" * MAX_CELL))
    path = tmp_path / "articles.xlsx"
    assert run(["export", "articles", "-o", str(path), "--db", archive_url]) == 0
    told = capsys.readouterr()
    assert "3 articles" in told.out
    assert "2 texts were longer than Excel's 32767 characters" in told.err
    texts = {row[5]: row[6] for row in cells(path)}
    assert texts["Long"] == "長" * (MAX_CELL - len(CUT)) + CUT
    assert len(texts["Astral"].encode("utf-16-le")) <= 2 * MAX_CELL
    assert texts["Just so"] == "長" * MAX_CELL


def test_rows_beyond_a_sheet_go_on_in_another(tmp_path: Path) -> None:
    relation = relations()["stories"]
    rows = [(number, "title", NOW, NOW, 1, 0, 1, 1, 0) for number in range(7)]
    path = tmp_path / "stories.xlsx"
    assert write_xlsx(path, relation, rows, max_rows=4).sheets == 3
    with zipfile.ZipFile(path) as book:
        names = book.read("xl/workbook.xml").decode()
    assert all(f'name="{name}"' in names for name in ("stories", "stories 2", "stories 3", "columns"))


def test_parquet_has_types_and_tells_what_its_columns_hold(database: Database, tmp_path: Path) -> None:
    store(database, *GIVEN)
    path = written(database, tmp_path, "articles", "parquet")
    frame = polars.read_parquet(path)
    assert frame["published_at"].to_list() == [GIVEN_AT, NOW_LESS_A_DAY, None]
    assert frame["title"][1] == HOSTILE
    assert frame.schema["machine_generated"] == polars.Boolean
    told = json.loads(polars.read_parquet_metadata(path)["kiji.columns"])
    assert told == dict(relations()["articles"].columns)
    found = duckdb.connect().execute(f"SELECT count(*), max(title) FROM '{path}' WHERE text LIKE '%段落%'")
    [[number, latest]] = found.fetchall()
    assert (number, latest) == (1, GIVEN[0].title)


GIVEN_AT = NOW.replace(day=8)
NOW_LESS_A_DAY = NOW.replace(day=9)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(language="ja"), {"articles": 1, "copies": 0, "stories": 0}),
        (Filters(sources=("mirai",)), {"articles": 2, "copies": 1, "stories": 0}),
        (Filters(since=NOW_LESS_A_DAY), {"articles": 2, "copies": 1, "stories": 0}),
        (Filters(until=NOW_LESS_A_DAY), {"articles": 1, "copies": 0, "related": 0}),
    ],
)
def test_filters_narrow_every_subject(database: Database, filters: Filters, expected: dict[str, int]) -> None:
    store(database, *GIVEN)
    for subject, number in expected.items():
        with database.reading() as connection:
            assert sum(len(batch) for batch in read_batches(connection, SUBJECTS[subject], filters)) == number, subject
            assert count_rows(connection, SUBJECTS[subject], filters) == number


def test_the_kinds_of_columns_are_those_that_postgresql_knows(postgresql: PostgreSQLServer) -> None:
    database = open_database(postgresql.create(name := next(names), TEMPLATE))
    kinds = {
        "text": ("VARCHAR", "TEXT"),
        "integer": ("INTEGER", "BIGINT"),
        "number": ("FLOAT", "DOUBLE", "REAL"),
        "truth": ("BOOLEAN",),
        "time": ("TIMESTAMP",),
    }
    with database.reading() as connection:
        for subject in SUBJECTS.values():
            for column in inspect(connection).get_columns(subject.view):
                assert str(column["type"]).startswith(kinds[kind_of(column["name"])]), column["name"]
    database.close()
    postgresql.drop(name)


def _fail(_rows: int) -> None:
    raise ZeroDivisionError


def test_an_export_that_fails_leaves_the_old_file(
    database: Database, archive_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "articles.csv"
    path.write_text("the old one")
    (tmp_path / ".articles.csv.999999999.partial").write_text("of a killed one")
    with pytest.raises(ZeroDivisionError):
        export(database, Export("articles", "csv"), path, begun=_fail)
    assert [each.name for each in tmp_path.iterdir() if each.suffix != ".db" and ".db" not in each.name] == [path.name]
    assert path.read_text() == "the old one"
    assert run(["export", "articles", "-o", str(tmp_path / "no" / "folder.csv"), "--db", archive_url]) == 2
    assert "nothing was replaced" in capsys.readouterr().err


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_full_disk_is_one_line_and_leaves_nothing(
    file_format: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database, scratch, path = tmp_path / "kiji.db", tmp_path / "scratch", tmp_path / f"articles.{file_format}"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with contextlib.closing(open_database(f"sqlite:///{database}")) as opened:
        store(opened, *(Given(f"{number}", secrets.token_hex(2_000)) for number in range(100)))
    path.write_text("the old one")
    with files_no_longer_than(50_000):
        assert run(["export", "articles", "-o", str(path), "--db", f"sqlite:///{database}"]) == 2
    where = f" in {scratch}, where it is put together" if file_format == "xlsx" else ""
    assert capsys.readouterr().err == f"kiji: export {path}: File too large{where}; nothing was replaced\n"
    assert path.read_text() == "the old one"
    assert {found for found in tmp_path.rglob("*") if not found.name.startswith("kiji.db")} == {scratch, path}


def test_a_workbook_on_a_full_disk_fails_once_and_not_again_where_it_is_collected() -> None:
    with pytest.raises(OSError, match=r"No space left on device\Z"):
        write_xlsx(Path("/dev/full"), relations()["stories"], [])
    gc.collect()


def test_a_stream_is_nothing_but_the_data(
    database: Database, archive_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database, *GIVEN)
    raw = io.BytesIO()
    stdout = io.TextIOWrapper(raw, encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stdout)
    assert run(["export", "articles", "--format", "jsonl", "-o", "-", "--db", archive_url]) == 0
    monkeypatch.undo()
    assert [json.loads(line)["title"] for line in raw.getvalue().decode().splitlines()] == [g.title for g in GIVEN]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["articels", "-o", "a.csv"],
            'nothing is called "articels"; allowed: articles, related, lists, links, images, stories, copies',
        ),
        (["articles", "-o", "a.xls"], '-o a.xls: no --format, and its name: "xls" is no format; allowed: csv, xlsx'),
        (["articles", "-o", "-", "--format", "parquet"], "-o -: parquet needs a file; allowed on stdout: csv, jsonl"),
    ],
)
def test_what_the_user_gets_wrong_is_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", *arguments]) == 2
    told = capsys.readouterr().err
    assert line in told
    assert told.count("\n") == 1


def test_a_library_that_is_not_installed_is_named(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(Exception, match=r"needs polars, which is not installed: .*kiji_news-.*whl\[exports\]'"):
        export(database, Export("articles", "parquet"), tmp_path / "a.parquet")


def test_a_search_is_exported_whole(database: Database, archive_url: str, tmp_path: Path) -> None:
    first = store(database, *(Given(f"Tariff {number}", "A tariff.", age=number / 50) for number in range(450)))[0]
    store(database, Given("Rice", copies=(("harbor", "exact"),)))
    path = tmp_path / "found.csv"
    assert run(["export", "articles", "--search", '"a tariff" -title:7', "-o", str(path), "--db", archive_url]) == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert (rows[0]["id"], len(rows)) == (str(first), 449)
    assert run(["export", "copies", "--search", "rice", "-o", str(path), "--db", archive_url]) == 0
    assert len(list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))) == 1


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--search", "(" * 50 + "rice"], "parentheses within parentheses"),
        (["--source", "nobody"], 'no article has the source "nobody"; there are: harbor, mirai'),
    ],
)
def test_what_an_export_asks_wrong_is_one_line(
    database: Database, archive_url: str, capsys: pytest.CaptureFixture[str], options: list[str], line: str
) -> None:
    store(database, Given("Rice", copies=(("mirai", "exact"),)))
    assert run(["export", "articles", "-o", "-", "--format", "csv", *options, "--db", archive_url]) == 2
    told = capsys.readouterr().err
    assert line in told
    assert told.count("\n") == 1
