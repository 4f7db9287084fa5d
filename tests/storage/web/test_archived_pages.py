"""Archived pages are shown with their proof and without any right; a password keeps readers out. In process."""

import asyncio
import base64
import contextlib
import csv
import datetime
import functools
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.archived_pages import read_captures, read_wacz
from pipelines.raw_page import RawPage
from pipelines.warc.page_store import PageFiles
from pipelines.warc.place import ArchivePlace
from pipelines.workers.result import record_of
from storage.collections.collect import collect
from storage.database.engine import Database
from storage.database.open import open_database
from storage.reading import iso_utc
from storage.snapshot.sqlite_file import Origin, make_snapshot
from storage.tables.core import Address
from storage.visit import WarcLocation
from storage.warc_index.index import ArchivedPage, index_pages
from storage.web.archive_writer import ArchiveWriter
from storage.web.server import application, exchange
from storage.web.serving import Serving
from tests.support.searchable import NOW, Given, store

SECRET, TOKEN = "geheim 鍵", "a-long-token"
PAGE = b"<html><body><script>alert(1)</script><h1>As it was</h1><a href='https://elsewhere.example/'>away</a></body></html>"


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Database, Path]:
    """An archive with one article, whose page was kept twice; the second record's bytes are damaged."""
    database = open_database(f"sqlite:///{tmp_path}/kiji.db")
    [article_id] = store(database, Given("Kept", "words"))
    files = PageFiles(tmp_path / "kiji.warc")
    with database.writing() as session:
        address = session.scalars(select(Address).where(Address.article_id == article_id)).one()
        for number in range(2):
            body = PAGE + b"<p>%d</p>" % number
            when = NOW + datetime.timedelta(hours=number)
            raw = RawPage(address.url, address.url, body, 200, when, (("content-type", "text/html"),))
            [place] = files.keep([record_of(raw)])
            assert isinstance(place, WarcLocation)
            index_pages(session, [ArchivedPage(place, address.id, 1, when)])
            middle = place.offset + place.length // 2
    files.close()
    [file] = (tmp_path / "kiji.warc").iterdir()
    damaged = bytearray(file.read_bytes())
    damaged[middle] ^= 0xFF
    file.write_bytes(damaged)
    make_snapshot(database, tmp_path / "news.sqlite", Origin("0", "Asia/Tokyo", NOW))
    database.close()
    return database, tmp_path


def asking(folder: Path, serving: Serving) -> Callable[..., Any]:
    client = application(folder / "news.sqlite", serving).client
    return lambda path, **headers: asyncio.run(client.get(path, headers=headers))


def test_the_page_is_shown_with_time_digest_and_place_in_a_frame_without_rights(kept: tuple[Database, Path]) -> None:
    _, folder = kept
    place = ArchivePlace(folder / "kiji.warc")
    get = asking(folder, Serving(captures=lambda n: read_captures(f"sqlite:///{folder}/kiji.db", place, n)))
    page = get("/articles/1/archived?n=0")
    assert "2026-10-10 00:00:00" in page.text
    assert "matches the bytes" in page.text
    assert "the record is damaged" in page.text
    assert 'sandbox title="https://n.example/0" src="/articles/1/archived/0"' in page.text
    assert page.headers["content-security-policy"].endswith("frame-src 'self'")
    inside = get("/articles/1/archived/0")
    assert "As it was" in inside.text
    assert "alert" not in inside.text
    policy = inside.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("sandbox")
    assert "script-src" not in policy
    assert 'href="/articles/1/archived"' in get("/articles/1").text
    assert get("/articles/1/archived/1").status_code == 404  # the damaged one
    assert get("/articles/1/archived/7").status_code == get("/articles/99/archived").status_code == 404


def test_a_snapshot_from_elsewhere_has_none_and_says_so(kept: tuple[Database, Path]) -> None:
    get = asking(kept[1], Serving())
    assert "has no archived pages" in get("/articles/1/archived").text
    assert "/articles/1/archived" not in get("/articles/1").text


