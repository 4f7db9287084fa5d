"""A column of ``articles`` is declared once: whatever shows, exports, copies or corrects articles has all of them."""

import contextlib
import dataclasses
import datetime
import sqlite3
import typing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Float, String, inspect

from pipelines.text_rules import PipelineRules
from storage.article_fields import FIELD_KINDS, FIELDS, VIEW_COLUMNS, ArticleFields, Lasting
from storage.column_types import StorableText, UTCDateTime
from storage.database.engine import Database
from storage.export.export import Export, export
from storage.export.rows import kind_of
from storage.reading import Reading
from storage.snapshot.sqlite_file import Origin, make_snapshot
from storage.tables.core import Article
from storage.tables.dictionary import relations
from storage.visit import WarcLocation
from storage.writer.reread_records import ArchivedRecord
from storage.writer.reread_writer import preview_rereads
from tests.support.visits import FIRST_DAY, STORY, Crawling, rows, scope
from tests.support.visits import article as article_page

URL = "https://news.example/2026/10/05/ferry-returns"

BOOKKEEPING = {
    *("id", "address_id", "read_from_id", "source_id", "text_hash", "read_hash", "extractor_version"),
    *("first_seen_at", "last_seen_at", "revision", "revised_at", "story_id", "event"),
}
"""Columns of the table ``article`` that no page says anything of. A new column of any other kind is a field."""


CHOICES = {
    "language": ("en", "fr"),
    "langdetect_language": ("en", "fr"),
    "published_precision": ("instant", "day"),
    "modified_precision": ("instant", "day"),
    "access": ("free", "paywalled"),
}
JOINED = ("authors", "keywords")


def example(name: str, number: int) -> Any:
    """Make one of two values that a field may have."""
    match FIELD_KINDS[name]:
        case "truth":
            return bool(number)
        case "integer":
            return number
        case "number":
            return (number + 1) / 4
        case "time":
            return FIRST_DAY + datetime.timedelta(days=number)
    if name in CHOICES:
        return CHOICES[name][number]
    return (f"{name} {number}",) if name in JOINED else f"{name} {number}"


def page(**changed: Any) -> Reading:
    """Read an article page that gives every field."""
    values = {name: example(name, 0) for name in FIELDS} | {"text": STORY, "image_url": "https://news.example/0.jpg"}
    return dataclasses.replace(article_page(URL), **(values | changed))


@pytest.fixture
def stored(database: Database) -> Database:
    """Store one article of which every field is given."""
    crawling = Crawling(database, scope(URL))
    crawling.store(crawling.lease_url(URL), page(), day=0)
    crawling.finish()
    return database


def test_every_column_of_the_article_table_is_a_field_or_named_bookkeeping() -> None:
    columns = set(Article.__table__.columns.keys())
    assert columns - BOOKKEEPING == set(FIELDS), "declare the column in storage/article_fields.py"


def test_a_field_and_its_column_hold_the_same_type() -> None:
    types = ((UTCDateTime, "time"), (StorableText, "text"), (String, "text"), (Boolean, "truth"), (Float, "number"))
    for name, kind in FIELD_KINDS.items():
        column = Article.__table__.columns[name]
        assert next(known for type_, known in types if isinstance(column.type, type_)) == kind, name


def test_the_view_the_dictionary_and_every_export_have_each_field(stored: Database, tmp_path: Path) -> None:
    with stored.reading() as connection:
        view = tuple(column["name"] for column in inspect(connection).get_columns("articles"))
    assert view == VIEW_COLUMNS
    assert set(FIELDS) <= set(view)
    assert tuple(relations()["articles"].columns) == view, "describe it in dictionary.toml: view.articles"
    assert set(FIELDS) <= set(relations()["article"].columns)
    export(stored, Export("articles", "csv"), tmp_path / "articles.csv")
    header = (tmp_path / "articles.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    assert tuple(header) == view
    assert {name: kind_of(name) for name in FIELDS} == FIELD_KINDS


def test_a_snapshot_has_each_field_and_local_time_beside_each_time(stored: Database, tmp_path: Path) -> None:
    make_snapshot(stored, tmp_path / "snapshot.sqlite", Origin("0", "Asia/Tokyo", FIRST_DAY))
    with contextlib.closing(sqlite3.connect(tmp_path / "snapshot.sqlite")) as snapshot:
        columns = {row[1] for row in snapshot.execute("PRAGMA table_info(articles)")}
    assert set(FIELDS) <= columns
    local = {name.removesuffix("_at") + "_local" for name, kind in FIELD_KINDS.items() if kind == "time"}
    assert local <= columns


@pytest.mark.parametrize("name", FIELDS)
def test_reading_a_page_again_corrects_each_field_and_names_it(stored: Database, name: str) -> None:
    other = page(**{name: "Quite another text of the same page" if name == "text" else example(name, 1)})
    with stored.reading() as connection:
        [[address_id]] = [tuple(row) for row in connection.exec_driver_sql("SELECT address_id FROM article")]
    kept = ArchivedRecord(
        1, address_id, 1, "mirai", URL, "news.example", FIRST_DAY, True, WarcLocation("0.warc.gz", 0, 1, "")
    )
    [reread] = preview_rereads(stored, [(kept, other)], PipelineRules())
    assert [change.split(" (")[0] for change in reread.changes] == [name]


def test_a_page_that_gives_nothing_takes_away_what_does_not_last(stored: Database) -> None:
    lasting = {
        field.name
        for field in dataclasses.fields(ArticleFields)
        if any(isinstance(part, Lasting) for part in typing.get_args(field.type))
    }
    nothing = {name: getattr(ArticleFields(), name) for name in FIELDS if name not in ("text", "title")}
    before = rows(stored, f"SELECT {', '.join(nothing)} FROM articles")[0]
    crawling = Crawling(stored, scope(URL))
    crawling.store(crawling.lease_url(URL), page(**nothing), day=1)
    crawling.finish()
    after = rows(stored, f"SELECT {', '.join(nothing)} FROM articles")[0]
    for name, old, new in zip(nothing, before, after, strict=True):
        gone = "" if nothing[name] == () else nothing[name]
        assert new == (old if name in lasting else gone), name
