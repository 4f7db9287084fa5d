"""Pages are kept as they were fetched, whatever happens to the process, the disk or the day."""

import dataclasses
import datetime
import json
import random
import zipfile
from pathlib import Path

from pipelines.raw_page import RawPage
from pipelines.warc.import_record import FileRecord
from pipelines.warc.page_store import PageFiles
from pipelines.warc.place import ArchivePlace
from pipelines.warc.read import BadRecord
from pipelines.warc.records import page_in_member, warc_records
from pipelines.warc.reread import read_member, record_bytes
from pipelines.workers.result import KeepingOrder, pack_reading, record_of
from storage.reading import Reading
from storage.visit import Record, SameBytes, WarcLocation
from tests.support.archived_pages import MOMENT, bodies, raw
from tests.support.commands import kiji, query
from tests.support.hostile_server import WORDS, HostileServer, answers, article


def kept(files: PageFiles, page: RawPage) -> WarcLocation:
    [place] = files.keep([record_of(page)])
    assert isinstance(place, WarcLocation)
    return place


def as_read(number: int) -> RawPage:
    """The page as it comes back: what the record adds is the length of the body."""
    page = raw(number)
    return dataclasses.replace(page, headers=(*page.headers, ("content-length", str(len(page.body)))))


def test_a_kept_page_is_read_back_as_it_was_fetched(tmp_path: Path) -> None:
    files = PageFiles(tmp_path)
    places = [kept(files, raw(number)) for number in range(3)]
    files.close()
    archive = ArchivePlace(tmp_path)
    assert [page_in_member(record_bytes(archive, place)) for place in places] == [as_read(n) for n in range(3)]
    [file] = tmp_path.iterdir()
    assert bodies(file) == [raw(number).body for number in range(3)]


def test_the_same_bytes_are_not_kept_twice() -> None:
    reading = Reading(raw(1).url, raw(1).url, is_article=True)
    first = record_of(raw(1))
    order = KeepingOrder("related", {first.digest})
    assert pack_reading(reading, raw(1), order).record == SameBytes(first.digest)
    other = pack_reading(reading, raw(2), order).record
    assert isinstance(other, Record)
    assert other.digest == record_of(raw(2)).digest


def test_a_new_file_is_begun_after_its_size_and_every_day(tmp_path: Path) -> None:
    now = [MOMENT]
    files = PageFiles(tmp_path, max_file=3_000, now=lambda: now[0])
    names = [kept(files, raw(number)).file for number in range(4)]
    now[0] += datetime.timedelta(days=1)
    names.append(kept(files, raw(4, 100)).file)
    files.close()
    assert len(set(names)) == 3
    assert names == sorted(names)
    assert sorted(len(bodies(path)) for path in tmp_path.iterdir()) == [1, 2, 2]


def test_two_processes_never_write_to_one_file(tmp_path: Path) -> None:
    one, other = PageFiles(tmp_path, now=lambda: MOMENT), PageFiles(tmp_path, now=lambda: MOMENT)
    assert kept(one, raw(1)).file != kept(other, raw(2)).file  # the same process number and second, even
    one.close()
    other.close()


def test_one_run_after_the_other_writes_on_in_the_days_file(tmp_path: Path) -> None:
    places = []
    for number in range(3):
        files = PageFiles(tmp_path, now=lambda: MOMENT)
        places.append(kept(files, raw(number)))
        files.close()
    [file] = tmp_path.iterdir()
    assert {place.file for place in places} == {file.name}
    assert bodies(file) == [raw(number).body for number in range(3)]
    archive = ArchivePlace(tmp_path)
    assert [page_in_member(record_bytes(archive, place)) for place in places] == [as_read(n) for n in range(3)]
    later = PageFiles(tmp_path, now=lambda: MOMENT + datetime.timedelta(days=1))
    assert kept(later, raw(3)).file != file.name
    later.close()


