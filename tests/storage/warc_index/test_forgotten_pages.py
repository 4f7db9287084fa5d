"""What is forgotten leaves the raw archive too, and every other page of its file stays readable."""

import datetime
import gzip
import http.server
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.raw_page import RawPage
from pipelines.warc.page_store import PageFiles
from pipelines.warc.place import ArchivePlace
from pipelines.warc.records import warc_records
from pipelines.warc.redact import blank_pages, blank_record
from pipelines.workers.result import record_of
from storage.visit import WarcLocation
from tests.support.archived_pages import MOMENT, bodies, raw
from tests.support.commands import kiji, query
from tests.support.hostile_server import JAPANESE, WORDS, HostileServer, answers, article


def whole(folder: Path) -> bytes:
    """Everything that the raw archive's files hold, unpacked."""
    return b"".join(gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.warc.gz")))


def redirects_to(path: str) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", path)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def kept_pages(folder: Path, count: int) -> list[WarcLocation]:
    files = PageFiles(folder)
    places = files.keep([record_of(raw(number)) for number in range(count)])
    files.close()
    return [place for place in places if isinstance(place, WarcLocation)]


def test_a_blanked_page_is_gone_and_its_neighbours_stay_where_they_were(tmp_path: Path) -> None:
    places = kept_pages(tmp_path, 4)
    [file] = tmp_path.iterdir()
    size = file.stat().st_size
    assert blank_pages(ArchivePlace(tmp_path), [places[1], places[3]], MOMENT) == []
    assert file.stat().st_size == size
    assert bodies(file) == [raw(0).body, raw(2).body]
    pages = [record.item for record in warc_records(file)]
    assert [page.url for page in pages if isinstance(page, RawPage)] == [raw(0).url, raw(2).url]
    assert len(pages) == 2  # no damage is told
    assert raw(1).url.encode() not in whole(tmp_path)


def test_a_blank_that_was_torn_is_healed_by_the_same_call(tmp_path: Path) -> None:
    places = kept_pages(tmp_path, 3)
    [file] = tmp_path.iterdir()
    with file.open("r+b") as stream:
        stream.seek(places[1].offset)
        stream.write(blank_record(places[1].length, MOMENT)[: places[1].length // 2])
    assert len([record for record in warc_records(file) if not isinstance(record.item, RawPage)]) == 1
    blank_pages(ArchivePlace(tmp_path), places[1:2], MOMENT)
    assert bodies(file) == [raw(0).body, raw(2).body]


def test_what_is_not_there_is_told_and_no_file_grows(tmp_path: Path) -> None:
    [place] = kept_pages(tmp_path, 1)
    [file] = tmp_path.iterdir()
    size = file.stat().st_size
    beyond = WarcLocation(place.file, place.offset, place.length + 1, place.digest)
    elsewhere = WarcLocation("kiji-on-another-machine.warc.gz", 0, 500, place.digest)
    assert blank_pages(ArchivePlace(tmp_path), [beyond, elsewhere], MOMENT) == [beyond, elsewhere]
    assert (file.stat().st_size, bodies(file)) == (size, [raw(0).body])


@pytest.mark.parametrize("length", [21, 60, 120, 219, 500, 70_000])
def test_a_blank_record_has_any_length(length: int) -> None:
    member = blank_record(length, datetime.datetime(2026, 10, 5, tzinfo=datetime.UTC))
    assert len(member) == length
    assert gzip.decompress(member).startswith(b"WARC/1.1\r\n" if length > 220 else b"")


def test_forgetting_overwrites_the_bytes_of_a_page_and_of_those_that_redirect_to_it_later(tmp_path: Path) -> None:
    with HostileServer() as server:
        harbor, rice, old = "/news/2026/10/05/ferry-returns", "/news/2026/10/05/rice-prices", "/news/2026/10/05/old"
        server.pages = {
            harbor: answers(article("The ferry returns to service", WORDS)),
            rice: answers(article("フェリー再開", JAPANESE)),
            old: redirects_to(harbor),
        }
        starts = ", ".join(f'"{server.url}{path}"' for path in (harbor, rice))
        config = f"[[source]]\nname = 'harbor'\nstart = [{starts}]\nallow_private_addresses = true\ndelay = 0.0\n"
        (tmp_path / "kiji.toml").write_text(config)
        assert kiji("crawl", folder=tmp_path).returncode == 0
        assert b"harbour authority" in whole(tmp_path / "kiji.warc")
        told = kiji("forget", server.url + harbor, folder=tmp_path)
        assert (told.returncode, "1 archived pages" in told.stdout) == (0, True)
        left = whole(tmp_path / "kiji.warc")
        assert (b"harbour authority" in left, "港湾局".encode() in left) == (False, True)
        kiji("crawl", server.url + old, folder=tmp_path)
        assert query(tmp_path, "SELECT outcome, reason FROM fetches ORDER BY id DESC LIMIT 1") == [
            ("refused", "forgotten at the operator's request")
        ]
        assert b"harbour authority" not in whole(tmp_path / "kiji.warc")
        assert [path.name for path in (tmp_path / "kiji.warc").iterdir()] != []


def test_no_byte_is_overwritten_where_the_database_refuses_or_where_only_a_copy_of_the_page_is_forgotten(
    tmp_path: Path,
) -> None:
    with HostileServer() as server:
        harbor, moved = "/news/2026/10/05/ferry-returns", "/news/2026/10/05/the-ferry-returns"
        server.pages = {harbor: answers(article("The ferry returns to service", WORDS))}
        config = f"[[source]]\nname = 'harbor'\nstart = ['{server.url}{harbor}']\nallow_private_addresses = true\n"
        (tmp_path / "kiji.toml").write_text(config)
        kiji("crawl", folder=tmp_path)
        server.pages = {harbor: redirects_to(moved), moved: answers(article("The ferry returns to service", WORDS))}
        kiji("crawl", "harbor", folder=tmp_path)
        assert kiji("forget", server.url + moved, folder=tmp_path).returncode == 0
        assert len([path for path in urls_kept(tmp_path / "kiji.warc") if path.endswith(harbor)]) == 1
        assert not [path for path in urls_kept(tmp_path / "kiji.warc") if path.endswith(moved)]
        with sqlite3.connect(tmp_path / "kiji.db") as raw_database:
            raw_database.execute(
                "CREATE TRIGGER refusing BEFORE INSERT ON forgotten BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
        raw_database.close()
        before = whole(tmp_path / "kiji.warc")
        assert kiji("forget", server.url + harbor, folder=tmp_path).returncode != 0
        assert whole(tmp_path / "kiji.warc") == before
        assert query(tmp_path, "SELECT url FROM articles") == [(server.url + harbor,)]


def urls_kept(folder: Path) -> list[str]:
    items = [record.item for path in sorted(folder.glob("*.warc.gz")) for record in warc_records(path)]
    return [item.url for item in items if isinstance(item, RawPage)]


def test_archived_bytes_that_are_elsewhere_are_told_with_exit_code_1(tmp_path: Path) -> None:
    with HostileServer() as server:
        path = "/news/2026/10/05/ferry-returns"
        server.pages = {path: answers(article("The ferry returns to service", WORDS))}
        config = f'[[source]]\nname = "harbor"\nstart = ["{server.url}{path}"]\nallow_private_addresses = true\n'
        (tmp_path / "kiji.toml").write_text(config)
        kiji("crawl", folder=tmp_path)
        (tmp_path / "kiji.warc").rename(tmp_path / "elsewhere")
        told = kiji("forget", server.url + path, folder=tmp_path)
    assert told.returncode == 1
    assert "archived bytes remain: kiji-" in told.stderr
    assert query(tmp_path, "SELECT count(*) FROM articles") == [(0,)]