def test_the_archived_pages_are_downloaded_without_the_damaged_one(kept: tuple[Database, Path]) -> None:
    _, folder = kept
    place = ArchivePlace(folder / "kiji.warc")
    get = asking(folder, Serving(wacz=lambda n: read_wacz(f"sqlite:///{folder}/kiji.db", place, n)))
    answer = get("/articles/1/archived.wacz")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as wacz:
        assert wacz.read("pages/pages.jsonl").count(b'"url"') == 1
    assert answer.headers["content-disposition"].endswith("kiji-1.wacz")
    assert get("/articles/99/archived.wacz").status_code == 404
    assert asking(folder, Serving())("/articles/1/archived.wacz").status_code == 404


def test_an_article_is_cited_from_its_page(kept: tuple[Database, Path]) -> None:
    get = asking(kept[1], Serving())
    for ending, beginning in (("bib", "@article{kiji1,"), ("ris", "TY  - NEWS"), ("json", "[")):
        assert f'href="/articles/1/cite.{ending}"' in get("/articles/1").text
        assert get(f"/articles/1/cite.{ending}").text.startswith(beginning)
    assert get("/articles/99/cite.bib").status_code == 404


@pytest.mark.parametrize("is_live", [True, False])
def test_a_collection_is_downloaded_from_its_page(kept: tuple[Database, Path], is_live: bool) -> None:
    _, folder = kept
    opened = functools.partial(open_database, f"sqlite:///{folder}/kiji.db", create=False)
    with contextlib.closing(opened()) as database:
        with database.writing() as session:
            collect(session, "mine", [1], NOW, note="=1+1", tags=["lead"])
        make_snapshot(database, folder / "news.sqlite", Origin("0", "Asia/Tokyo", NOW))
    get = asking(folder, Serving(writer=ArchiveWriter(opened, "Asia/Tokyo") if is_live else None))
    assert 'href="/collections/mine/articles.csv"' in get("/collections/mine").text
    [row] = csv.DictReader(io.StringIO(get("/collections/mine/articles.csv").text.lstrip("\ufeff")))
    assert (row["id"], row["note"], row["tags"], row["text"]) == ("1", "'=1+1", "lead", "words")
    assert get("/collections/mine/articles.json").json()[0]["added_at"] == iso_utc(NOW)
    assert get("/collections/mine/articles.ris").text.startswith("TY  - NEWS")
    assert get("/collections/none/articles.csv").status_code == 404


@pytest.mark.parametrize("path", ["/", "/articles/1", "/data.json", "/-/kiji/kiji.css", "/metrics", "/healthz"])
def test_a_password_is_asked_for_everything(kept: tuple[Database, Path], path: str) -> None:
    get = asking(kept[1], Serving(password=SECRET, metrics=lambda: "figures"))
    basic = {name: "Basic " + base64.b64encode(f"reader:{name}".encode()).decode() for name in ("geheim 鍵", "wrong")}
    assert get(path).status_code == 401
    assert get(path).headers["www-authenticate"].startswith("Basic")
    for wrong in (basic["wrong"], "Basic ???", "Bearer", "Digest geheim", "Bearer geheim"):
        assert get(path, Authorization=wrong).status_code == 401
    assert get(path, Authorization=basic["geheim 鍵"]).status_code == 200


def test_a_token_is_taken_too(kept: tuple[Database, Path]) -> None:
    get = asking(kept[1], Serving(password=TOKEN))
    assert get("/articles.json", Authorization="Bearer a-long-token").status_code == 200


def test_a_newer_snapshot_takes_the_place_of_the_former(kept: tuple[Database, Path]) -> None:
    _, folder = kept
    served = application(folder / "news.sqlite", Serving())

    async def before_and_after() -> tuple[list[str], list[str]]:
        paths = ("/articles", "/articles?q=quicksilver") * 4
        before = await asyncio.gather(*(served.client.get(path) for path in paths))
        with contextlib.closing(open_database(f"sqlite:///{folder}/kiji.db")) as database:
            store(database, Given("Newer", "quicksilver"))
            make_snapshot(database, folder / "news.sqlite", Origin("0", "Asia/Tokyo", NOW))
        closing = exchange(served, folder / "news.sqlite")
        after = await asyncio.gather(*(served.client.get(path) for path in paths))
        await asyncio.to_thread(closing.join)
        return [each.text for each in before], [each.text for each in after]

    before, after = asyncio.run(before_and_after())
    assert not any("Newer" in page for page in before)
    assert all("Newer" in page for page in after)
    held = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert [name for name in held if str(folder) in name and "deleted" in name] == []