def test_a_file_of_a_killed_process_is_not_written_on(tmp_path: Path) -> None:
    killed = PageFiles(tmp_path, now=lambda: MOMENT)
    torn = kept(killed, raw(1)).file
    [mark] = tmp_path.glob("*.writing")
    killed.close()
    mark.touch()  # as a kill leaves it
    with (tmp_path / torn).open("ab") as stream:
        stream.write(b"\x1f\x8b half a record")
    files = PageFiles(tmp_path, now=lambda: MOMENT)
    assert kept(files, raw(2)).file != torn
    files.close()
    again = PageFiles(tmp_path, now=lambda: MOMENT)
    assert kept(again, raw(3)).file != torn
    again.close()


def test_a_file_cut_anywhere_gives_every_page_that_was_whole(tmp_path: Path) -> None:
    files = PageFiles(tmp_path)
    places = [kept(files, raw(number)) for number in range(6)]
    files.close()
    [file] = tmp_path.iterdir()
    whole = file.read_bytes()
    chance = random.Random(20261125)  # noqa: S311 - repeatable, not secret
    cuts = [chance.randrange(len(whole)) for _ in range(20)] + [places[3].offset, places[3].offset + 1]
    for cut in cuts:
        file.write_bytes(whole[:cut])
        records: list[FileRecord] = list(warc_records(file))
        pages = [record.item for record in records if isinstance(record.item, RawPage)]
        assert pages == [as_read(n) for n, place in enumerate(places) if place.offset + place.length <= cut]
        is_torn = cut not in {0, places[0].offset, *(place.offset + place.length for place in places)}
        assert sum(isinstance(record.item, BadRecord) for record in records) == is_torn


def test_a_record_that_is_gone_or_damaged_is_told_as_such(tmp_path: Path) -> None:
    files = PageFiles(tmp_path)
    place = kept(files, raw(1))
    files.close()
    member = record_bytes(ArchivePlace(tmp_path), place)
    for damaged in (b"", member[:-9], member[:40] + b"\0\0\0\0" + member[44:], b"\x1f\x8b\x08 no gzip"):
        reading = read_member(RawPage("https://news.example/1", "", damaged, 200, MOMENT), "UTC")
        assert reading.kind == "unreadable"
        expected = "the record is" if damaged else "its file is not there"
        assert reading.reason.startswith(f"raw archive: {expected}")


def test_a_disk_that_refuses_ends_the_archive_and_not_the_crawl(tmp_path: Path) -> None:
    (tmp_path / "kiji.warc").write_text("a file stands where the folder should be")
    with HostileServer() as server:
        server.pages = {"/news/2026/10/05/ferry-returns": answers(article("The ferry returns to service", WORDS))}
        start = f"{server.url}/news/2026/10/05/ferry-returns"
        config = f'[[source]]\nname = "harbor"\nstart = ["{start}"]\nallow_private_addresses = true\ndelay = 0.0\n'
        (tmp_path / "kiji.toml").write_text(config)
        done = kiji("crawl", folder=tmp_path)
    assert "kiji.warc" in done.stderr
    assert "Traceback" not in done.stderr
    assert query(tmp_path, "SELECT outcome FROM fetches") == [("new",)]
    assert query(tmp_path, "SELECT count(*) FROM kept_page") == [(0,)]
    assert done.returncode == 0


def test_an_article_is_proved_by_the_page_as_it_was_fetched(tmp_path: Path) -> None:
    with HostileServer() as server:
        server.pages = {"/news/2026/10/05/ferry-returns": answers(article("The ferry returns to service", WORDS))}
        start = f"{server.url}/news/2026/10/05/ferry-returns"
        config = f'[[source]]\nname = "harbor"\nstart = ["{start}"]\nallow_private_addresses = true\ndelay = 0.0\n'
        (tmp_path / "kiji.toml").write_text(config)
        kiji("crawl", folder=tmp_path)
    done = kiji("article", "1", "--wacz", "page.wacz", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    with zipfile.ZipFile(tmp_path / "page.wacz") as archive:
        (tmp_path / "data.warc.gz").write_bytes(archive.read("archive/data.warc.gz"))
        [_, page] = map(json.loads, archive.read("pages/pages.jsonl").decode().splitlines())
    assert page["url"] == start
    assert b"The ferry returns to service" in bodies(tmp_path / "data.warc.gz")[0]
    assert kiji("article", "1", "--cite", "ris", folder=tmp_path).stdout.startswith("TY  - NEWS")
    refused = kiji("article", "1", "--cite", "mla", folder=tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
