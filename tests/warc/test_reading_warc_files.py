"""WARC archives give raw pages, and name the records that they cannot give."""

import datetime
import gzip
import uuid
from pathlib import Path

import pytest

from pipelines.raw_page import RawPage
from pipelines.warc import MAX_BODY, BadRecord, read_html_file, read_warc

HTML = "<html><title>記事</title></html>".encode()


def record(url: str, body: bytes, headers: dict[str, str], status: str, date: str) -> bytes:
    """One response record as ISO 28500 (WARC 1.0) has it."""
    http = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    block = http.encode() + body if url.startswith("http") else body
    kind = "application/http; msgtype=response" if url.startswith("http") else "text/dns"
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url)}>\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: {date}\r\nContent-Type: {kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def write(
    path: Path,
    records: list[tuple[str, bytes, dict[str, str]]],
    *,
    status: str = "200 OK",
    date: str = "2026-08-14T03:00:00Z",
) -> Path:
    pack = gzip.compress if path.suffix == ".gz" else bytes
    path.write_bytes(b"".join(pack(record(*one, status, date)) for one in records))
    return path


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_every_response_of_an_archive_is_a_page_in_its_order(tmp_path: Path, name: str) -> None:
    urls = ["https://news.example/1?utm_source=x#top", "http://news.example/2"]
    path = write(tmp_path / name, [(url, HTML, {"Content-Type": "text/html; charset=utf-8"}) for url in urls])
    pages = list(read_warc(path))
    assert pages == [
        RawPage(
            url=url,
            final_url=url,
            body=HTML,
            status=200,
            fetched_at=datetime.datetime(2026, 8, 14, 3, tzinfo=datetime.UTC),
            headers=(("content-type", "text/html; charset=utf-8"),),
        )
        for url in urls
    ]


def test_a_gzipped_body_is_unpacked_and_the_status_kept(tmp_path: Path) -> None:
    records = [("https://news.example/1", gzip.compress(HTML), {"Content-Encoding": "gzip"})]
    (page,) = read_warc(write(tmp_path / "a.warc", records, status="404 Not Found"))
    assert isinstance(page, RawPage)
    assert (page.body, page.status) == (HTML, 404)


def test_a_body_is_cut_at_the_cap_even_if_it_unpacks_to_ten_times_that(tmp_path: Path) -> None:
    bomb = gzip.compress(b"a" * (10 * MAX_BODY))
    (page,) = read_warc(write(tmp_path / "a.warc", [("https://news.example/1", bomb, {"Content-Encoding": "gzip"})]))
    assert isinstance(page, RawPage)
    assert (len(page.body), page.truncated) == (MAX_BODY, True)


def test_records_that_are_no_page_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good = ("https://news.example/1", HTML, {"Content-Type": "text/html"})
    path = write(tmp_path / "a.warc", [("dns:news.example", b"", {}), good])
    bad, page = read_warc(path)
    assert bad == BadRecord("dns:news.example", "not an answer over HTTP")
    assert isinstance(page, RawPage)
    assert page.url == "https://news.example/1"


def test_a_record_without_a_time_is_named(tmp_path: Path) -> None:
    (bad,) = read_warc(write(tmp_path / "a.warc", [("https://news.example/1", HTML, {})], date="yesterday"))
    assert bad == BadRecord("https://news.example/1", "the record's WARC-Date is no time: 'yesterday'")


def test_an_archive_that_breaks_off_gives_what_was_whole_and_says_where_it_ends(tmp_path: Path) -> None:
    records = [(f"https://news.example/{n}", HTML * 50, {"Content-Type": "text/html"}) for n in range(3)]
    whole = write(tmp_path / "a.warc", records).read_bytes()
    (tmp_path / "cut.warc").write_bytes(whole[: len(whole) // 2])
    read = list(read_warc(tmp_path / "cut.warc"))
    assert isinstance(read[0], RawPage)
    assert len(read[0].body) == len(HTML) * 50
    assert len(read) <= 3


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"<html>no archive</html>", b"WARC/1.0\r\n\r\n", b"\x1f\x8b\x08\x00bad"]
)
def test_a_file_that_is_no_archive_raises_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.warc").write_bytes(content)
    assert all(isinstance(one, BadRecord) for one in read_warc(tmp_path / "a.warc"))


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_warc(tmp_path / "none.warc"))


def test_an_html_file_is_read_as_if_it_had_been_fetched(tmp_path: Path) -> None:
    now = datetime.datetime(2026, 8, 14, tzinfo=datetime.UTC)
    (tmp_path / "page.html").write_bytes(HTML)
    page = read_html_file(tmp_path / "page.html", "https://news.example/1", now)
    assert (page.url, page.body, page.status, page.fetched_at) == ("https://news.example/1", HTML, 200, now)
