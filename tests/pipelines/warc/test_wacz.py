"""A WACZ file holds an archived page as it was fetched, with digests that fit."""

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path

from pipelines.warc.page_store import PageFiles
from pipelines.warc.place import ArchivePlace
from pipelines.warc.records import page_in_member
from pipelines.warc.reread import record_bytes
from pipelines.warc.wacz import write_wacz
from pipelines.workers.result import record_of
from storage.visit import WarcLocation
from tests.support.archived_pages import MOMENT, bodies, raw


def test_a_page_is_given_with_its_bytes_time_and_place(tmp_path: Path) -> None:
    files = PageFiles(tmp_path / "kept")
    places = [place for n in range(2) for place in files.keep([record_of(raw(n))]) if isinstance(place, WarcLocation)]
    files.close()
    records = [(place, record_bytes(ArchivePlace(tmp_path / "kept"), place)) for place in places]
    broken = (places[0], b"no gzip")
    target = tmp_path / "page.wacz"
    assert write_wacz(target, "韓国", [*records, broken], MOMENT) == 2
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        for resource in json.loads(archive.read("datapackage.json"))["resources"]:
            content = archive.read(resource["path"])
            assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        signed = json.loads(archive.read("datapackage-digest.json"))
        assert signed["hash"] == "sha256:" + hashlib.sha256(archive.read("datapackage.json")).hexdigest()
        (tmp_path / "data.warc.gz").write_bytes(archive.read("archive/data.warc.gz"))
        lines = archive.read("indexes/index.cdx").decode().splitlines()
    assert bodies(tmp_path / "data.warc.gz") == [raw(0).body, raw(1).body]
    for number, line in enumerate(sorted(lines, key=lambda line: int(json.loads(line.split(" ", 2)[2])["offset"]))):
        fields = json.loads(line.split(" ", 2)[2])
        stream = io.BytesIO((tmp_path / "data.warc.gz").read_bytes())
        stream.seek(int(fields["offset"]))
        page = page_in_member(stream.read(int(fields["length"])))
        assert not isinstance(page, str)
        assert (page.url, page.body) == (fields["url"], raw(number).body)


def test_nothing_is_written_where_no_record_can_be_read(tmp_path: Path) -> None:
    place = WarcLocation("a.warc.gz", 0, 7, "sha256:x")
    assert write_wacz(tmp_path / "page.wacz", "x", [(place, b"no gzip")], MOMENT) == 0
    assert not (tmp_path / "page.wacz").exists()


def test_a_record_whose_file_is_gone_is_told_from_one_that_was_cut() -> None:
    packed = gzip.compress(b"WARC/1.1\r\n" * 20)
    assert page_in_member(b"") == "its file is not there, or ends before it"
    assert page_in_member(packed[:-12]) == "the record is cut short"
