"""``kiji inspect``: what a page would become, from the web, from a file and from a WARC."""

import io
import json
import os
import urllib.request
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.sample.server import SampleSite
from tests.support.commands import cold_kiji, kiji

FIELDS = [
    "url",
    "canonical_url",
    "is_article",
    "reason",
    "title",
    "text",
    "summary",
    "authors",
    "published_at",
    "published_precision",
    "modified_at",
    "language",
    "image_url",
    "related",
    "lists",
    "body_html",
    "body_markdown",
    "page_type",
    "page_type_evidence",
]


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the sample site, on loopback
        return bytes(answer.read())


def test_an_address_is_shown_as_json_and_nothing_is_stored(site: SampleSite, folder: Path) -> None:
    truth = site.truth().articles[0]
    done = kiji("inspect", truth.url, "--json", folder=folder)
    assert done.returncode == 0
    reading = json.loads(done.stdout)
    assert list(reading) == FIELDS
    assert (reading["url"], reading["is_article"], reading["language"]) == (truth.url, True, truth.language)
    assert reading["text"] == truth.text
    assert list(reading["related"][0]) == ["url", "title", "summary", "language"]
    assert list(reading["lists"][0]) == ["kind", "heading", "probability", "links"]
    assert list(reading["lists"][0]["links"][0]) == ["url", "title", "position"]
    assert not (folder / "kiji.db").exists()


def test_verbose_shows_what_was_cut_and_why(site: SampleSite, folder: Path) -> None:
    done = kiji("inspect", site.truth().articles[0].url, "--verbose", folder=folder)
    cuts = [line for line in done.stdout.splitlines() if line.startswith("cut [")]
    assert any("関連記事" in line for line in cuts)
    assert any("Cookie" in line for line in cuts)
    assert "AIによって生成された画像" not in done.stdout.split("cut [")[0]


def test_verbose_shows_each_list_with_its_kind_and_what_spoke_for_it(site: SampleSite, folder: Path) -> None:
    done = kiji("inspect", site.truth().articles[0].url, "--verbose", folder=folder)
    lists = [line for line in done.stdout.splitlines() if line.startswith("list [related ")]
    assert any("関連記事" in line and "(+" in line for line in lists)


def test_an_html_file_is_read_as_if_it_came_from_the_address_given(site: SampleSite, tmp_path: Path) -> None:
    truth = site.truth().articles[0]
    (tmp_path / "page.html").write_bytes(fetched(truth.url))
    done = cold_kiji("inspect", "page.html", "--url", truth.url, "--json", folder=tmp_path)
    assert json.loads(done.stdout)["text"] == truth.text


# warcio's writer leaves its buffers to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_every_response_of_a_warc_is_shown_in_order(site: SampleSite, tmp_path: Path, name: str) -> None:
    truths = site.truth().articles[:5]
    with (tmp_path / name).open("wb") as file:
        writer = WARCWriter(file, gzip=name.endswith(".gz"))
        for truth in truths:
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            body = io.BytesIO(fetched(truth.url))
            writer.write_record(writer.create_warc_record(truth.url, "response", payload=body, http_headers=headers))
    done = kiji("inspect", name, "--json", folder=tmp_path)
    assert [json.loads(line)["url"] for line in done.stdout.splitlines()] == [truth.url for truth in truths]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_responses_behind_a_damaged_record_are_shown_and_it_is_named(tmp_path: Path) -> None:
    """Warcio ends at a damaged member without a word."""
    members = []
    for number in range(3):
        packed = io.BytesIO()
        writer = WARCWriter(packed, gzip=True)
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        body = io.BytesIO(f"<title>Page {number}</title>".encode() + bytes(str(number**99), "ascii") * 9)
        url = f"https://news.example/{number}"
        writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=headers))
        members.append(packed.getvalue())
    half = len(members[1]) // 2
    members[1] = members[1][:half] + bytes(40) + members[1][half + 40 :]
    (tmp_path / "pages.warc.gz").write_bytes(b"".join(members))
    (tmp_path / "empty.warc").touch()
    done = kiji("inspect", "pages.warc.gz", "empty.warc", "--json", folder=tmp_path)
    assert [json.loads(line)["url"][-1] for line in done.stdout.splitlines()] == ["0", "2"]
    assert done.returncode == 1
    damaged, empty = done.stderr.splitlines()
    assert damaged.startswith("kiji: pages.warc.gz, record 2: damaged gzip at byte ")
    assert empty == "kiji: empty.warc: there is no response in it"


def test_a_page_that_cannot_be_had_is_named_and_the_others_are_shown(site: SampleSite, folder: Path) -> None:
    missing = f"{site.main_url}/no/such/page"
    done = kiji("inspect", missing, site.truth().articles[0].url, "--json", folder=folder)
    assert done.returncode == 1
    assert f"{missing}: HTTP 404" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_a_private_address_is_refused_where_no_source_allows_it(site: SampleSite, tmp_path: Path) -> None:
    done = kiji("inspect", site.truth().articles[0].url, folder=tmp_path)
    assert done.returncode == 1
    assert "allow_private_addresses" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("name", ["unreadable.html", "unreadable.warc"])
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_shown(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("/proc/self/mem")  # its first page fails to be read, whoever asks
    (tmp_path / "page.html").write_text("<title>Coffee</title>")
    done = kiji("inspect", name, "page.html", "--json", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"kiji: {name}: it cannot be read: Input/output error\n"
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("name", ["no-such-file.html", "folder", "pipe", "n" * 300, "n/" * 3_000])
def test_neither_a_file_nor_an_address_is_wrong_usage(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    done = kiji("inspect", name, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"kiji: {name}: neither a file nor an http(s) address\n"
